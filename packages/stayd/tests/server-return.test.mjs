import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "./source.mjs";

const { safeReturnPath, signInAddress, isGuarded, jsonForHtml, initialElement } = await source("server");

const HOSTILE = [
  "//evil.test", "///evil.test", "////evil.test", "/\\evil.test", "\\\\evil.test", "\\/evil.test", "/\\/evil.test", "/a\\..\\\\evil.test",
  "%2f%2fevil.test", "/%2fevil.test", "/%2F%2Fevil.test", "/%5cevil.test", "/%5C/evil.test", "/%252fevil.test", "/%252fevil%25", "/%25252525252fevil.test",
  "/\t/evil.test", "/\n/evil.test", "\t//evil.test", " //evil.test", "/ /evil.test", "/%09/evil.test", "/%0a/evil.test", "/%0d%0aLocation:evil", "/\0", "/%00",
  "javascript:alert(1)", "JavaScript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "blob:x", "file:///etc/passwd",
  "http://evil.test", "https://evil.test/", "HTTPS:evil.test", "https:/evil.test", "http:\\\\evil.test", "ws://evil.test", "mailto:a@evil.test",
  "//user:pass@evil.test", "https://app.test@evil.test", "@evil.test", "user@evil.test/", "/@/../..//evil.test",
  "/..//evil.test", "/.//evil.test", "/./..//evil.test", "/a/..//evil.test", "/a/b/../..//evil.test", "/%2e//evil.test", "/%2e%2e//evil.test", "/%2e%2e/%2fevil.test", "/.%2fevil.test/../..//x",
  "\uff0f\uff0fevil.test", "/\uff0fevil.test", "/\u2044evil.test", "/\u2215evil.test", "/\u29f8evil.test", "/\uff3cevil.test", "/\ufe68evil.test", "/%ef%bc%8fevil.test",
  "\u00a0//evil.test", "/\u2028/evil.test", "\ufeff//evil.test", "/\u0085/evil.test",
  "evil.test", "evil", ".evil.test", "", "?next=//evil.test", "#//evil.test", ";//evil.test", "/%", "/%zz", "/%ff", `/${"a".repeat(3000)}`,
  undefined, null, 7, {}, ["//evil.test"], ["/fine"],
];
for (const hostile of HOSTILE) {
  test(`${JSON.stringify(hostile)?.slice(0, 60)} is replaced by the default`, () => {
    assert.equal(safeReturnPath(hostile), "/");
    assert.equal(safeReturnPath(hostile, "/home"), "/home");
  });
}

for (const [path, as = path] of [
  ["/"], ["/account"], ["/account/"], ["/a/b?c=d&e=f#g"], ["/search?q=https://example.com//x"], ["/x#//y"], ["/caf%C3%A9"], ["/café", "/caf%C3%A9"], ["/a%20b"],
  ["/a/../b", "/b"], ["/@person"], ["/a:b"], ["/a;b=c"], ["/a//b"], ["/100%25"], ["/?next=%2F%2Fevil"],
]) {
  test(`${path} is taken back`, () => assert.equal(safeReturnPath(path), as));
}

test("what is taken back stays on the site for every browser and on a second reading", () => {
  for (const path of ["/a/../b", "/x?y=//z", "/a//b", "/caf%C3%A9"]) {
    const once = safeReturnPath(path);
    assert.equal(safeReturnPath(once), once);
    assert.equal(new URL(once, "https://app.test").host, "app.test");
  }
});

test("the way back stands in the query of the sign-in page, and only if it is safe", () => {
  assert.equal(signInAddress("http://app.test/account?tab=2#x"), "/sign-in?next=%2Faccount%3Ftab%3D2");
  assert.equal(signInAddress("http://app.test//evil.test/"), "/sign-in");
  assert.equal(signInAddress("http://app.test/sign-in?next=%2Fsign-in"), "/sign-in");
  assert.equal(signInAddress("http://app.test/a", { to: "/in?lang=de#form", parameter: "back" }), "/in?lang=de&back=%2Fa#form");
  assert.equal(signInAddress("http://app.test/a", { to: "https://login.test/x" }), "https://login.test/x?next=%2Fa");
});

test("no spelling of a guarded path leads past the guard", () => {
  const guarded = (path, guards = ["/account", "/admin/"]) => isGuarded(new URL(path, "http://app.test"), guards);
  for (const path of ["/account", "/account/", "/account/a/b", "/ACCOUNT", "/%61ccount", "/%2561ccount", "/a/../account", "http://app.test//account", "/account%2fa", "/account\\a", "/admin", "/admin/x", "/acc%6funt/%ff", "/acc%256funt/%25ff", "/a/..%2faccount", "/a/%252e%252e/account", "/account/..%2fa", "/%09/[/../account"]) {
    assert.ok(guarded(path), path);
  }
  for (const path of ["/", "/accounts", "/about/account", "/administration"]) assert.ok(!guarded(path), path);
  assert.ok(guarded("/anything", ["/"]));
  assert.ok(guarded("/x", (url) => url.pathname === "/x"));
});

test("data in a page cannot end its element, and unknown data is not there", () => {
  const hostile = { name: "</script><!--<script>\u2028&" };
  assert.match(jsonForHtml(hostile), /^[^<>&\u2028]*$/);
  assert.deepEqual(JSON.parse(jsonForHtml(hostile)), hostile);
  assert.equal(initialElement(null), '<script type="application/json" id="stayd-initial">null</script>');
  assert.equal(initialElement(undefined), "");
});
