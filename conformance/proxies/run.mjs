/**
 * nginx and HAProxy in front of the real binary: requests that two servers might read differently (H-5), who is believed to be calling
 * (H-9), and event streams. `apt-get install nginx-light haproxy openssl`, then `node proxies/run.mjs [--write]`; not part of `npm test`.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { PROBES } from "./probes.mjs";
import { PAGE, startAll } from "./servers.mjs";

/** Longer than a password takes to hash on a busy machine; and how long after an answer another one would have come. */
const PATIENCE_MS = 60_000;
const AFTERWARDS_MS = 1_000;

/** Sends bytes as they are, and answers with what came until `enough` says so, the end, or a while without a byte. */
function send({ port, tls }, bytes, enough = () => false, afterwards = 0) {
  return new Promise((resolve) => {
    const options = { port, host: "127.0.0.1", servername: "app.example", rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] };
    const socket = tls ? connectTls(options) : connect(options);
    let text = "";
    const done = () => { socket.destroy(); resolve(text); };
    socket.setTimeout(PATIENCE_MS, done);
    socket.on("data", (data) => {
      text += data.toString("latin1");
      if (enough(text)) done();
      else if (afterwards) socket.setTimeout(afterwards);
    });
    socket.on("end", done).on("error", done).on("close", done);
    socket.write(Buffer.from(bytes, "latin1"));
  });
}

/** What only Stayd's own answers have. */
const fromStayd = (text) => (text.match(/x-content-type-options: nosniff/gi) ?? []).length;
const statuses = (text) => [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => Number(status));
const HONEST = "GET /api/auth/ok HTTP/1.1\r\nHost: app.example\r\n\r\n";
const honest = (place) => send(place, HONEST, (text) => text.includes('{"ok":true}'));

async function probe(place, { name, bytes, harmless }) {
  const text = await send(place, bytes, undefined, AFTERWARDS_MS);
  const answers = statuses(text);
  assert.ok(fromStayd(text) <= 1, `${place.name}, ${name}: Stayd saw what was hidden: ${text}`);
  assert.ok(place.tls || answers.length <= 1, `${name}: ${answers.length} answers`);
  assert.ok(harmless || !(answers[0] < 400), `${place.name}, ${name}: answered ${answers[0]}`);
  // Several, so that each connection that the proxy keeps has been used again.
  for (const answer of await Promise.all(Array.from({ length: 4 }, () => honest(place)))) {
    assert.deepEqual(statuses(answer), [200], `${place.name}, after ${name}: ${answer}`);
  }
  // What a proxy takes for a second request it answers itself, for it passes nothing on to there.
  return answers.map((status, at) => (at === 0 ? status : `then its own ${status}`)).join(", ") || "closed";
}

/** Signs up with a made-up address in the header, and looks whose address the session has. */
async function whoIsCalling(place) {
  const body = JSON.stringify({ name: "Ada", email: `ada@${place.name.toLowerCase()}.example`, password: "correct horse battery" });
  const head = `POST /api/auth/sign-up/email HTTP/1.1\r\nHost: app.example\r\nX-Forwarded-For: 203.0.113.66\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  const answer = await send(place, head + body, (text) => text.includes("}}") || text.includes("\r\n0\r\n"));
  const cookie = /set-cookie: ([^;]+)/i.exec(answer)?.[1];
  assert.match(cookie ?? answer, /^__Secure-better-auth\.session_token=/);
  const session = await send(place, `GET /api/auth/get-session HTTP/1.1\r\nHost: app.example\r\nCookie: ${cookie}\r\n\r\n`, (text) => text.includes("ipAddress"));
  assert.equal(/"ipAddress":"([^"]*)"/.exec(session)?.[1], "127.0.0.1", `${place.name}: ${session}`);
  return cookie;
}

/** A stream that is told at once, and outlives silence by its heartbeat. */
async function streams(place, cookie) {
  const request = `GET /api/auth/events HTTP/1.1\r\nHost: app.example\r\nAccept: text/event-stream\r\nCookie: ${cookie}\r\n\r\n`;
  const beats = (text) => (text.match(/\n:/g) ?? []).length;
  const heard = send(place, request, (text) => /event: ?ended|"ended"|session-ended/.test(text) || beats(text) >= 2);
  const text = await heard;
  assert.deepEqual(statuses(text), [200], text);
  assert.ok(beats(text) >= 2, `${place.name} holds the stream back: ${text}`);
}

function table(places, rows) {
  const lines = [["request", ...places.map((place) => place.name)], ["---", ...places.map(() => "---")], ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

const all = await startAll();
try {
  const rows = [];
  for (const one of PROBES) {
    rows.push([one.name, ...(await Promise.all(all.places.map((place) => probe(place, one))))]);
    console.log(rows.at(-1).join(" | "));
  }
  for (const place of all.places.filter(({ tls }) => tls)) await streams(place, await whoIsCalling(place));
  if (process.argv.includes("--write")) {
    const [before] = readFileSync(PAGE, "utf8").split(/(?<=--write`\. -->\n)/);
    writeFileSync(PAGE, `${before}\n${table(all.places, rows)}\n`);
  }
  console.log(`proxies: ${rows.length} requests through ${all.places.length} places, addresses and streams through both proxies`);
} finally {
  await all.stop();
}
