import { mount, unmount } from "svelte";
import Count from "./Count.svelte";

let app: Record<string, unknown> | undefined;
window.mountAgain = () => {
  app = mount(Count, { target: document.getElementById("app")! });
};
window.unmount = () => void (app && unmount(app));
window.mountAgain();
