/**
 * A real Better Auth server in Node, with the options our server has too.
 * Run as a process of its own: the package reads NODE_ENV, and "test" would switch its origin checks off.
 *
 * Environment: PORT, MAIL_DIRECTORY, VARIANT (JSON, see `lib/variants.mjs`), BETTER_AUTH_URL, BETTER_AUTH_SECRET.
 */
import { writeFileSync, renameSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { bearer, jwt, multiSession } from "better-auth/plugins";
import { database } from "./database.mjs";

const variant = JSON.parse(process.env.VARIANT);
const port = Number(process.env.PORT);
let letters = 0;

/** Writes a letter as our server does, so that one reader serves both. */
function post(to, subject, link) {
  letters += 1;
  const name = join(process.env.MAIL_DIRECTORY, `${String(letters).padStart(6, "0")}.eml`);
  writeFileSync(`${name}.part`, `To: ${to}\r\nSubject: ${subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${link}\r\n`);
  renameSync(`${name}.part`, name);
}

const options = {
  secret: process.env.BETTER_AUTH_SECRET,
  baseURL: process.env.BETTER_AUTH_URL,
  database: database(),
  trustedOrigins: variant.trustedOrigins,
  emailAndPassword: {
    enabled: true,
    autoSignIn: variant.autoSignIn,
    disableSignUp: !variant.signUp,
    requireEmailVerification: variant.requireEmailVerification,
    sendResetPassword: async ({ user, url }) => post(user.email, "reset-password", url),
  },
  emailVerification: {
    autoSignInAfterVerification: variant.autoSignInAfterVerification,
    sendVerificationEmail: async ({ user, url }) => post(user.email, "verify-email", url),
  },
  user: {
    changeEmail: {
      enabled: variant.changes,
      sendChangeEmailConfirmation: async ({ user, url }) => post(user.email, "confirm-change", url),
    },
    deleteUser: {
      enabled: variant.changes,
      ...(variant.deleteByMail && {
        sendDeleteAccountVerification: async ({ user, url }) => post(user.email, "delete-account", url),
      }),
    },
  },
  session: {
    ...(variant.expiresIn !== undefined && { expiresIn: variant.expiresIn }),
    ...(variant.freshAge !== undefined && { freshAge: variant.freshAge }),
    ...(variant.updateAge !== undefined && { updateAge: variant.updateAge }),
    cookieCache: { enabled: variant.cookieCache > 0, maxAge: variant.cookieCache || 300, strategy: "compact" },
  },
  rateLimit: { enabled: variant.rateLimit },
  plugins: variant.plugins ? [bearer({ requireSignature: true }), multiSession({ maximumSessions: 2 }), jwt()] : [],
  telemetry: { enabled: false },
  logger: { level: "error" },
};

const auth = betterAuth(options);
await (await getMigrations(options)).runMigrations();

const handle = toNodeHandler(auth);
createServer((request, response) => {
  if (request.url === "/health/ready") {
    response.end("ready");
    return;
  }
  handle(request, response);
}).listen(port, "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
