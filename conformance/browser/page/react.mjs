import { createAuthClient } from "better-auth/react";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { stage } from "./stage.mjs";
import { words } from "./words.mjs";

const client = createAuthClient();

function Session() {
  return words(client.useSession());
}

createRoot(document.querySelector("#session")).render(createElement(Session));
stage(client);
