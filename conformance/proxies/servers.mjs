/** The real binary, and the real nginx and HAProxy in front of it, as docs/proxies.md has them. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startChild } from "../lib/child.mjs";
import { eventually } from "../lib/eventually.mjs";
import { freePort } from "../lib/free-port.mjs";
import { SECRET } from "../lib/variants.mjs";

export const PAGE = fileURLToPath(new URL("../../docs/proxies.md", import.meta.url));
const BINARY = process.env.STAYD_BIN ?? fileURLToPath(new URL("../../target/debug/stayd", import.meta.url));

/** The block of the page in this language. */
function block(language) {
  const found = readFileSync(PAGE, "utf8").match(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``));
  if (!found) throw new Error(`docs/proxies.md has no block of ${language}`);
  return found[1];
}

/** Everything started, each with the port where it is reached; `tls` where that is https. */
export async function startAll() {
  const folder = mkdtempSync(join(tmpdir(), "stayd-proxies-"));
  const at = (name) => join(folder, name);
  const [port, nginx, haproxy] = [await freePort(), await freePort(), await freePort()];
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=app.example", "-keyout", at("app.key"), "-out", at("app.pem")], { stdio: "pipe" });
  writeFileSync(at("both.pem"), readFileSync(at("app.pem"), "utf8") + readFileSync(at("app.key"), "utf8"));
  const here = (text, own) =>
    text.replaceAll("127.0.0.1:3000", `127.0.0.1:${port}`).replaceAll("/etc/ssl/app-with-key.pem", at("both.pem"))
      .replaceAll("/etc/ssl/", `${folder}/`).replace(/listen 443|bind :443/, (word) => `${word.split(" ")[0]} 127.0.0.1:${own}`);

  writeFileSync(at("stayd.toml"), block("toml"));
  const stayd = await startChild({
    command: BINARY,
    args: ["serve", "--listen", `127.0.0.1:${port}`, "--database", `sqlite:${at("stayd.db")}`, "--config", at("stayd.toml")],
    cwd: folder,
    env: { PATH: process.env.PATH, BETTER_AUTH_SECRET: SECRET, STAYD_HOSTS: `app.example,127.0.0.1:${port}`, STAYD_EVENTS_HEARTBEAT: "1s", STAYD_RATE_LIMIT: "off" },
    port,
    readyPath: "/health/ready",
  });
  writeFileSync(at("nginx.conf"), `daemon off;\nworker_processes 1;\npid ${at("nginx.pid")};\nerror_log ${at("nginx.log")};\nevents {}\nhttp {\naccess_log off;\nclient_body_temp_path ${at("body")};\nproxy_temp_path ${at("proxied")};\nfastcgi_temp_path ${at("f")};\nuwsgi_temp_path ${at("u")};\nscgi_temp_path ${at("s")};\n${here(block("nginx"), nginx)}}\n`);
  writeFileSync(at("haproxy.cfg"), here(block("haproxy"), haproxy));
  const children = [
    spawn("nginx", ["-p", folder, "-c", at("nginx.conf"), "-e", at("nginx.log")], { stdio: "inherit" }),
    spawn("haproxy", ["-db", "-f", at("haproxy.cfg")], { stdio: "ignore" }),
  ];
  for (const own of [nginx, haproxy]) await eventually(() => listens(own), { withinMs: 20_000, what: `a proxy at ${own}` });
  return {
    places: [{ name: "Stayd alone", port, tls: false }, { name: "nginx", port: nginx, tls: true }, { name: "HAProxy", port: haproxy, tls: true }],
    async stop() {
      for (const child of children) child.kill("SIGTERM");
      await stayd.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const listens = (port) => new Promise((resolve) => {
  const socket = connect(port, "127.0.0.1", () => { socket.destroy(); resolve(true); });
  socket.on("error", () => resolve(false));
});
