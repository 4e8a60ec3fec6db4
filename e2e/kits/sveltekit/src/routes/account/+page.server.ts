import { requireSession } from "stayd/sveltekit";

export const load = (event) => ({ email: requireSession(event).user.email });
