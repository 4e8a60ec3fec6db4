// A site of one page, with the real binary behind `/api/auth/*` and a network in between that tests can disturb.
import { createServer, request } from "node:http";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { startServer } from "../server.mjs";

const PACKAGE = process.env.STAYD_PACKAGE ?? fileURLToPath(new URL("../../packages/stayd/dist/", import.meta.url));

/** The page: a session over the package, within reach of tests, and a text that says who is signed in. */
export const PAGE = `<!doctype html><meta charset="utf-8"><title>app</title><link rel="icon" href="data:,">
<p id="who">-</p>
<script type="module">
  import { createSession } from "/stayd/index.js";
  window.views = [];
  window.session = createSession(window.options ?? JSON.parse(decodeURIComponent(location.hash.slice(1)) || "{}"));
  window.first = session.get();
  session.subscribe((view) => {
    views.push({ at: performance.now(), ...view });
    document.getElementById("who").textContent = view.data ? view.data.user.email : view.isPending ? "..." : "nobody";
  });
</script>`;

/** Starts a site with its own server. `env` goes to the binary (a function of the site's origin, or as it is); `headers` to every page. */
export async function startSite({ env = {}, headers = {}, pages = {} } = {}) {
  const site = new Site(headers, pages);
  await site.listen();
  const more = typeof env === "function" ? env(site.origin) : env;
  site.server = await startServer({ env: { BETTER_AUTH_URL: site.origin, ...more } });
  return site;
}

class Site {
  /**
   * Every request to the server since `forget`: `{ method, path, url, at, cookie, referer, token, status, gone }`; `token` is the one
   * against CSRF, `gone` a promise that is kept when nobody waits for the answer any more.
   */
  requests = [];
  /** What happens to a request for the server: an async function `(request, pass)`; `pass()` forwards it and gives the answer. */
  fault = null;
  #http = null;
  #sockets = new Set();

  constructor(headers, pages) {
    this.headers = headers;
    this.pages = { "/": PAGE, ...pages };
  }

  async listen() {
    this.#http = createServer((from, to) => void this.#serve(from, to).catch(() => to.destroy()));
    this.#http.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    this.#http.listen(0, "127.0.0.1");
    await once(this.#http, "listening");
    this.origin = `http://127.0.0.1:${this.#http.address().port}`;
  }

  async #serve(from, to) {
    const { pathname } = new URL(from.url, this.origin);
    if (pathname.startsWith("/api/")) return this.#toServer(from, to);
    if (pathname.startsWith("/stayd/")) {
      const file = await readFile(PACKAGE + pathname.slice("/stayd/".length)).catch(() => null);
      to.writeHead(file ? 200 : 404, { "content-type": "text/javascript" }).end(file);
      return;
    }
    const page = this.pages[pathname];
    const body = typeof page === "function" ? await page(from) : page;
    const type = pathname.endsWith(".js") ? "text/javascript" : "text/html";
    to.writeHead(body === undefined ? 404 : 200, { "content-type": type, ...this.headers }).end(body);
  }

  async #toServer(from, to) {
    const chunks = [];
    for await (const chunk of from) chunks.push(chunk);
    const path = from.url.replace("/api/auth", "").split("?")[0];
    const { cookie = "", referer, "x-csrf-token": token } = from.headers;
    const gone = new Promise((resolve) => to.on("close", resolve));
    const entry = { method: from.method, path, url: from.url, at: Date.now(), cookie, referer, token, status: 0, gone };
    this.requests.push(entry);
    const pass = () => this.#forward(from, Buffer.concat(chunks));
    const answer = this.fault ? await this.fault(entry, pass) : await pass();
    // No answer: the connection breaks.
    if (!answer) return void to.destroy();
    entry.status = answer.status;
    to.writeHead(answer.status, answer.headers ?? {});
    if (!answer.stream) return void to.end(answer.body ?? "");
    to.on("close", () => answer.stream.destroy());
    answer.stream.on("error", () => to.destroy()).pipe(to);
  }

  /** Sends a request on to the binary, whatever becomes of the answer. */
  #forward(from, body) {
    return new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", port: this.server.port, path: from.url, method: from.method };
      const onward = request({ ...options, headers: from.headers, agent: false }, async (answer) => {
        const headers = { ...answer.headers };
        delete headers.connection;
        delete headers["transfer-encoding"];
        // One that does not end.
        if (headers["content-type"] === "text/event-stream") return resolve({ status: answer.statusCode, headers, stream: answer });
        const chunks = [];
        for await (const chunk of answer) chunks.push(chunk);
        resolve({ status: answer.statusCode, headers, body: Buffer.concat(chunks) });
      });
      onward.on("error", reject);
      onward.end(body);
    });
  }

  /** How many requests for these paths there were since `forget`. */
  count(...paths) {
    return this.requests.filter(({ path }) => paths.includes(path)).length;
  }

  forget() {
    this.requests.length = 0;
  }

  async remove() {
    for (const socket of this.#sockets) socket.destroy();
    this.#http.close();
    await this.server?.remove();
  }
}
