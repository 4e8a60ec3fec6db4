import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startChild } from "../lib/child.mjs";
import { freePort } from "../lib/free-port.mjs";
import { Mailbox } from "../lib/mailbox.mjs";
import { SECRET } from "../lib/variants.mjs";

const BINARY = process.env.STAYD_BIN ?? fileURLToPath(new URL("../../target/debug/stayd", import.meta.url));

/**
 * Starts our server on a free port with a database and a mail directory of its own.
 * @param {import("../lib/variants.mjs").Variant} variant
 * @returns {Promise<import("../reference/launch.mjs").Target>}
 */
export async function launchStayd(variant) {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), "stayd-"));
  const mail = join(directory, "mail");
  mkdirSync(mail);
  const baseURL = variant.baseURL ?? `http://127.0.0.1:${port}`;
  const child = await startChild({
    command: BINARY,
    args: ["serve", "--listen", `127.0.0.1:${port}`, "--database", `sqlite:${join(directory, "stayd.db")}`],
    cwd: directory,
    env: { PATH: process.env.PATH, ...settings(variant, baseURL, mail) },
    port,
    readyPath: "/health/ready",
  });
  return {
    kind: "stayd",
    port,
    baseURL,
    mail: new Mailbox(mail),
    pid: child.pid,
    output: child.output,
    async stop() {
      await child.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function settings(variant, baseURL, mail) {
  return {
    BETTER_AUTH_SECRET: SECRET,
    BETTER_AUTH_URL: baseURL,
    STAYD_MAIL: `file:${mail}`,
    STAYD_RATE_LIMIT: variant.rateLimit ? "on" : "off",
    STAYD_COOKIE_CACHE: String(variant.cookieCache),
    STAYD_TRUSTED_ORIGINS: variant.trustedOrigins.join(","),
    ...(variant.expiresIn !== undefined && { STAYD_SESSION_EXPIRES_IN: String(variant.expiresIn) }),
    ...(variant.updateAge !== undefined && { STAYD_SESSION_UPDATE_AGE: String(variant.updateAge) }),
    ...(variant.requireEmailVerification && { STAYD_REQUIRE_EMAIL_VERIFICATION: "on" }),
    ...(variant.deleteByMail && { STAYD_DELETE_USER_BY_MAIL: "on" }),
  };
}
