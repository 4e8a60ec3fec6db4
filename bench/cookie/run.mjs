// How many cookies a second one core verifies in Node: `stayd/server` beside the official helpers, in the same run, each in turn.
// Every cookie is another one, so that nothing can be remembered, but for the last row: a browser sends the same for minutes. Counted is processor time, of all threads: what one core gives
// in a second, whatever else the machine does. Run it by `cargo xtask bench cookie`.
import { createHash, createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { source } from "../../packages/stayd/tests/source.mjs";
import { staydServer } from "../../packages/stayd/dist/server.js";

const official = createRequire(new URL("../better-auth/package.json", import.meta.url));
const load = (name) => import(pathToFileURL(official.resolve(name)));
const { getCookieCache } = await load("better-auth/cookies");
const { createEndpoint } = await load("better-call");
const { macKey, openToken } = await source("server/mac");

const quick = process.argv.includes("--quick");
const COOKIES = quick ? 200 : 2_000;
const ROUNDS = quick ? 1 : 5;
const SECONDS = quick ? 0.2 : 1.5;
const SECRET = "bench-secret-0123456789-abcdefghijklmnop";
const NAME = "better-auth.session_token";

const mac = (text, encoding) => createHmac("sha256", SECRET).update(text).digest(encoding);
const base64url = (text) => Buffer.from(text).toString("base64url");

/** The cookies of a person as the server sets them: 900 bytes of session data. */
function person(number) {
  const token = createHash("sha256").update(`token ${number}`).digest("hex").slice(0, 32);
  const now = Date.now();
  const at = new Date(now).toISOString();
  const payload = {
    session: { expiresAt: new Date(now + 604_800_000).toISOString(), token, createdAt: at, updatedAt: at, ipAddress: "203.0.113.9", userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", userId: `user-${number}`, id: `session-${number}` },
    user: { name: "Ada Lovelace", email: `ada-${number}@example.com`, emailVerified: true, image: null, createdAt: at, updatedAt: at, id: `user-${number}` },
    updatedAt: now,
    version: "1",
  };
  const expiresAt = now + 3_600_000;
  const signature = mac(JSON.stringify({ ...payload, expiresAt }), "base64url");
  const data = base64url(JSON.stringify({ session: payload, expiresAt, signature }));
  const signed = `${token}.${mac(token, "base64")}`;
  const cookie = `${NAME}=${encodeURIComponent(signed)}; better-auth.session_data=${data}`;
  return { token, signed, request: new Request("http://app.test/", { headers: { cookie } }), only: new Headers({ cookie: `${NAME}=${encodeURIComponent(signed)}` }) };
}

const people = Array.from({ length: COOKIES }, (_, number) => person(number));
const keys = [macKey(SECRET)];
const nobodyIsAsked = () => Promise.reject(new Error("the server was asked"));
// A new one for each round: what it knows of a request it keeps.
const fresh = () => staydServer({ url: "http://auth.test/api/auth", secret: SECRET, fetch: nobodyIsAsked });
const readSigned = createEndpoint("/read", { method: "GET", requireHeaders: true }, (context) => context.getSignedCookie(NAME, SECRET));

const ROWS = {
  "session token": {
    "stayd/server": () => async ({ signed, token }) => (await openToken(keys, signed)).token === token,
    "better-call getSignedCookie": () => async ({ only, token }) => (await readSigned({ headers: only })) === token,
  },
  "session token and session data, for the first time": {
    "stayd/server read": () => {
      let server = fresh();
      let count = 0;
      return async ({ request }) => {
        if (count++ % COOKIES === 0) server = fresh();
        return !!(await server.read(request)).data;
      };
    },
    "better-auth getCookieCache (session data alone)": () => async ({ request, token }) =>
      (await getCookieCache(request, { secret: SECRET, isSecure: false }))?.session.token === token,
  },
};

ROWS["session token and session data, of browsers that come again"] = {
  "stayd/server read": () => {
    // As many browsers as are remembered; each request is another object, as they are.
    const again = people.slice(0, 900);
    const server = fresh();
    let count = 0;
    return async () => {
      const { headers, url } = again[count++ % again.length].request;
      return !!(await server.read({ headers, url })).data;
    };
  },
  "better-auth getCookieCache (session data alone)": ROWS["session token and session data, for the first time"]["better-auth getCookieCache (session data alone)"],
};

async function perSecond(make) {
  const verify = make();
  const end = performance.now() + SECONDS * 1000;
  const began = process.cpuUsage();
  let done = 0;
  while (performance.now() < end) {
    for (const one of people) if (!(await verify(one))) throw new Error("a good cookie was refused");
    done += people.length;
  }
  const { user, system } = process.cpuUsage(began);
  return (done / (user + system)) * 1e6;
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

for (const [row, sides] of Object.entries(ROWS)) {
  const measured = Object.fromEntries(Object.keys(sides).map((side) => [side, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [side, make] of Object.entries(sides)) {
      const rate = await perSecond(make);
      // The first round warms up.
      if (round) measured[side].push(rate);
    }
  }
  console.log(`\n${row}, cookies verified per second of one core`);
  for (const [side, rates] of Object.entries(measured)) {
    console.log(`${side.padEnd(50)}${Math.round(median(rates)).toLocaleString("en").padStart(10)}`);
  }
}
