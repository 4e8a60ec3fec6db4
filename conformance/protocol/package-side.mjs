import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { createAuthEndpoint, createEmailVerificationToken } from "better-auth/api";
import { getCookieCache, setSessionCookie } from "better-auth/cookies";
import { hashPassword, verifyPassword } from "better-auth/crypto";

const BASE = "http://127.0.0.1:3000";

/** An endpoint inside the real server that signs somebody in without a password: it runs the real cookie writer. */
const minting = {
  id: "minting",
  endpoints: {
    mint: createAuthEndpoint("/mint", { method: "POST", metadata: { SERVER_ONLY: true } }, async (context) => {
      await setSessionCookie(context, context.context.mintThis, false);
      return context.json({});
    }),
  },
};

/**
 * The other side: a real better-auth server over an empty memory database, so that a session can only come out of
 * the cookies.
 * @param {{secret: string, strategy: "compact" | "jwt" | "jwe", version?: string, maxAge?: number}} settings
 */
export function packageSide({ secret, strategy, version, maxAge = 300 }) {
  const auth = betterAuth({
    baseURL: BASE,
    secret,
    database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
    session: { cookieCache: { enabled: true, strategy, maxAge, version } },
    emailVerification: { sendVerificationEmail: async () => {} },
    plugins: [minting],
    logger: { disabled: true },
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
  });
  return {
    /** The `Cookie` header that a browser would send after signing in with this session and user. */
    async mint(session, user) {
      const context = await auth.$context;
      context.mintThis = { session, user };
      const response = await auth.api.mint({ headers: new Headers(), asResponse: true });
      return response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
    },
    /** What the real `/get-session` answers, from cookies alone. */
    async getSession(cookieHeader) {
      const response = await auth.handler(new Request(`${BASE}/api/auth/get-session`, { headers: { cookie: cookieHeader } }));
      return response.json();
    },
    /** What the stand-alone reader for front ends makes of it. */
    readCache: (cookieHeader) =>
      getCookieCache(new Headers({ cookie: cookieHeader }), { secret, strategy, version, isSecure: false }),
    /** What the real `/verify-email` makes of a token: the error code, or null when it only misses the account. */
    async verifyMail(token) {
      const response = await auth.handler(new Request(`${BASE}/api/auth/verify-email?token=${token}`));
      return (await response.json()).code ?? null;
    },
  };
}

export { createEmailVerificationToken, hashPassword, verifyPassword };
