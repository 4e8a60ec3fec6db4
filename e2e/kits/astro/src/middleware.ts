import { staydMiddleware } from "stayd/astro";
import { auth } from "./lib/auth";

export const onRequest = staydMiddleware(auth, { guard: ["/account"], forward: true });
