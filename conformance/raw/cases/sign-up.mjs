import { untouched } from "../../lib/expected.mjs";
import { keep, scenario } from "../../lib/scenario.mjs";

scenario("a sign-up signs in and keeps the address in lower case", async (run) => {
  const alice = run.browser();
  await alice.signUp({ email: `MiXed-${run.number}@Example.COM`, name: "" });
  await alice.get("/get-session");
  await run.browser().signUp({ email: `mixed-${run.number}@example.com` }, { note: "taken already" });
  await run.browser().signUp({ email: `MIXED-${run.number}@EXAMPLE.com`, password: "another-password" }, { note: "taken already" });
  await run.browser().signUp({ email: `mixed-${run.number}@example.com`, password: "short" }, { note: "taken, and too short" });
});

scenario("a sign-up without remembering lasts a day and as long as the browser", async (run) => {
  const alice = run.browser();
  await alice.signUp({ rememberMe: false, image: "https://example.com/a.png" });
  await alice.get("/get-session");
});

scenario("unknown members of a sign-up are ignored", async (run) => {
  const alice = run.browser();
  await alice.signUp({ emailVerified: true, role: "admin", id: "mine", createdAt: "2001-01-01T00:00:00.000Z", constructor: 1 });
  await alice.get("/get-session");
  await alice.send({
    method: "POST", path: "/sign-up/email", type: "application/json", note: "__proto__ among the members",
    body: `{"__proto__":{"emailVerified":true},"name":"P","email":"${run.email("proto")}","password":"password123"}`,
  });
});

scenario("a sign-up refuses members of wrong types", async (run) => {
  const anyone = run.browser();
  const right = { name: "Alice", email: run.email(), password: "password123" };
  await anyone.post("/sign-up/email", {});
  for (const wrong of [
    { name: 1 }, { name: null }, { name: ["x"] }, { name: { a: 1 } }, { name: true }, { name: undefined },
    { email: 1 }, { email: null }, { email: "" }, { email: "nobody" }, { email: ["a@example.com"] }, { email: undefined },
    { password: 12345678 }, { password: null }, { password: "" }, { password: [] }, { password: undefined },
    { image: null }, { image: 1 }, { image: {} },
    { rememberMe: "yes" }, { rememberMe: null }, { rememberMe: 0 },
    { callbackURL: 1 }, { callbackURL: null }, { callbackURL: {} },
    { name: 1, email: 2, password: 3 },
  ]) {
    await anyone.post("/sign-up/email", { ...right, ...wrong });
  }
  await anyone.signIn({}, { note: "nobody came to be" });
});

scenario("a password is measured in UTF-16 units before it is normalised", async (run) => {
  const lengths = [
    ["seven", "1234567"],
    ["eight", "12345678"],
    ["four-emoji", "\u{1F600}".repeat(4)],
    ["three-emoji", "\u{1F600}".repeat(3)],
    ["units-128", "a".repeat(128)],
    ["units-129", "a".repeat(129)],
    ["emoji-130", "\u{1F600}".repeat(65)],
    ["emoji-128", "\u{1F600}".repeat(64)],
    // One unit that NFKC makes eighteen: long enough only after normalisation.
    ["ligature", "\uFDFA"],
    ["blanks", "        "],
    ["nul", "pass\0word"],
  ];
  for (const [name, password] of lengths) {
    await run.browser().signUp({ email: run.email(name), password }, { note: name });
  }
  await run.browser().signIn({ email: run.email("emoji-128"), password: "\u{1F600}".repeat(64) });
  await run.browser().signIn({ email: run.email("nul"), password: "pass\0word" });
  await run.browser().signIn({ email: run.email("nul"), password: "pass" }, { note: "nothing ends at a NUL" });
});

scenario("a password is the same in all its spellings", async (run) => {
  await run.browser().signUp({ password: "pa\u0308sswo\u0308rd\u2116\uFB01" });
  await run.browser().signIn({ password: "pa\u0308sswo\u0308rd\u2116\uFB01" }, { note: "as it was" });
  await run.browser().signIn({ password: "pässwördNofi" }, { note: "composed and compatible" });
  await run.browser().signIn({ password: "PÄSSWÖRDNOFI" }, { note: "other case" });
  await run.browser().signIn({ password: "pässwördNofi " }, { note: "a blank more" });
});

scenario("which addresses are addresses", async (run) => {
  const n = run.number;
  const addresses = [
    ".a@x.com", "a..b@x.com", "a.@x.com", "a@x", "a@x.c", "a@1.2.3.4", "ä@x.com", "a@ä.com", " a@x.com", "a@x.com ",
    "a!b@x.com", "a@-x.com", "a@x-.com", "a@x..com", "@x.com", "a@", "a@b@x.com", "a'@x.com", "a@x.com.", "a@[127.0.0.1]",
    "\"a\"@x.com", "a@x.c0m", "a@x.co1", "a\0b@x.com", "a@x.com\r\nBcc: b@x.com", `o'brien+tag_-${n}@x-y.example.com`,
    `_a${n}@x.com`, `'a${n}@x.com`, `+a${n}@x.com`, `-a${n}@x.com`, `a${n}@1x.com`, `a${n}@a.b.c.d.museum`, `A${n}@X.COM`,
    `${"a".repeat(64)}${n}@x.com`, `${"a".repeat(300)}${n}@x.com`, `a${n}@${"b".repeat(63)}.com`, `a${n}@${"b".repeat(64)}.com`,
    `a${n}@x_y.com`, `a${n}@x--y.com`,
  ];
  for (const email of addresses) await run.browser().signUp({ email, password: "short" }, { note: "a valid one is told of its password" });
});

scenario("names may hold anything and come back as they were", async (run) => {
  const names = [
    "", " ", "😀 Zoë \u202Ereversed", "<script>alert(1)</script>", "line\nbreak", "'; DROP TABLE user; --", "x".repeat(5_000),
    "2020-01-01T00:00:00.000Z",
  ];
  for (const [index, name] of names.entries()) {
    const person = run.browser();
    await person.signUp({ name, email: run.email(`name-${index}`) });
    await person.get("/get-session");
  }
});

scenario("a text that is not Unicode is not JSON", async (run) => {
  await run.browser().signUp({ name: "\uD83D" }, {
    note: "half a character",
    kept: keep("D-23", { status: 400, body: { message: "Invalid JSON in request body", code: "BAD_REQUEST" }, cookies: untouched(run), sessionToken: "none" }),
  });
});

scenario("a sign-up may leave the signing in to later", "quiet", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await alice.get("/get-session");
  await alice.signUp({ name: "Mallory", password: "mallorys-password" }, { note: "taken already" });
  await alice.signIn();
});

scenario("where nobody new may sign up", "closed", async (run) => {
  const anyone = run.browser();
  await anyone.signUp();
  await anyone.signUp({ email: "nobody" });
  await anyone.signUp({ password: "short" });
  await anyone.signIn();
  await anyone.post("/change-email", { newEmail: run.email("new") });
  await anyone.post("/delete-user", {});
  await anyone.get("/delete-user/callback?token=x");
});

scenario("where a verified address is needed, a sign-up tells nobody whether the address was taken", "verified", async (run) => {
  await run.browser().signUp({ callbackURL: "/welcome" });
  const letter = await run.letter(run.email());
  await run.browser().signUp({ name: "Mallory", password: "mallorys-password" }, { note: "taken already" });
  await run.browser().signUp({ name: "Mallory", password: "mallorys-password", image: "https://example.com/m.png" }, { note: "taken already" });
  await run.browser().signIn({}, { note: "not verified" });
  await run.browser().signIn({ password: "wrong-password" }, { note: "not verified, and wrong" });
  const alice = run.browser();
  await alice.get(letter.path);
  await alice.get("/get-session");
  await alice.signIn();
  await alice.get("/get-session");
});
