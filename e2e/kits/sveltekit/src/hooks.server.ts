import { staydHandle } from "stayd/sveltekit";
import { auth } from "$lib/auth";

export const handle = staydHandle(auth, { guard: ["/account"], forward: true });
