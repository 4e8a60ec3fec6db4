// The real binary in a folder of its own: start it, stop it kindly or not, start it again on the same port and database.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../conformance/lib/free-port.mjs";
import { until } from "./until.mjs";

export const BINARY = process.env.STAYD_BIN ?? fileURLToPath(new URL("../target/debug/stayd", import.meta.url));
const SECRET = "browser-tests-0123456789-abcdefghijklmnop";

/** Starts a server on an empty database. Rate limits are off unless a test asks for them: all people share one address. */
export async function startServer({ env = {} } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "stayd-e2e-"));
  await mkdir(join(folder, "mail"));
  const server = new Server(folder, await freePort(), env);
  await server.start();
  return server;
}

class Server {
  #child = null;
  #log = "";

  constructor(folder, port, env) {
    this.folder = folder;
    this.mailFolder = join(folder, "mail");
    this.port = port;
    this.origin = `http://127.0.0.1:${port}`;
    this.env = {
      PATH: process.env.PATH,
      HOME: folder,
      BETTER_AUTH_SECRET: SECRET,
      BETTER_AUTH_URL: this.origin,
      STAYD_MAIL: `file:${this.mailFolder}`,
      STAYD_RATE_LIMIT: "off",
      // The cheaper of the two, for every test signs somebody up; the conformance suite has the other.
      STAYD_PASSWORD_HASH: "argon2id",
      ...env,
    };
  }

  async start() {
    const child = spawn(
      BINARY,
      ["serve", "--demo", "--listen", `127.0.0.1:${this.port}`, "--database", `sqlite:${join(this.folder, "stayd.db")}`],
      { env: this.env, cwd: this.folder, stdio: ["ignore", "pipe", "pipe"] },
    );
    this.#child = child;
    const keep = (chunk) => (this.#log = (this.#log + chunk).slice(-20_000));
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    let failure = null;
    child.on("error", (error) => (failure = error));
    await until(`${BINARY} to be ready`, async () => {
      if (failure) throw failure;
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${this.#log}`);
      const answer = await fetch(`${this.origin}/health/ready`).catch(() => null);
      return answer?.ok;
    });
  }

  /** Ends the process by its id and waits until it is gone. */
  async stop(signal = "SIGTERM") {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    process.kill(child.pid, signal);
    await gone;
  }

  async restart(signal) {
    await this.stop(signal);
    await this.start();
  }

  /** Ends the server and removes its folder. */
  async remove() {
    await this.stop("SIGKILL");
    await rm(this.folder, { recursive: true, force: true });
  }

  get log() {
    return this.#log;
  }

  /** The link in the newest mail to this address that has one containing `part`. */
  async linkInMail(to, part) {
    return until(`a mail to ${to} with ${part}`, async () => {
      const names = (await readdir(this.mailFolder)).filter((name) => name.endsWith(".eml")).sort().reverse();
      for (const name of names) {
        const mail = plainText(await readFile(join(this.mailFolder, name), "utf8"));
        if (!mail.toLowerCase().includes(to.toLowerCase())) continue;
        const link = mail.match(/https?:\/\/[^\s<>"]+/g)?.find((one) => one.includes(part));
        if (link) return link.replaceAll("&amp;", "&");
      }
      return null;
    });
  }
}

/** Undoes quoted-printable, in which mails wrap long links. */
function plainText(mail) {
  if (!/content-transfer-encoding: *quoted-printable/i.test(mail)) return mail;
  return mail
    .replace(/=\r?\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}
