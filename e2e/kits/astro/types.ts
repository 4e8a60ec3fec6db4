import type { MiddlewareHandler } from "astro";
import { staydMiddleware } from "stayd/astro";
import { staydServer } from "stayd/server";

const auth = staydServer({ url: "http://127.0.0.1:3000/api/auth" });

export const onRequest: MiddlewareHandler = staydMiddleware(auth, { guard: ["/account"] });
