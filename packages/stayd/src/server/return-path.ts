/** The longest path that is taken back, in characters. */
const MAX_LENGTH = 2048;

/** No address has this host. */
const NOWHERE = "http://stayd.invalid";

/** What some program between here and the page takes for a slash or a backslash, by its look or after NFKC. */
const SLASH_LIKE = /[\u2044\u2215\u29f8\u2571\uff0f]/g;
const BACKSLASH_LIKE = /[\u2216\u29f5\u29f9\ufe68\uff3c]/g;

/**
 * `value` if it is a path of this very site, with its query and fragment; else `otherwise`. Nothing that leads to another
 * site passes, whoever reads it afterwards: a browser, a router that decodes once more, or a proxy that normalises.
 */
export function safeReturnPath(value: unknown, otherwise = "/"): string {
  if (typeof value !== "string" || value.length > MAX_LENGTH || !isLocal(value)) return otherwise;
  let url: URL;
  try {
    url = new URL(value, NOWHERE);
  } catch {
    return otherwise;
  }
  const path = url.pathname + url.search + url.hash;
  // Dot segments are gone now: `/.//evil` has become `//evil`.
  return url.origin === NOWHERE && !url.username && isLocal(url.pathname) ? path : otherwise;
}

/** Whether this is a path of the site however often it is decoded. The query and the fragment lead nowhere. */
function isLocal(value: string): boolean {
  // eslint-disable-next-line no-control-regex
  if (/[\x00-\x20\x7f-\xa0\u2028\u2029\ufeff\\]/.test(value)) return false;
  let path = value.replace(/[?#].*$/s, "");
  for (let times = 0; times < 4; times++) {
    const read = path.replace(SLASH_LIKE, "/").replace(BACKSLASH_LIKE, "\\");
    // eslint-disable-next-line no-control-regex
    if (!/^\/(?!\/)/.test(read) || /[\\\x00-\x1f\x7f]/.test(read) || /\/\.{1,2}\/\//.test(read)) return false;
    let decoded: string;
    try {
      decoded = decodeURIComponent(path);
    } catch {
      // `/100%25` becomes `/100%`, which is the end of it but for a reader who takes what is left by the letter.
      if (!times) return false;
      decoded = path.replace(/%([0-7][\da-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    }
    if (decoded === path) return true;
    path = decoded;
  }
  // Encoded more often than anybody does by accident.
  return false;
}
