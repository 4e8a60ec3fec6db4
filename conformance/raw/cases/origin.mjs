import { foreignHost } from "../../lib/expected.mjs";
import { keep, scenario } from "../../lib/scenario.mjs";

const fetchMetadata = (site, mode, dest) => [["sec-fetch-site", site], ["sec-fetch-mode", mode], ["sec-fetch-dest", dest]].filter(([, value]) => value !== undefined);

scenario("with a cookie, a change needs an origin that is trusted", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  const { port } = run.target;
  const origins = [
    null, "null", "", "https://evil.test", run.base, `${run.base}/`, `${run.base}/path`, `https://127.0.0.1:${port}`, `http://127.0.0.1:1`, "http://127.0.0.1",
    "http://localhost:1", `${run.base}.evil.test`, `http://user@127.0.0.1:${port}`, run.base.replace("http", "HTTP"), `http://evil.test#${run.base}`, "nonsense", "file://", `${run.base}, ${run.base}`, "/",
  ];
  for (const origin of origins) await alice.post("/update-user", { name: "x" }, { origin, note: `origin ${origin}` });
  await alice.post("/sign-out", {}, { origin: null });
  await alice.post("/sign-out", {}, { origin: "https://evil.test" });
  await alice.get("/get-session", { origin: "https://evil.test", note: "a look is free" });
  await alice.get("/get-session", { origin: null });
});

scenario("a referer stands in for a missing origin", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  const send = (origin, referer, more = []) => alice.post("/update-user", { name: "x" }, { origin, headers: [["referer", referer], ...more], note: `origin ${origin}, referer ${referer}` });
  await send(null, `${run.base}/page?x=1`);
  await send(null, "https://evil.test/page");
  await send(null, `https://evil.test/?${run.base}`);
  await send(null, "");
  await send(null, "null");
  await send("null", `${run.base}/page`);
  await send("https://evil.test", `${run.base}/page`);
  await send(run.base, "https://evil.test/page");
  await send("", `${run.base}/page`);
});

scenario("a null origin from the same origin is judged by its host", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  for (const site of ["same-origin", "same-site", "cross-site", "none"]) {
    await alice.post("/update-user", { name: "x" }, { origin: "null", headers: fetchMetadata(site, "navigate", "document"), note: site });
    await alice.post("/update-user", { name: "x" }, { origin: null, headers: fetchMetadata(site, "navigate", "document"), note: `${site}, no origin` });
  }
  await alice.post("/update-user", { name: "x" }, { origin: "null", host: "evil.test", headers: fetchMetadata("same-origin", "navigate", "document"), note: "another host", kept: foreignHost(run) });
});

scenario("a sign-in without cookies is watched for forgery", async (run) => {
  // What passes is told that this is no address; nothing is hashed.
  const signIn = { email: "nobody", password: "password123" };
  const send = (note, origin, headers, path = "/sign-in/email") => run.browser().post(path, signIn, { note, origin, headers });
  await send("a program", null, []);
  await send("a program that says where from", run.base, []);
  await send("a foreign page", "https://evil.test", []);
  await send("a foreign page by referer", null, [["referer", "https://evil.test/"]]);
  await send("a null origin", "null", []);
  for (const site of ["same-origin", "same-site", "cross-site", "none"]) {
    for (const mode of ["navigate", "cors", "no-cors"]) {
      await send(`${site} ${mode}`, run.base, fetchMetadata(site, mode, "empty"));
      await send(`${site} ${mode}, no origin`, null, fetchMetadata(site, mode, "empty"));
      await send(`${site} ${mode}, foreign origin`, "https://evil.test", fetchMetadata(site, mode, "empty"));
    }
  }
  await send("only a mode", null, fetchMetadata(undefined, "cors"));
  await send("only a destination", null, fetchMetadata(undefined, undefined, "empty"));
  await send("only a site", null, fetchMetadata("cross-site"));
  await send("same-origin, null", "null", fetchMetadata("same-origin", "cors", "empty"));
  await run.browser().post("/sign-up/email", { name: "F", ...signIn }, { origin: "https://evil.test" });
  await run.browser().post("/sign-up/email", { name: "F", ...signIn }, { headers: fetchMetadata("cross-site", "navigate", "document") });
  await run.browser().post("/request-password-reset", { email: run.email("nobody") }, { origin: "https://evil.test", note: "no cookie, no session" });
  const crossSite = (mode, origin, kept) => run.browser().post("/request-password-reset", { email: run.email("nobody") }, { origin, headers: fetchMetadata("cross-site", mode, "empty"), kept });
  const refused = (message, code) => keep("D-25", { status: 403, body: { message, code } });
  await crossSite("cors", "https://evil.test", refused("Invalid origin", "INVALID_ORIGIN"));
  await crossSite("no-cors", null, refused("Missing or null Origin", "MISSING_OR_NULL_ORIGIN"));
  await crossSite("navigate", "https://evil.test", refused("Cross-site navigation login blocked. This request appears to be a CSRF attack.", "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED"));
  await crossSite("cors", run.base);
});

scenario("any cookie makes the origin count", async (run) => {
  await run.browser().signUp();
  const signIn = { email: run.email(), password: "password123" };
  await run.browser().post("/sign-in/email", signIn, { cookie: "theme=dark", origin: null });
  await run.browser().post("/sign-in/email", signIn, { cookie: "theme=dark", origin: "https://evil.test" });
  await run.browser().post("/sign-in/email", signIn, { cookie: "theme=dark" });
  await run.browser().post("/sign-in/email", signIn, { cookie: "", origin: null });
  await run.browser().post("/request-password-reset", { email: run.email("nobody") }, { cookie: "theme=dark", origin: null });
  await run.browser().post("/nothing-here", {}, { cookie: "theme=dark", origin: null });
});

scenario("which error wins when several are due", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await alice.send({ method: "POST", path: "/update-user", body: "{", type: "application/json", origin: "https://evil.test", note: "broken, and foreign" });
  await alice.send({ method: "POST", path: "/update-user", body: "{}", type: "text/plain", origin: "https://evil.test", note: "text, and foreign" });
  await alice.post("/revoke-session", {}, { origin: "https://evil.test", note: "schema, and foreign" });
  await run.browser().post("/revoke-session", {}, { note: "schema, and no session" });
  await run.browser().post("/revoke-session", { token: "x" }, { note: "no session" });
  await run.browser().post("/change-email", { newEmail: "nobody" }, { note: "schema, and no session" });
  await run.browser().post("/sign-in/email", { callbackURL: "https://evil.test/" }, { note: "callback, and schema" });
  await run.browser().post("/sign-in/email", { callbackURL: 1 }, { note: "callback of a wrong type, and schema" });
  await run.browser().post("/sign-up/email", { callbackURL: "https://evil.test/" }, { origin: "https://evil.test", note: "callback, schema and foreign" });
});

const CALLBACKS = (run) => [
  "/", "/dash", "/dash?a=1&b=2#c", "//evil.test", "///evil.test", "/\\evil.test", "\\evil.test", "/%2fevil.test", "/%5cevil.test", "/a%2fb", "/x?next=%2f%2fevil.test",
  "/..//evil.test", "/.//evil.test", "/a/..//evil.test", "/a/../b", "/\tevil.test", "/\nevil.test", "/\u0000", "/\u007F", "/\u0085", "/ä", "/a b", "dash", "dash/board", "?x=1", "#x", ".", "..", "./x",
  "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "http:evil.test", "https:/evil.test", "https://evil.test/", run.base, `${run.base}/dash`, `${run.base}@evil.test/`,
  `${run.base}.evil.test/`, `${run.base.replace("http:", "")}/dash`, "http://127.0.0.1/", "ftp://127.0.0.1/", "myapp://callback", " /dash", "/dash ", "/@evil.test", "/:80", "/a:b", "/*", "/_-~.+", "/a;b", "/a,b", "/(a)", "/[a]", "/a=b", "/a&b", `/${"a".repeat(3_000)}`,
];

scenario("where a callback may lead", async (run) => {
  for (const callbackURL of CALLBACKS(run)) {
    const dots = /^\/(a\/\.\.|\.\.?)\/\//.test(callbackURL);
    await run.browser().post("/sign-in/email", { email: "nobody", password: "x", callbackURL }, {
      kept: dots ? keep("D-18", { status: 403, body: { message: "Invalid callbackURL", code: "INVALID_CALLBACK_URL" } }) : undefined,
    });
  }
});

scenario("other members that lead somewhere", async (run) => {
  const anyone = run.browser();
  for (const member of ["callbackURL", "redirectTo", "errorCallbackURL", "newUserCallbackURL"]) {
    await anyone.post("/request-password-reset", { email: run.email("nobody"), [member]: "https://evil.test/" });
    await anyone.post("/request-password-reset", { email: run.email("nobody"), [member]: "/fine" });
    await anyone.post("/request-password-reset", { email: run.email("nobody"), [member]: "" });
    await anyone.post("/sign-out", { [member]: "https://evil.test/" });
    await anyone.post("/update-user", { [member]: "https://evil.test/" });
  }
  await anyone.post("/sign-in/email?callbackURL=https://evil.test/", { email: run.email("nobody"), password: "x" });
  await anyone.post("/sign-in/email?callbackURL=/fine", { email: run.email("nobody"), password: "x" });
  await anyone.post("/sign-in/email?callbackURL=https://evil.test/", { email: run.email("nobody"), password: "x", callbackURL: "/fine" });
});

scenario("other origins can be trusted, by name or by pattern", "trusting", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  const origins = [
    "https://app.example.test", "https://app.example.test:443", "https://app.example.test:8443", "http://app.example.test", "https://APP.example.test", "https://app.example.test/path",
    "https://a.wild.example.test", "https://a.b.wild.example.test", "https://wild.example.test", "http://a.wild.example.test", "https://a.wild.example.test:8443", "https://a.wild.example.test.evil.test",
    "https://evil.test/.wild.example.test", "https://x.any.example.test", "http://x.any.example.test", "http://x.any.example.test:8080", "https://any.example.test", "https://evilany.example.test",
    "https://evil.test?.any.example.test", "https://evil.test#.any.example.test", "null", "https://other.example.test",
  ];
  for (const origin of origins) {
    await alice.post("/update-user", { name: "x" }, { origin, note: `origin ${origin}` });
    await alice.post("/sign-in/email", { email: "nobody", password: "x", callbackURL: `${origin}/dash` });
  }
});

scenario("behind an address of https the cookies are secure", "https", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await alice.get("/get-session");
  await alice.get("/get-session", { cookie: `better-auth.session_token=${alice.cookie("session_token")}`, note: "the name without its prefix" });
  await alice.post("/update-user", { name: "x" }, { origin: "http://auth.example.test", note: "the scheme is part of the origin" });
  await alice.post("/update-user", { name: "x" }, { origin: "https://auth.example.test:443" });
  await alice.get("/get-session", { headers: [["x-forwarded-proto", "http"], ["x-forwarded-host", "evil.test"]] });
  await alice.get("/get-session", { host: "evil.test", kept: foreignHost(run) });
  await alice.signIn({ rememberMe: false, callbackURL: "https://auth.example.test/dash" });
  await alice.post("/request-password-reset", { email: run.email("nobody"), redirectTo: "/reset" }, { host: "evil.test", kept: foreignHost(run) });
  await alice.post("/request-password-reset", { email: run.email(), redirectTo: "/reset" }, { headers: [["x-forwarded-host", "evil.test"], ["x-forwarded-proto", "http"]] });
  await run.letter(run.email());
  await alice.post("/sign-out", {});
});

scenario("what proxies say is not believed when none is trusted", async (run) => {
  const alice = run.browser();
  await alice.signUp({}, { headers: [["x-real-ip", "203.0.113.9"], ["forwarded", "for=203.0.113.9"], ["cf-connecting-ip", "203.0.113.9"]] });
  await alice.get("/list-sessions");
  const behind = run.browser();
  const session = { createdAt: "<now>", expiresAt: "<now + 7 days>", ipAddress: "127.0.0.1", updatedAt: "<now>", userAgent: "", userId: "<user 1>" };
  await behind.signIn({}, { headers: [["x-forwarded-for", "203.0.113.9"]] });
  await behind.get("/list-sessions", {
    kept: keep("D-04", { body: ["<session 1>", "<session 2>"].map((name) => ({ ...session, id: name, token: name })) }),
  });
});
