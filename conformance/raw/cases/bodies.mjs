import { atTheDoor, untouched } from "../../lib/expected.mjs";
import { keep, scenario } from "../../lib/scenario.mjs";

const JSON_TYPE = "application/json";
const NOT_JSON = { status: 400, body: { message: "Invalid JSON in request body", code: "BAD_REQUEST" } };

const odd = async (browser, path, bodies) => {
  for (const [note, body, type = JSON_TYPE, kept] of bodies) await browser.send({ method: "POST", path, body, type, note, kept });
};

scenario("bodies that are not JSON, or not an object", async (run) => {
  const anyone = run.browser();
  await odd(anyone, "/sign-in/email", [
    ["cut short", "{\"email\":"],
    ["a word", "hello"],
    ["single quotes", "{'email':'a'}"],
    ["a comma too many", "{\"email\":\"a@example.com\",\"password\":\"x\",}"],
    ["two values", "{}{}"],
    ["a comment", "{/* */}"],
    ["null", "null"],
    ["an array", "[]"],
    ["a number", "1"],
    ["a text", "\"text\""],
    ["true", "true"],
    ["blanks", "   "],
    ["a byte order mark", "\uFEFF{}"],
    ["NaN", "{\"email\":NaN}"],
    ["a NUL byte", "{\"email\":\"a\0\"}"],
    ["only NUL bytes", Buffer.alloc(8)],
    ["a key twice", "{\"email\":\"one\",\"email\":\"two\",\"password\":\"x\"}"],
    ["a deep nest", `${"[".repeat(2_000)}${"]".repeat(2_000)}`, JSON_TYPE, keep("D-22", NOT_JSON)],
    ["a huge number", "{\"email\":1e400,\"password\":\"x\"}", JSON_TYPE, keep("D-22", NOT_JSON)],
  ]);
});

scenario("bodies that are not UTF-8", async (run) => {
  const anyone = run.browser();
  const broken = Buffer.concat([Buffer.from("{\"email\":\""), Buffer.from([0xff, 0xfe, 0xc3]), Buffer.from("\",\"password\":\"x\"}")]);
  await anyone.send({ method: "POST", path: "/sign-in/email", body: broken, type: JSON_TYPE, note: "invalid UTF-8 in a text", kept: keep("D-23", NOT_JSON) });
  await anyone.send({ method: "POST", path: "/sign-in/email", body: Buffer.from([0xff, 0xff]), type: JSON_TYPE, note: "only invalid UTF-8" });
  await anyone.send({ method: "POST", path: "/sign-in/email", body: Buffer.from("{}", "utf16le"), type: JSON_TYPE, note: "UTF-16" });
});

scenario("which content types are read", async (run) => {
  const anyone = run.browser();
  const body = JSON.stringify({ email: "nobody", password: "password123" });
  for (const type of [
    "application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/json;charset=latin1", " application/json ",
    "text/plain", "text/plain; application/json", "application/vnd.api+json", "multipart/form-data; boundary=x", "application/jsonx",
    "xapplication/json", "text/json", "application/xml", "nonsense", ";", "application/x-www-form-urlencoded; charset=utf-8",
  ]) {
    const near = type === "xapplication/json" && keep("D-24", {
      status: 415,
      body: {
        message: `Content-Type "${type}" is not allowed. Allowed types: application/x-www-form-urlencoded, application/json`, code: "UNSUPPORTED_MEDIA_TYPE",
      },
    });
    await anyone.send({ method: "POST", path: "/sign-in/email", body, type, note: type, kept: near || undefined });
  }
  await anyone.send({ method: "POST", path: "/sign-in/email", body, type: null, note: "no content type" });
  await anyone.send({ method: "POST", path: "/sign-in/email", body: "", type: JSON_TYPE, note: "an empty body" });
  await anyone.send({ method: "POST", path: "/sign-in/email", type: JSON_TYPE, note: "no body at all" });
  await anyone.send({ method: "POST", path: "/sign-in/email", type: JSON_TYPE, headers: [["transfer-encoding", "chunked"]], note: "an empty body in chunks" });
  await anyone.send({ method: "POST", path: "/sign-in/email", body, type: JSON_TYPE, headers: [["transfer-encoding", "chunked"]], note: "a body in chunks" });
  await anyone.send({ method: "POST", path: "/sign-in/email", note: "neither body nor type" });
});

scenario("which routes do without a body", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  const routes = ["/revoke-other-sessions", "/update-user", "/update-session", "/revoke-session", "/change-password", "/verify-password",
    "/request-password-reset", "/reset-password", "/send-verification-email", "/change-email", "/unlink-account", "/delete-user", "/sign-up/email"];
  for (const path of routes) await alice.send({ method: "POST", path, note: "no body" });
  for (const path of routes.slice(1)) await odd(alice, path, [["null", "null"], ["an array", "[]"], ["broken", "{"]]);
  for (const path of routes.slice(1)) await odd(alice, path, [["text", "{}", "text/plain"]]);
});

scenario("a sign-out takes no body, or an object", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await odd(alice, "/sign-out", [["null", "null"], ["an array", "[]"], ["a number", "1"], ["broken", "{"], ["text", "{}", "text/plain"], ["wrong types", "{\"callbackURL\":1}"]]);
  await alice.get("/get-session");
  await alice.post("/sign-out", { anything: true });
  await alice.get("/get-session");
  await alice.send({ method: "POST", path: "/sign-out", note: "signed out, and no body" });
  await alice.post("/sign-out", {});
});

scenario("the session is asked for without looking at a body", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await alice.send({ method: "POST", path: "/get-session", note: "not this method" });
  await odd(alice, "/get-session", [["broken", "{"], ["text", "hello", "text/plain"], ["null", "null"]]);
  await alice.get("/get-session");
});

scenario("a body that is too large is refused before it is read", async (run) => {
  const anyone = run.browser();
  const big = JSON.stringify({ email: run.email("nobody"), password: "password123", filler: "x".repeat(70_000) });
  const small = JSON.stringify({ email: run.email("nobody"), password: "password123", filler: "x".repeat(60_000) });
  await anyone.send({ method: "POST", path: "/sign-in/email", body: small, type: JSON_TYPE, note: "60 kB" });
  await anyone.send({
    method: "POST", path: "/sign-in/email", body: big, type: JSON_TYPE, note: "70 kB",
    kept: keep("D-15", { ...atTheDoor(413, "PAYLOAD_TOO_LARGE", "Request body is too large"), cookies: untouched(run) }),
  });
});
