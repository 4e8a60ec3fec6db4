import { sessionPlugin, useSession } from "stayd/vue";
import { type App, createApp, defineComponent, h } from "vue";
import { count, counting } from "../counting.ts";

const Whole = defineComponent(() => {
  const session = useSession();
  return () => h("p", { id: "whole" }, count("whole", session.value.status));
});
const Name = defineComponent(() => {
  const name = useSession(({ data }) => String(data?.user.name));
  return () => h("p", { id: "name" }, count("name", name.value));
});

let app: App | undefined;
window.mountAgain = () => {
  app = createApp(() => [h(Whole), h(Name)]).use(sessionPlugin(counting));
  app.mount("#app");
};
window.unmount = () => app?.unmount();
window.mountAgain();
