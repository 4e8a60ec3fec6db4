/**
 * A real Better Auth server in Node, as fast as its options allow: records in memory (its quickest adapter, no database at all),
 * rate limits and telemetry off.
 *
 * node server.mjs PORT COOKIE_CACHE_SECONDS      (0 turns the cookie cache off)
 * Environment: BETTER_AUTH_SECRET, BETTER_AUTH_URL, NODE_ENV=production
 */
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";

const [port, cacheSeconds] = process.argv.slice(2).map(Number);

const auth = betterAuth({
  database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
  emailAndPassword: { enabled: true },
  session: { cookieCache: { enabled: cacheSeconds > 0, maxAge: cacheSeconds } },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
});

createServer(toNodeHandler(auth)).listen(port, "127.0.0.1");
