/** The page's cookies; none where it may not read them (a sandboxed frame, cookies denied), and on a server. */
export function pageCookies(): string {
  try {
    return `${document.cookie}`;
  } catch {
    return "";
  }
}
