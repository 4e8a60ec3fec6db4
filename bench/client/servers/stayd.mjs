// The real binary behind the site, which counts, delays and refuses for all alike.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { request as ask } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { within } from "../browser.mjs";
import { json } from "../site.mjs";
import { lateReuse } from "./late-reuse.mjs";

const built = (profile) => fileURLToPath(new URL(`../../../target/${profile}/stayd`, import.meta.url));
/** A look at the session that leaves it as it is: back ends of applications do not renew, and have no use for a new cookie. */
const LOOK = "/api/auth/get-session?disableCookieCache=true&disableRefresh=true";
const BINARY = process.env.STAYD_BIN ?? (existsSync(built("release")) ? built("release") : built("debug"));

/** @param {{ env?: object }} row What a row asks of the binary's settings. */
export async function stayd(site, { env = {} } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "stayd-bench-client-"));
  const port = await freePort();
  const child = spawn(BINARY, ["serve", "--listen", `127.0.0.1:${port}`, "--database", `sqlite:${join(folder, "stayd.db")}`], {
    cwd: folder,
    stdio: "ignore",
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      BETTER_AUTH_SECRET: "client-benchmark-0123456789-abcdefghijkl",
      BETTER_AUTH_URL: site.origin,
      STAYD_RATE_LIMIT: "off",
      ...env,
    },
  });
  const end = () => child.kill();
  process.once("exit", end);
  let failure = null;
  child.on("error", (error) => (failure = error));
  const ready = await within(15_000, async () => failure ?? (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok);
  if (ready !== true) throw failure ?? new Error(`${BINARY} did not become ready`);

  if (env.STAYD_SESSION_ROTATION === "strict") {
    const reuse = lateReuse({ pass: (exchange) => pass(port, exchange), opens: (cookie) => opens(port, cookie) });
    return { ...reuse, close };
  }
  const gate = { armed: false, reads: 0 };
  return {
    handle: (exchange) => (gate.armed && isRefused(gate, exchange) ? refuse(exchange) : pass(port, exchange)),
    /**
     * What a strict single-use server would do: from now on one session read is answered and every further one refused,
     * and calls of the application are refused until there has been one.
     */
    arm: () => Object.assign(gate, { armed: true, reads: 0 }),
    disarm: () => Object.assign(gate, { armed: false }),
    endAll: () => endAll(port, site.origin),
    close,
  };

  async function close() {
    process.off("exit", end);
    if (child.exitCode === null) {
      const gone = once(child, "exit");
      process.kill(child.pid);
      await gone;
    }
    await rm(folder, { recursive: true, force: true });
  }
}

function isRefused(gate, { url }) {
  if (url.pathname === "/api/me") return gate.reads === 0;
  if (!url.pathname.endsWith("/get-session")) return false;
  gate.reads += 1;
  return gate.reads > 1;
}

const refuse = ({ response }) => json(response, 401, { code: "UNAUTHORIZED", message: "used before" });

/** Ends every session of the person, signing in as another device does. When it asked for that. */
async function endAll(port, origin) {
  const post = (path, body, cookie = "") =>
    fetch(`http://127.0.0.1:${port}/api/auth/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", origin, cookie },
      body: JSON.stringify(body),
    });
  const signedIn = await post("sign-in/email", { email: "ada@example.com", password: "correct horse battery" });
  const cookie = signedIn.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
  const asked = Date.now();
  const ended = await post("revoke-sessions", {}, cookie);
  if (!ended.ok) throw new Error(`the other device could not end the sessions: ${ended.status}`);
  return asked;
}

/** Whether the server takes this cookie; it renews nothing. */
async function opens(port, cookie) {
  const answer = await fetch(`http://127.0.0.1:${port}${LOOK}`, { headers: { cookie } });
  return (await answer.text()).includes('"session"');
}

/** Hands a request on as it came, and the answer back as it came. `/api/me` is any call of the application: the session decides. */
function pass(port, { request, response, url, body }) {
  const own = url.pathname === "/api/me";
  const path = own ? LOOK : request.url;
  return new Promise((resolve, reject) => {
    const onward = ask({ host: "127.0.0.1", port, path, method: request.method, headers: request.headers }, (answer) => {
      if (own) return isSignedIn(answer).then((yes) => resolve(response.writeHead(yes ? 200 : 401).end("{}")), reject);
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
      answer.on("end", resolve);
    });
    onward.on("error", reject);
    onward.end(body);
  });
}

async function isSignedIn(answer) {
  let text = "";
  for await (const part of answer) text += part;
  return text.includes('"session"');
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}
