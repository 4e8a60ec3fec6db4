// One of the apps in this folder: put together, built, and served before a Stayd server of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { startServer } from "../server.mjs";
import { until } from "../until.mjs";

const PACKAGE = new URL("../../packages/stayd/", import.meta.url);

/** How the built app is started; the port and the address are told in the environment. */
const START = {
  sveltekit: () => ["build/index.js"],
  astro: () => ["dist/server/entry.mjs"],
  next: (port) => ["node_modules/next/dist/bin/next", "start", "-H", "127.0.0.1", "-p", String(port)],
};

/** Builds the app in `name` with the packages of its lock file, and with `stayd` as npm would put it there. */
export async function buildApp(name) {
  const folder = fileURLToPath(new URL(`${name}/`, import.meta.url));
  const lock = await readFile(`${folder}package-lock.json`, "utf8");
  const stamp = `${folder}node_modules/.installed-lock`;
  if ((await readFile(stamp, "utf8").catch(() => "")) !== lock) {
    // Not `ci`, which fails when a registry lacks the builds of a tool for some other platform.
    await run("npm", ["install", "--no-audit", "--no-fund"], folder);
    await writeFile(stamp, lock);
  }
  const own = `${folder}node_modules/stayd`;
  await rm(own, { recursive: true, force: true });
  await mkdir(own, { recursive: true });
  for (const part of ["package.json", "dist"]) await cp(new URL(part, PACKAGE), `${own}/${part}`, { recursive: true });
  await run("npm", ["run", "build"], folder);
}

/** Serves the built app; `env` goes to the Stayd server behind it. */
export async function startApp(name, { env = {} } = {}) {
  const { port, release } = await holdPort();
  const origin = `http://127.0.0.1:${port}`;
  const server = await startServer({ env: { BETTER_AUTH_URL: origin, ...env } });
  await release();
  let log = "";
  const child = spawn(process.execPath, START[name](port), {
    cwd: new URL(`${name}/`, import.meta.url),
    env: {
      PATH: process.env.PATH,
      HOME: server.folder,
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      HOST: "127.0.0.1",
      PORT: String(port),
      ORIGIN: origin,
      STAYD_URL: `${server.origin}/api/auth`,
      BETTER_AUTH_SECRET: server.env.BETTER_AUTH_SECRET,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const keep = (chunk) => (log = (log + chunk).slice(-20_000));
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const app = {
    origin,
    server,
    get log() {
      return log;
    },
    async remove() {
      if (child.exitCode === null) {
        const gone = once(child, "exit");
        process.kill(child.pid, "SIGKILL");
        await gone;
      }
      await server.remove();
    },
  };
  try {
    await until(`${name} to be ready`, async () => {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
      const answer = await fetch(origin).catch(() => null);
      if (answer?.status === 500) throw new Error(`${name} answers 500`);
      return answer?.ok;
    });
  } catch (error) {
    await app.remove();
    throw new Error(`${error.message}:\n${log}`);
  }
  return app;
}

async function run(command, words, cwd) {
  const env = { ...process.env, ASTRO_TELEMETRY_DISABLED: "1", NEXT_TELEMETRY_DISABLED: "1" };
  const child = spawn(command, words, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (log += chunk));
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${command} ${words.join(" ")} in ${cwd} ended with ${code}:\n${log}`);
}

/** A port for the app, held until the Stayd server has one of its own: else that could be given the very same. */
async function holdPort() {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const release = () => new Promise((resolve) => holder.close(resolve));
  return { port: holder.address().port, release };
}
