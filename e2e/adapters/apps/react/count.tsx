import { StrictMode, Suspense, lazy } from "react";
import { type Root, createRoot } from "react-dom/client";
import { SessionProvider, useSession } from "stayd/react";
import { count, counting } from "../counting.ts";

const Whole = () => <p id="whole">{count("whole", useSession().status)}</p>;
const Name = () => <p id="name">{count("name", useSession(({ data }) => String(data?.user.name)))}</p>;
/** Comes late, as what is loaded does; its neighbour is rendered a second time for it. */
const Late = lazy(async () => ({ default: Name }));

let root: Root | undefined;
window.mountAgain = () => {
  root = createRoot(document.getElementById("root")!);
  root.render(
    <StrictMode>
      <SessionProvider session={counting}>
        <Suspense fallback="...">
          <Whole />
          <Late />
        </Suspense>
      </SessionProvider>
    </StrictMode>,
  );
};
window.unmount = () => root?.unmount();
window.mountAgain();
