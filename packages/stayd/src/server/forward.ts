import type { Settings } from "./options.ts";

/** Headers that belong to one connection (RFC 9110, section 7.6.1), or that the request to the server makes anew. */
const NOT_FORWARDED = [
  "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
  "transfer-encoding", "upgrade", "host", "content-length", "expect", "accept-encoding",
];

/** Headers of an answer that no longer hold once its body has been decoded. */
const DECODED = ["content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive"];

/**
 * Passes a request below `path` on to the server, so that pages and sessions are of one origin also where no proxy in front
 * sees to that. `undefined` for other paths.
 */
export async function forward(request: Request, path: string, settings: Settings, address?: string): Promise<Response | undefined> {
  const { pathname, search } = new URL(request.url);
  const rest = pathname.slice(path.length);
  if (!pathname.startsWith(path) || !rest.startsWith("/")) return undefined;
  const headers = new Headers(request.headers);
  for (const name of NOT_FORWARDED) headers.delete(name);
  // Where nobody here knows the address, nobody vouches for what the request says of it.
  if (address) headers.set("x-forwarded-for", address);
  else headers.delete("x-forwarded-for");
  headers.delete("forwarded");
  const { method, body } = request;
  const init: RequestInit & { duplex?: "half" } = { method, headers, redirect: "manual", cache: "no-store" };
  if (body) Object.assign(init, { body, duplex: "half" });
  try {
    const response = await settings.fetch(settings.url + rest + search, init);
    const answered = new Headers(response.headers);
    for (const name of DECODED) answered.delete(name);
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers: answered });
  } catch {
    return new Response(null, { status: 502 });
  }
}
