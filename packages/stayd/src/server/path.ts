/** A path as the most willing reader understands it: decoded until nothing is left to decode, with one kind of slash, in small letters. */
export function plain(path: string): string {
  let decoded = path;
  for (let times = 0; times < 4; times++) {
    try {
      decoded = decodeURIComponent(decoded);
    } catch {
      // Some routers decode what they can, and so is it done here.
      decoded = decoded.replace(/%([0-7][\da-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    }
  }
  return decoded.replace(/[\\/]+/g, "/").toLowerCase();
}

/**
 * Whether a path leads out of its folder for somebody who decodes it once more than `URL` does, takes backslashes for slashes, or
 * drops what follows a semicolon. What is encoded more often than anybody does by accident counts as well.
 */
export function climbs(path: string): boolean {
  const read = plain(path);
  return /(^|\/)\.\.?(;[^/]*)?(\/|$)/.test(read) || /%[\da-f]{2}/.test(read);
}
