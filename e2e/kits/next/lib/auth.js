import { staydComponents } from "stayd/next";
import { secretsFrom, staydServer } from "stayd/server";

export const auth = staydServer({ url: process.env.STAYD_URL ?? "http://127.0.0.1:3000/api/auth", secret: secretsFrom(process.env) });

export const { session, requireSession } = staydComponents(auth);
