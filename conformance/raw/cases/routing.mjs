import { UNPARSED } from "../../lib/expected.mjs";
import { keep, scenario } from "../../lib/scenario.mjs";

const NOT_FOUND = { status: 404, headers: { "content-type": undefined }, body: "(empty)" };

scenario("which paths and methods are routes", async (run) => {
  const anyone = run.browser();
  const requests = [
    ["GET", "/ok"], ["GET", "/ok?x=1"], ["GET", "/ok/"], ["GET", "//ok"], ["GET", "/Ok"], ["GET", "/o%6b"], ["GET", "/get%2Dsession"],
    ["POST", "/ok"], ["HEAD", "/ok"], ["PUT", "/ok"], ["DELETE", "/ok"], ["PATCH", "/ok"],
    ["HEAD", "/get-session"], ["PUT", "/get-session"], ["GET", "/Get-Session"], ["GET", "/get-session/"], ["GET", "//get-session"],
    ["GET", "/get-session/more"], ["GET", "/get-session%00"], ["GET", "/get-session;a=1"],
    ["GET", "/sign-in/email"], ["GET", "/sign-up/email"], ["GET", "/sign-out"], ["GET", "/sign-in"], ["POST", "/sign-in"], ["POST", "/sign-in/"],
    ["POST", "/list-sessions"], ["POST", "/list-accounts"], ["GET", "/revoke-session"], ["GET", "/update-user"], ["GET", "/delete-user"],
    ["GET", "/nothing-here"], ["POST", "/nothing-here"], ["DELETE", "/sign-out"], ["POST", "/set-password"], ["POST", "/forget-password"],
    ["GET", "/reset-password"], ["GET", "/reset-password/"], ["GET", "/reset-password/a/b"], ["GET", "/admin/list-users"], ["GET", "/token"],
    ["GET", "/api/auth"], ["GET", "/api/auth/"], ["GET", "/api/authx/ok"], ["GET", "/api/auth/../auth/ok"], ["GET", "/api//auth/ok"], ["GET", "/api/Auth/ok"],
    ["GET", "/api/"], ["GET", "/api/auth/%"], ["GET", "/api/auth/%zz"], ["GET", "/api/auth/%ff"], ["GET", `/${"a".repeat(4_000)}`],
  ];
  for (const [method, path] of requests) {
    const full = path.startsWith("/api/") ? path : `/api/auth${path}`;
    const outside = !/^\/api\/auth(\/|$)/.test(full);
    await anyone.send({ method, path: full, outside, kept: full.includes("/../") ? keep("D-27", NOT_FOUND) : undefined });
  }
});

scenario("a path outside the base is nobody's", async (run) => {
  const anyone = run.browser();
  for (const path of ["/", "/ok", "/get-session", "/favicon.ico"]) await anyone.send({ path: `/api/..${path}`, outside: true });
  await anyone.send({ path: "/api/../api/auth/ok", outside: true, kept: keep("D-27", NOT_FOUND) });
});

scenario("queries may say anything", async (run) => {
  const anyone = run.browser();
  for (const query of ["?", "?a", "?=b", "?a=%", "?a=%ff", "?a=1&a=2&a=3", "?disableCookieCache=a&disableCookieCache=b", `?a=${"x".repeat(4_000)}`, "?a[]=1&b.c=2", "?%00=1"]) {
    await anyone.get(`/get-session${query}`);
    await anyone.get(`/ok${query}`);
  }
});

scenario("a preflight is answered for trusted origins alone", "trusting", async (run) => {
  const anyone = run.browser();
  const preflight = (origin, kept, path = "/get-session") => anyone.send({
    method: "OPTIONS", path, origin, kept,
    headers: [["access-control-request-method", "POST"], ["access-control-request-headers", "content-type"]],
  });
  const allowed = {
    status: 204,
    headers: {
      "access-control-allow-credentials": "true",
      "access-control-allow-headers": "content-type, authorization",
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-origin": "https://app.example.test",
      "access-control-expose-headers": "date, retry-after, x-retry-after",
      "access-control-max-age": "7200",
    },
  };
  await preflight("https://app.example.test", keep("D-17", allowed));
  await preflight("https://app.example.test", keep("D-17", allowed), "/nothing-here");
  await preflight("https://evil.example.test");
  await preflight("null");
  await preflight(null);
  await preflight("https://app.example.test.evil.test");
  await anyone.get("/get-session", { origin: "https://app.example.test" });
  await anyone.get("/get-session", { origin: "https://evil.example.test" });
});

scenario("the error page", async (run) => {
  const anyone = run.browser();
  const page = keep("D-19", { status: 200, headers: { "content-type": "text/html; charset=utf-8", location: undefined }, body: "(html)" });
  for (const query of ["?error=<script>alert(1)</script>", "?error=it's&error_description=because%20of%20<b>"]) {
    await anyone.get(`/error${query}`, { kept: keep("D-28", UNPARSED) });
    await anyone.get(`/error${query.replaceAll(/[<>]/g, encodeURIComponent)}`, { kept: page });
  }
  for (const query of ["", "?error=state_mismatch", "?error=a%20b",
    "?error=&error_description=", "?error=a&error=b", `?error=${"x".repeat(2_000)}`, "?error=%00", "?error=https://evil.test", "?error=%C3%A4", "?error_description=only"]) {
    await anyone.get(`/error${query}`, { kept: page });
  }
  await anyone.post("/error", {});
});

scenario("requests that no client would write", async (run) => {
  const host = `Host: 127.0.0.1:${run.target.port}\r\n`;
  await run.wire("no HTTP at all", "hello\r\n\r\n");
  await run.wire("a space in the path", `GET /api/auth/o k HTTP/1.1\r\n${host}\r\n`);
  await run.wire("a NUL in a header", `GET /api/auth/ok HTTP/1.1\r\n${host}X-A: a\0b\r\n\r\n`);
  await run.wire("a header without a colon", `GET /api/auth/ok HTTP/1.1\r\n${host}nonsense\r\n\r\n`);
  await run.wire("both lengths", `POST /api/auth/sign-out HTTP/1.1\r\n${host}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`);
  await run.wire("two lengths", `POST /api/auth/sign-out HTTP/1.1\r\n${host}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`);
  await run.wire("a negative length", `POST /api/auth/sign-out HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n`);
  await run.wire("no host", "GET /api/auth/ok HTTP/1.1\r\n\r\n");
  await run.wire("headers of 40 kB", `GET /api/auth/ok HTTP/1.1\r\n${host}X-Long: ${"x".repeat(40_000)}\r\n\r\n`);
  await run.wire("headers of 20 kB", `GET /api/auth/ok HTTP/1.1\r\n${host}X-Long: ${"x".repeat(20_000)}\r\n\r\n`, keep("D-16", { status: 200 }));
  await run.wire("headers of 12 kB", `GET /api/auth/ok HTTP/1.1\r\n${host}X-Long: ${"x".repeat(12_000)}\r\n\r\n`);
});
