import http from "node:http";
import net from "node:net";

/**
 * One HTTP/1.1 exchange with nothing added but `Host` and, with a body, `Content-Length`:
 * no user agent, no accept, no fetch metadata. Headers are a list, so that a name can be sent twice.
 *
 * @param {{port: number, method: string, path: string, host?: string, headers?: [string, string][],
 *   body?: string | Buffer, withinMs?: number}} request
 * @returns {Promise<Answer>}
 * @typedef {{status: number, headers: [string, string][], body: Buffer}} Answer
 */
export function exchange({ port, method, path, host, headers = [], body, withinMs = 60_000 }) {
  const named = new Set(headers.map(([name]) => name.toLowerCase()));
  const all = named.has("host") ? [...headers] : [["host", host ?? `127.0.0.1:${port}`], ...headers];
  const bytes = body === undefined ? undefined : Buffer.from(body);
  if (bytes && !named.has("content-length") && !named.has("transfer-encoding")) {
    all.push(["content-length", String(bytes.length)]);
  } else if (!bytes && method !== "GET" && method !== "HEAD" && !named.has("transfer-encoding")) {
    all.push(["content-length", "0"]);
  }
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, method, path, headers: all.flat(), setHost: false, agent: false };
    let answered = false;
    const request = http.request(options, (response) => {
      answered = true;
      const chunks = [];
      const done = () => resolve({
        status: response.statusCode,
        headers: pairs(response.rawHeaders),
        body: Buffer.concat(chunks),
      });
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", done);
      // A server that refuses a large body answers and closes while we still write.
      response.on("error", done);
    });
    request.setTimeout(withinMs, () => request.destroy(new Error(`no answer to ${method} ${path} in ${withinMs} ms`)));
    request.on("error", (error) => { if (!answered) reject(error); });
    request.end(bytes);
  });
}

/**
 * Sends bytes as they are, for requests that no HTTP client would write, and reads the status line of the answer.
 *
 * @param {number} port
 * @param {string | Buffer} bytes
 * @returns {Promise<number>} the status, or 0 when the server closed the connection without a word
 */
export function wire(port, bytes) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(bytes));
    let text = "";
    const finish = () => {
      socket.destroy();
      resolve(Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0));
    };
    socket.setTimeout(60_000, () => { socket.destroy(); reject(new Error("no answer on the wire in 60 s")); });
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (text.includes("\r\n\r\n")) finish();
    });
    socket.on("close", finish);
    socket.on("error", finish);
  });
}

function pairs(flat) {
  const list = [];
  for (let index = 0; index + 1 < flat.length; index += 2) list.push([flat[index].toLowerCase(), flat[index + 1]]);
  return list;
}
