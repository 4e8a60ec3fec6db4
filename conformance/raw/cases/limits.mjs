import { keep, scenario } from "../../lib/scenario.mjs";

const LIMITED = { status: 429, headers: { "content-type": "application/json", "retry-after": "10", "x-retry-after": "10" } };

scenario("the fourth sign-in in ten seconds is refused", "limited", async (run) => {
  const anyone = run.browser();
  // No address, so nothing is hashed and all four fall within the ten seconds.
  const attempt = (kept) => anyone.signIn({ email: "nobody" }, { kept, window: 10 });
  await attempt();
  await attempt();
  await attempt();
  await attempt(keep("D-13", LIMITED));
  await anyone.post("/sign-up/email", { name: "x" }, { note: "another path, another count" });
  await anyone.get("/get-session");
  await anyone.send({ method: "GET", path: "/sign-in/email", note: "the method does not count", window: 10, kept: keep("D-13", LIMITED) });
});

scenario("the fourth letter in a minute is refused", "limited", async (run) => {
  const anyone = run.browser();
  const attempt = (kept) => anyone.post("/request-password-reset", { email: run.email("nobody") }, { kept, window: 60 });
  await attempt();
  await attempt();
  await attempt();
  await attempt(keep("D-13", { ...LIMITED, headers: { "content-type": "application/json", "retry-after": "60", "x-retry-after": "60" } }));
});
