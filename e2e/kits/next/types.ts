import type { NextProxy } from "next/server";
import { staydComponents, staydProxy } from "stayd/next";
import { staydServer } from "stayd/server";

const auth = staydServer({ url: "http://127.0.0.1:3000/api/auth" });

export const proxy: NextProxy = staydProxy(auth, { guard: ["/account"] });
export const { session, requireSession } = staydComponents(auth);
