import { createAuthClient } from "better-auth/svelte";
import { mount } from "svelte";
import Session from "./Session.svelte";
import { stage } from "./stage.mjs";

const client = createAuthClient();
mount(Session, { target: document.querySelector("#session"), props: { client } });
stage(client);
