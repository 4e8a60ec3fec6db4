// A page with React and no client.
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { expose } from "./face.mjs";

expose({
  create() {
    createRoot(document.body.appendChild(document.createElement("div"))).render(createElement("span"));
  },
  state: () => ({ status: "out", name: null }),
});
