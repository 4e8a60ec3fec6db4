// A server whose whole protocol is a session cookie, a readable cookie with a CSRF token, and `data.csrf_token` in answers; and a
// browser's jar for it. Its sessions live in memory.
import { createServer } from "node:http";
import { once } from "node:events";
import { randomUUID } from "node:crypto";

const PERSON = { id: "u1", name: "Ada" };

export async function startTokenServer() {
  const sessions = new Map();
  const requests = [];
  const http = createServer(async (request, response) => {
    const cookies = Object.fromEntries((request.headers.cookie ?? "").split("; ").map((pair) => pair.split("=")));
    const route = `${request.method} ${request.url}`;
    requests.push({ route, token: request.headers["x-csrf-token"] });
    let body = "";
    for await (const chunk of request) body += chunk;
    const answer = (status, json, set = []) =>
      response.writeHead(status, { "content-type": "application/json", "set-cookie": set }).end(JSON.stringify(json));
    const found = sessions.get(cookies.sid);
    const give = (session, extra = {}) => {
      session.token = randomUUID();
      return answer(200, { success: true, data: { csrf_token: session.token, ...extra } }, [`csrf_token=${session.token}; Path=/`]);
    };
    if (route === "POST /api/session/init") {
      const session = found ?? {};
      const id = found ? cookies.sid : randomUUID();
      sessions.set(id, session);
      session.token = randomUUID();
      const set = [`sid=${id}; Path=/; HttpOnly`, `csrf_token=${session.token}; Path=/`];
      return answer(200, { success: true, data: { csrf_token: session.token, user: session.user ?? null } }, set);
    }
    if (request.method !== "GET" && (!found || request.headers["x-csrf-token"] !== found.token || cookies.csrf_token !== found.token)) {
      return answer(403, { success: false, error: { code: "CSRF_ERROR", message: "Invalid CSRF token" } });
    }
    if (route === "GET /api/session") return answer(200, { success: true, data: { user: found?.user ?? null } });
    if (route === "POST /api/login") {
      if (JSON.parse(body).password !== "right") {
        return answer(401, { success: false, error: { code: "WRONG_PASSWORD", message: "Wrong" } });
      }
      found.user = PERSON;
      return give(found, { user: PERSON });
    }
    if (route === "DELETE /api/session") {
      sessions.delete(cookies.sid);
      return answer(200, { success: true }, ["sid=; Max-Age=0", "csrf_token=; Max-Age=0"]);
    }
    if (route === "GET /api/fresh") return give(found);
    if (request.url === "/api/items/1") return answer(200, { success: true, data: { removed: 1 } });
    return answer(404, { success: false });
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return {
    origin: `http://127.0.0.1:${http.address().port}`,
    requests,
    sessions,
    /** The routes asked for since the last call. */
    taken: () => requests.splice(0).map(({ route }) => route),
    close: () => (http.closeAllConnections(), http.close()),
  };
}

/** What a browser keeps: sends its cookies with each request and takes those of the answer. */
export function createJar() {
  const cookies = new Map();
  return {
    cookies,
    /** What a page can read. */
    read: () => [...cookies].filter(([, { secret }]) => !secret).map(([name, { value }]) => `${name}=${value}`).join("; "),
    async fetch(input, init = {}) {
      const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined));
      headers.set("cookie", [...cookies].map(([name, { value }]) => `${name}=${value}`).join("; "));
      const response = await fetch(input, { ...init, headers });
      for (const line of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
        if (line.includes("Max-Age=0")) cookies.delete(name);
        else cookies.set(name, { value, secret: line.includes("HttpOnly") });
      }
      return response;
    },
  };
}
