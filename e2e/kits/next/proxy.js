import { staydProxy } from "stayd/next";
import { auth } from "./lib/auth";

export const proxy = staydProxy(auth, { guard: ["/account"], forward: true });

export const config = { matcher: ["/((?!_next/static|_next/image).*)"] };
