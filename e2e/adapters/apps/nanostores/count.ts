import { sessionStores } from "stayd/nanostores";
import { count, counting } from "../counting.ts";

const { $session, $user } = sessionStores(counting);
const root = document.getElementById("root")!;
root.innerHTML = '<p id="whole"></p><p id="name"></p>';
const [whole, name] = root.querySelectorAll("p");

window.mountAgain = () => {
  const stops = [
    $session.subscribe(({ status }) => (whole!.textContent = count("whole", status))),
    $user.subscribe((user) => (name!.textContent = count("name", String(user?.name)))),
  ];
  window.unmount = () => stops.forEach((stop) => stop());
};
window.mountAgain();
