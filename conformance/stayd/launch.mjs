import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
  const config = join(directory, "stayd.toml");
  writeFileSync(config, file(variant));
  const baseURL = variant.baseURL ?? `http://127.0.0.1:${port}`;
  const child = await startChild({
    command: BINARY,
    args: ["serve", "--listen", `127.0.0.1:${port}`, "--database", `sqlite:${join(directory, "stayd.db")}`, "--config", config],
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
    STAYD_PASSWORD_HASH: variant.passwordHash,
    STAYD_RATE_LIMIT: variant.rateLimit ? "on" : "off",
    STAYD_COOKIE_CACHE: String(variant.cookieCache),
    STAYD_TRUSTED_ORIGINS: variant.trustedOrigins.join(","),
    ...(variant.expiresIn !== undefined && { STAYD_SESSION_EXPIRES_IN: String(variant.expiresIn) }),
    ...(variant.updateAge !== undefined && { STAYD_SESSION_UPDATE_AGE: String(variant.updateAge) }),
    ...(variant.csrf !== undefined && { STAYD_CSRF_MODE: variant.csrf }),
    ...(variant.backends && { STAYD_BACKENDS: variant.backends }),
    ...(variant.plugins && { STAYD_BEARER: "on", STAYD_MULTI_SESSION: "on", STAYD_JWT: "on" }),
    ...(variant.jwtClaims && { STAYD_JWT_CLAIMS: variant.jwtClaims }),
    ...(variant.freshAge !== undefined && { STAYD_SESSION_FRESH_AGE: String(variant.freshAge) }),
  };
}

/** What has no variable in the environment. */
function file(variant) {
  return `[account]
sign_up = ${variant.signUp}
auto_sign_in = ${variant.autoSignIn}
require_email_verification = ${variant.requireEmailVerification}
auto_sign_in_after_verification = ${variant.autoSignInAfterVerification}
change_email = ${variant.changes}
delete_user = ${variant.changes}
delete_user_by_mail = ${variant.deleteByMail}
${variant.plugins ? "[multi_session]\nmaximum = 2\n" : ""}`;
}
