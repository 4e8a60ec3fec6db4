import type { Handle, ServerLoad } from "@sveltejs/kit";
import { staydServer } from "stayd/server";
import { requireSession, staydHandle, staydLoad } from "stayd/sveltekit";

const auth = staydServer({ url: "http://127.0.0.1:3000/api/auth" });

export const handle: Handle = staydHandle(auth, { guard: ["/account"] });
export const load: ServerLoad = staydLoad;
export const guarded: ServerLoad = (event) => ({ id: requireSession(event).user.id });
