import { render } from "solid-js/web";
import { SessionProvider, useSession } from "stayd/solid";
import { count, counting } from "../counting.ts";

function Whole() {
  const session = useSession();
  return <p id="whole">{count("whole", session().status)}</p>;
}
function Name() {
  const name = useSession(({ data }) => String(data?.user.name));
  return <p id="name">{count("name", name())}</p>;
}

window.mountAgain = () => {
  window.unmount = render(
    () => (
      <SessionProvider session={counting}>
        <Whole />
        <Name />
      </SessionProvider>
    ),
    document.getElementById("root")!,
  );
};
window.mountAgain();
