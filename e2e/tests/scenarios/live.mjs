// A server of live connections that the site's server knows nothing of: a WebSocket and an event stream, open to whom the
// session's cookie names, on another port of the same host. What it has to say it says all the time.
import { createServer } from "node:http";
import { once } from "node:events";
import { WebSocketServer } from "ws";

export async function startLive(site) {
  const http = createServer();
  const live = new Live(site, http);
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  live.port = http.address().port;
  return live;
}

class Live {
  /** Whose connections are open, by kind: `{ kind, email, asked }`; `asked` counts how often one has shown its credential. */
  open = new Set();
  /** Everything that has been opened. */
  opened = 0;
  #sockets = new WebSocketServer({ noServer: true });
  #ticking = setInterval(() => this.#tick(), 2);

  constructor(site, http) {
    this.site = site;
    this.http = http;
    http.on("upgrade", (request, socket, head) => void this.#socket(request, socket, head));
    http.on("request", (request, answer) => void this.#stream(request, answer));
  }

  /** Who is signed in with these cookies, as the binary says. */
  async #person({ headers }) {
    const cookie = headers.cookie ?? "";
    const answer = await fetch(`${this.site.server.origin}/api/auth/get-session`, { headers: { cookie } });
    return (await answer.json())?.user.email ?? null;
  }

  async #socket(request, socket, head) {
    const email = await this.#person(request);
    if (!email) return socket.destroy();
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      const entry = this.#add("socket", email, (text) => client.send(text), () => client.terminate());
      client.on("message", () => entry.asked++);
      client.on("close", () => this.open.delete(entry));
    });
  }

  async #stream(request, answer) {
    const email = await this.#person(request);
    const headers = { "access-control-allow-origin": this.site.origin, "access-control-allow-credentials": "true" };
    // 204: the browser is not to try again.
    if (!email) return answer.writeHead(204, headers).end();
    answer.writeHead(200, { ...headers, "content-type": "text/event-stream", "cache-control": "no-store" });
    const entry = this.#add("stream", email, (text) => answer.write(`data: ${text}\n\n`), () => answer.destroy());
    answer.on("close", () => this.open.delete(entry));
  }

  #add(kind, email, send, end) {
    const entry = { kind, email, asked: 1, send, end };
    this.open.add(entry);
    this.opened++;
    return entry;
  }

  #tick() {
    for (const { email, send } of this.open) send(`news for ${email}`);
  }

  /** The kinds of the open connections, in order. */
  get kinds() {
    return [...this.open].map(({ kind }) => kind).sort();
  }

  async close() {
    clearInterval(this.#ticking);
    for (const { end } of this.open) end();
    this.#sockets.close();
    this.http.close();
    this.http.closeAllConnections();
  }
}
