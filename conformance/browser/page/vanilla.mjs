import { createAuthClient } from "better-auth/client";
import { stage } from "./stage.mjs";
import { words } from "./words.mjs";

const client = createAuthClient();
client.useSession.subscribe((session) => { document.querySelector("#session").textContent = words(session); });
stage(client);
