/** Requests about whose end two servers might disagree. Each hides another one, to a place that no proxy passes on: Stayd may never see it. */

const HIDDEN = "GET /hidden HTTP/1.1\r\nHost: app.example\r\n\r\n";
const BODY = '{"email":"a@example.com","password":"wrong"}';
const CHUNKED = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;

const post = (headers, body) =>
  `POST /api/auth/sign-in/email HTTP/1.1\r\nHost: app.example\r\nContent-Type: application/json\r\n${headers.map((line) => `${line}\r\n`).join("")}\r\n${body}`;

const both = (encoding) => post([`Content-Length: ${5 + HIDDEN.length}`, encoding], `0\r\n\r\n${HIDDEN}`);

/** `harmless`: read in one way by everybody, so that an answer is right. */
export const PROBES = [
  { name: "a length beside chunks", bytes: both("Transfer-Encoding: chunked") },
  { name: "chunks beside a length", bytes: post(["Transfer-Encoding: chunked", "Content-Length: 4"], CHUNKED + HIDDEN) },
  { name: "`Transfer-Encoding: xchunked` and a length", bytes: both("Transfer-Encoding: xchunked") },
  { name: "`Transfer-Encoding: chunked, identity` and a length", bytes: both("Transfer-Encoding: chunked, identity") },
  { name: "`Transfer-Encoding : chunked`, a blank before the colon", bytes: both("Transfer-Encoding : chunked") },
  { name: "`Transfer-Encoding:\\vchunked`", bytes: both("Transfer-Encoding:\x0bchunked") },
  { name: "`Transfer-Encoding` on a folded line", bytes: both("X-A: b\r\n Transfer-Encoding: chunked") },
  { name: "`Transfer-Encoding` twice", bytes: post(["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], CHUNKED + HIDDEN) },
  { name: "`Transfer_Encoding: chunked` and a length", bytes: post([`Content-Length: ${BODY.length}`, "Transfer_Encoding: chunked"], BODY), harmless: true },
  { name: "two lengths that differ", bytes: post([`Content-Length: ${BODY.length}`, `Content-Length: ${BODY.length + HIDDEN.length}`], BODY + HIDDEN) },
  { name: "a length as a list", bytes: post([`Content-Length: ${BODY.length}, ${BODY.length + HIDDEN.length}`], BODY + HIDDEN) },
  { name: "a length with a plus", bytes: post([`Content-Length: +${BODY.length}`], BODY + HIDDEN) },
  { name: "a negative length", bytes: post(["Content-Length: -1"], BODY + HIDDEN) },
  { name: "a chunk with an extension", bytes: post(["Transfer-Encoding: chunked"], CHUNKED.replace("\r\n", ";a=b\r\n")), harmless: true },
  { name: "a chunk's size with a line feed alone", bytes: post(["Transfer-Encoding: chunked"], `${CHUNKED.replace("\r\n", "\n")}${HIDDEN}`) },
  { name: "a chunk's size in another spelling, `0x2c`", bytes: post(["Transfer-Encoding: chunked"], `0x${CHUNKED}${HIDDEN}`) },
  { name: "a chunk's size that overflows", bytes: post(["Transfer-Encoding: chunked"], `1${"0".repeat(16)}\r\n${HIDDEN}`) },
  { name: "chunks in HTTP/1.0", bytes: post(["Transfer-Encoding: chunked"], CHUNKED + HIDDEN).replace("HTTP/1.1", "HTTP/1.0") },
  { name: "a body under GET with a length", bytes: `GET /api/auth/get-session HTTP/1.1\r\nHost: app.example\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`, harmless: true },
  { name: "two hosts", bytes: `GET /api/auth/get-session HTTP/1.1\r\nHost: app.example\r\nHost: evil.example\r\n\r\n` },
  { name: "a line feed in the address", bytes: `GET /api/auth/get-session\n HTTP/1.1\r\nHost: app.example\r\n\r\n` },
];
