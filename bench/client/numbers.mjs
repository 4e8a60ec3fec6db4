// Figures out of many runs.

/** The value below which `share` of the values lie (nearest rank); `null` of none. */
export function quantile(values, share) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

export const median = (values) => quantile(values, 0.5);
export const p99 = (values) => quantile(values, 0.99);
export const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Rounded for a table: two digits that mean something. */
export function round(value) {
  if (value === null) return null;
  return Math.abs(value) >= 10 ? Math.round(value) : Math.round(value * 10) / 10;
}

/** Bytes in KiB of 1024, the unit in which sizes are promised. */
export const kib = (bytes, digits = 1) => (bytes / 1024).toFixed(digits);
