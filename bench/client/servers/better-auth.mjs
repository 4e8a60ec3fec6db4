// The real Better Auth server, its records in memory.
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { Readable } from "node:stream";

export async function realBetterAuth(site) {
  const records = { user: [], session: [], account: [], verification: [] };
  const auth = betterAuth({
    secret: "client-benchmark-0123456789-abcdefghijkl",
    baseURL: site.origin,
    database: memoryAdapter(records),
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { level: "error" },
  });
  const answer = toNodeHandler(auth);

  function handle({ request, response, url, body }) {
    if (url.pathname !== "/api/me") return answer(again(request, body), response);
    return auth.api.getSession({ headers: new Headers({ cookie: request.headers.cookie ?? "" }) }).then((session) => {
      response.writeHead(session ? 200 : 401).end("{}");
    });
  }
  /** Ends every session, as another device would. */
  const endAll = () => {
    records.session.length = 0;
    return Date.now();
  };
  return { handle, endAll, async close() {} };
}

/** The request with its body, which the site has read, in front of it once more. */
function again(request, body) {
  const copy = Readable.from(body ? [Buffer.from(body)] : []);
  return Object.assign(copy, { method: request.method, url: request.url, headers: request.headers, socket: request.socket, httpVersionMajor: 1 });
}
