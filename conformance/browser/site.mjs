import http from "node:http";

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>conformance</title><link rel="icon" href="data:,">
<p id="session"></p><script type="module" src="script.js"></script></html>`;

/**
 * The site that the test pages live on. It serves one page for each flavour and passes `/api/auth/` on to the server
 * under test, with everything as the browser sent it: host, origin and cookies; answers go back as they came.
 *
 * @param {{port: number, upstream: () => number, scripts: Record<string, string>}} options
 * @returns {Promise<http.Server>}
 */
export function openSite({ port, upstream, scripts }) {
  const server = http.createServer((request, response) => {
    if (request.url.startsWith("/api/auth/")) pass(request, response, upstream());
    else serve(request, response, scripts);
  });
  return new Promise((resolve) => { server.listen(port, "127.0.0.1", () => resolve(server)); });
}

function serve(request, response, scripts) {
  const [, flavour, file] = /^\/(\w+)\/(script\.js)?(?:[?#].*)?$/.exec(request.url) ?? [];
  if (!scripts[flavour]) response.writeHead(404).end();
  else if (file) response.writeHead(200, { "content-type": "text/javascript" }).end(scripts[flavour]);
  else response.writeHead(200, { "content-type": "text/html" }).end(PAGE);
}

function pass(request, response, port) {
  const onwards = http.request({
    host: "127.0.0.1", port, method: request.method, path: request.url, headers: request.rawHeaders, setHost: false,
  }, (answer) => {
    response.writeHead(answer.statusCode, answer.statusMessage, answer.rawHeaders);
    answer.pipe(response);
  });
  onwards.on("error", () => response.writeHead(502).end());
  request.pipe(onwards);
}
