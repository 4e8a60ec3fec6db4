// The one origin that a peer's page and its server share: pages and bundles, then the peer's requests, counted, delayed or refused.
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as wait } from "node:timers/promises";

/** Opens a port on the loopback; `attach` says what answers the peer's requests. */
export async function openSite() {
  const site = new Site();
  await site.listen();
  return site;
}

class Site {
  #server = createServer((request, response) => this.#answer(request, response));
  #served = new Map([["/blank", "<!doctype html><title>elsewhere</title>"]]);
  #handle = null;

  /** What reached the peer's server: `{ at, method, path }`, refused and delayed ones included. */
  requests = [];
  /** What pages reported by beacon. */
  reports = [];
  /** Milliseconds before the peer's server hears of a request. */
  delay = 0;
  /** `null`, `{ status, headers }` to refuse every request, or `"drop"` to cut every connection. */
  fault = null;
  /** `null`, or `{ part, until }`: requests whose path contains `part` get no further before the promise `until` is kept. */
  hold = null;

  async listen() {
    this.#server.keepAliveTimeout = 60_000;
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    this.port = this.#server.address().port;
    this.origin = `http://127.0.0.1:${this.port}`;
  }

  /** Serves a page at `/NAME` whose only script is `script`. */
  addPage(name, script) {
    this.#served.set(`/${name}.js`, script);
    this.#served.set(`/${name}`, `<!doctype html><title>${name}</title><main></main><script type="module" src="/${name}.js"></script>`);
  }

  attach(handle) {
    this.#handle = handle;
  }

  /** Forgets what was counted. */
  reset() {
    this.requests = [];
    this.reports = [];
  }

  /** How many requests have arrived whose path contains `part`. */
  count(part = "") {
    return this.requests.filter(({ path }) => path.includes(part)).length;
  }

  async close() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.origin);
    const served = this.#served.get(url.pathname);
    if (served !== undefined) {
      const type = url.pathname.endsWith(".js") ? "text/javascript" : "text/html";
      return response.writeHead(200, { "content-type": `${type}; charset=utf-8`, "cache-control": "no-cache" }).end(served);
    }
    const body = await read(request);
    if (url.pathname === "/report") {
      this.reports.push(JSON.parse(body));
      return response.writeHead(204).end();
    }
    if (url.pathname === "/favicon.ico") return response.writeHead(204).end();
    this.requests.push({ at: Date.now(), method: request.method, path: url.pathname });
    if (this.hold && url.pathname.includes(this.hold.part)) await this.hold.until;
    if (this.delay > 0) await wait(this.delay);
    if (this.fault === "drop") return request.socket.destroy();
    if (this.fault) return response.writeHead(this.fault.status, this.fault.headers).end("{}");
    try {
      await this.#handle({ request, response, url, body });
    } catch (error) {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    }
  }
}

async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** Answers with JSON. */
export function json(response, status, value, headers = {}) {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers });
  response.end(JSON.stringify(value));
}
