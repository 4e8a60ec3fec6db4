/**
 * We mint and the real package verifies; it mints and we verify. A failure names its seed:
 * PROTOCOL_SEED=<seed> node run.mjs protocol
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createEndpoint, parseCookies, serializeSignedCookie } from "better-call";
import { createEmailVerificationToken, hashPassword, packageSide, verifyPassword } from "./package-side.mjs";
import { Dice, NAMES, USER_AGENTS } from "./random.mjs";
import { startStayd } from "./stayd.mjs";

const SECRET = "test-secret-0123456789-abcdefghijklmnop";
const OTHER_SECRET = "kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq";
const STRATEGIES = ["compact", "jwt", "jwe"];
const TOKEN_COOKIE = "better-auth.session_token";
const seed = Number(process.env.PROTOCOL_SEED ?? Math.floor(Math.random() * 2 ** 32));
const dice = new Dice(seed);

let stayd;
before(() => {
  console.log(`protocol seed ${seed}`);
  stayd = startStayd();
});
after(() => stayd.stop());

/** Reads a signed cookie as the package's endpoints do. */
const readSigned = createEndpoint("/read", { method: "GET", requireHeaders: true }, (context) =>
  context.getSignedCookie(TOKEN_COOKIE, SECRET));

const packageReads = (header) => readSigned({ headers: new Headers({ cookie: header }) });

const oddText = (most) => (dice.below(3) === 0 ? dice.pick(NAMES) : dice.text(most));

function randomPeople() {
  const now = Date.now();
  const userId = dice.token();
  const past = new Date(now - dice.below(1e9));
  const user = {
    name: oddText(40),
    email: `${dice.token().toLowerCase()}@example.com`,
    emailVerified: dice.below(2) === 1,
    image: dice.below(2) === 1 ? oddText(30) : null,
    createdAt: past,
    updatedAt: past,
    id: userId,
  };
  const session = {
    expiresAt: new Date(now + 1_000_000 + dice.below(1e9)),
    token: dice.token(),
    createdAt: past,
    updatedAt: new Date(now),
    ipAddress: dice.pick(["", "203.0.113.9", "2001:db8::1", null]),
    userAgent: dice.below(2) === 1 ? dice.pick(USER_AGENTS) : oddText(80),
    userId,
    id: dice.token(),
  };
  return { session, user };
}

const onWire = (value) => JSON.parse(JSON.stringify(value));

async function encode({ session, user }, more = {}) {
  const { strategy = "compact", secret = SECRET, version = "1", ...members } = more;
  const payload = { session: onWire(session), user: onWire(user), updatedAt: Date.now(), version, ...members };
  return stayd.ask({ do: "encode", secret, strategy, version, now: Date.now(), maxAge: 300, payload });
}

async function ourCookies(people, more) {
  const { cookies } = await encode(people, more);
  const signed = await stayd.ask({ do: "sign", secret: more?.secret ?? SECRET, value: people.session.token });
  return [`${TOKEN_COOKIE}=${signed}`, ...cookies.map((cookie) => cookie.split(";")[0])].join("; ");
}

const decode = (header, more = {}) =>
  stayd.ask({ do: "decode", secret: SECRET, strategy: "compact", version: "1", now: Date.now(), header, ...more });

describe("signed cookies", () => {
  const values = () => [dice.token(), "true", "a", "a.b.c", "admin:true", ...Array.from({ length: 100 }, () => dice.text(30).replaceAll(/\p{Cc}/gu, "") || "x")];

  test("what we sign, the package verifies", async () => {
    for (const value of values()) {
      const cookie = await stayd.ask({ do: "sign", secret: SECRET, value });
      assert.equal(await packageReads(`a=b; ${TOKEN_COOKIE}=${cookie}`), value, `seed ${seed}`);
    }
  });

  test("what the package signs, we verify, and both write the same bytes", async () => {
    for (const value of values()) {
      const header = await serializeSignedCookie(TOKEN_COOKIE, value, SECRET);
      const found = await stayd.ask({ do: "verify_signed", secret: SECRET, header: `a=b; ${header}`, name: TOKEN_COOKIE });
      assert.equal(found, value, `seed ${seed}`);
      const cookie = await stayd.ask({ do: "sign", secret: SECRET, value });
      assert.equal(`${TOKEN_COOKIE}=${cookie}`, header, `seed ${seed}`);
    }
  });

  test("of changed cookies, we take none that the package refuses", async () => {
    let taken = 0;
    for (let round = 0; round < 400; round += 1) {
      const good = await serializeSignedCookie(TOKEN_COOKIE, dice.token(), SECRET);
      const at = TOKEN_COOKIE.length + 1 + dice.below(good.length - TOKEN_COOKIE.length - 1);
      const header = dice.pick([
        () => good.slice(0, at) + String.fromCharCode(33 + dice.below(94)) + good.slice(at + 1),
        () => good.slice(0, at),
        () => good.slice(0, at) + good.slice(at + 1),
        () => decodeURIComponent(good),
        () => good.replace("=", '="') + '"',
        () => `${good}; ${good.slice(0, at)}`,
        () => `${good.slice(0, at)}; ${good}`,
      ])();
      const ours = await stayd.ask({ do: "verify_signed", secret: SECRET, header, name: TOKEN_COOKIE });
      if (ours !== null) {
        taken += 1;
        assert.equal(await packageReads(header), ours, `seed ${seed}: ${header}`);
      }
    }
    assert.ok(taken > 50, `only ${taken} were taken: the test would show nothing`);
  });
});

test("a cookie that we find, the package finds with the same value", async () => {
  let found = 0;
  for (let round = 0; round < 500; round += 1) {
    const scrap = () => dice.pick(["a", "b", "=", ";", "\"", "%41", "%", " ", "\t", "%c3%ab", "%ff", "ë", "1", "1", "1"]);
    const scraps = () => Array.from({ length: dice.below(5) }, scrap).join("");
    const cookie = () => `${dice.pick(["a", "a", "b", " a ", scraps()])}=${scraps()}`;
    const header = Array.from({ length: 1 + dice.below(3) }, cookie).join(dice.pick([";", "; "]));
    const ours = await stayd.ask({ do: "find_cookie", header, name: "a" });
    if (ours !== null) {
      found += 1;
      assert.equal(parseCookies(header).get("a"), ours, `seed ${seed}: ${JSON.stringify(header)}`);
    }
  }
  assert.ok(found > 100, `only ${found} were found: the test would show nothing`);
});

for (const strategy of STRATEGIES) {
  describe(`session_data as ${strategy}`, () => {
    test("what we write, the package's server and its stand-alone reader take", async () => {
      const side = packageSide({ secret: SECRET, strategy });
      for (let round = 0; round < 120; round += 1) {
        const people = randomPeople();
        const header = await ourCookies(people, { strategy });
        assert.deepEqual(await side.getSession(header), onWire(people), `seed ${seed}, round ${round}`);
        const cached = await side.readCache(header);
        assert.deepEqual(onWire({ session: cached?.session, user: cached?.user }), onWire(people), `seed ${seed}, round ${round}`);
      }
    });

    test("a member of ours beside theirs survives their check", async () => {
      const side = packageSide({ secret: SECRET, strategy });
      const people = randomPeople();
      const binding = "bGV0IHVzIGJpbmQgdGhpcyB0byBhIHRva2VuIGhhc2g";
      const header = await ourCookies(people, { strategy, binding });
      assert.deepEqual(await side.getSession(header), onWire(people));
      assert.equal((await side.readCache(header)).binding, binding);
    });

    test("what the package writes, we read", async () => {
      const side = packageSide({ secret: SECRET, strategy });
      for (let round = 0; round < 120; round += 1) {
        const { session, user } = randomPeople();
        const { payload, refused } = await decode(await side.mint(session, user), { strategy });
        assert.equal(refused, undefined, `seed ${seed}, round ${round}`);
        assert.deepEqual({ session: payload.session, user: payload.user }, onWire({ session, user }), `seed ${seed}, round ${round}`);
        assert.ok(Math.abs(payload.updatedAt - Date.now()) < 60_000);
      }
    });

    test("long values are cut into pieces that the other side puts together", async () => {
      const side = packageSide({ secret: SECRET, strategy });
      const people = randomPeople();
      people.user.name = "Zoë";
      people.session.userAgent = "u".repeat(4_000);
      const ours = await ourCookies(people, { strategy });
      const theirs = await side.mint(people.session, people.user);
      for (const header of [ours, theirs]) assert.match(header, /session_data\.0=.*session_data\.1=/);
      const lengths = (header) => header.split("; ").filter((cookie) => /_data\.0=/.test(cookie)).map((cookie) => cookie.length);
      assert.deepEqual(lengths(ours), lengths(theirs));
      const shuffled = ours.split("; ").reverse().join("; ");
      for (const header of [ours, shuffled]) assert.deepEqual(await side.getSession(header), onWire(people));
      assert.deepEqual(onWire((await decode(theirs, { strategy })).payload.session), onWire(people.session));
    });

    test("another secret, another version and a changed byte are refused on both sides", async () => {
      const people = randomPeople();
      people.user.name = "Zoë";
      people.session.userAgent = "curl/8";
      const ours = await ourCookies(people, { strategy });
      const theirs = await packageSide({ secret: SECRET, strategy }).mint(people.session, people.user);
      for (const wrong of [{ secret: OTHER_SECRET }, { version: "2" }]) {
        assert.ok((await decode(theirs, { strategy, ...wrong })).refused);
        assert.equal(await packageSide({ secret: SECRET, strategy, ...wrong }).readCache(ours), null);
      }
      const side = packageSide({ secret: SECRET, strategy });
      for (let round = 0; round < 60; round += 1) {
        const from = theirs.indexOf("session_data=") + "session_data=".length;
        const at = from + dice.below(theirs.length - from);
        const changed = theirs.slice(0, at) + (theirs[at] === "A" ? "B" : "A") + theirs.slice(at + 1);
        assert.ok((await decode(changed, { strategy })).refused, `seed ${seed}: byte ${at - from}`);
      }
    });

    test("a text that looks like a date makes a cookie that the package cannot read, so we write none", async () => {
      const people = randomPeople();
      people.user.name = "2020-01-01T00:00:00.000Z";
      assert.match((await encode(people, { strategy })).refused, /user\.name looks like a date/);
      const side = packageSide({ secret: SECRET, strategy });
      assert.equal(await side.readCache(await side.mint(people.session, people.user)), null);
    });
  });
}

test("both sides see a date in the same texts", async () => {
  const people = randomPeople();
  const side = packageSide({ secret: SECRET, strategy: "compact" });
  for (const name of ["2020-01-01T00:00:00Z", "2020-01-01T00:00:00.1Z", "2020-01-01T00:00:00.123456Z", "2020-12-31T23:59:59.999Z",
    "2020-01-01T00:00:00.Z", "2020-01-01T00:00:00+00:00", " 2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z\n", "2020-01-01t00:00:00z"]) {
    people.user.name = name;
    const { refused } = await encode(people);
    const theirs = await side.readCache(await side.mint(people.session, people.user));
    assert.equal(refused === undefined, theirs !== null, JSON.stringify(name));
  }
});

test("passwords that either side hashed, the other knows", async () => {
  for (const password of ["correct horse battery staple", "pässwörd№1", "a\0b", "👩‍👩‍👧‍👦".repeat(5), dice.text(40)]) {
    const ours = await stayd.ask({ do: "hash_password", password });
    assert.equal(await verifyPassword({ hash: ours, password }), true, `seed ${seed}`);
    assert.equal(await verifyPassword({ hash: ours, password: `${password}!` }), false);
    const stored = await hashPassword(password);
    assert.equal(await stayd.ask({ do: "verify_password", password, stored }), true, `seed ${seed}`);
    assert.equal(await stayd.ask({ do: "verify_password", password: `${password}!`, stored }), false);
  }
});

describe("mail tokens", () => {
  const email = "Zoe@Example.com";
  const change = { updateTo: "New@Example.com", requestType: "change-email-verification" };

  test("ours are taken by the package's /verify-email, which then looks for the account", async () => {
    const side = packageSide({ secret: SECRET, strategy: "compact" });
    for (const more of [{}, { change }]) {
      const token = await stayd.ask({ do: "sign_mail", secret: SECRET, now: Date.now(), maxAge: 3600, email, userId: "U1", ...more });
      assert.equal(await side.verifyMail(token), "USER_NOT_FOUND");
      assert.equal(await packageSide({ secret: OTHER_SECRET, strategy: "compact" }).verifyMail(token), "INVALID_TOKEN");
    }
    const old = await stayd.ask({ do: "sign_mail", secret: SECRET, now: Date.now() - 7_200_000, maxAge: 3600, email, userId: "U1" });
    assert.equal(await side.verifyMail(old), "TOKEN_EXPIRED");
  });

  test("the package's are read by us, and both write the same claims", async () => {
    const ask = (token, more) => stayd.ask({ do: "verify_mail", secret: SECRET, now: Date.now(), token, ...more });
    const plain = await createEmailVerificationToken(SECRET, email, undefined, 3600, { userId: "U1" });
    const { claims } = await ask(plain);
    assert.deepEqual(Object.entries(claims).slice(0, 1), [["email", "zoe@example.com"]]);
    assert.equal(claims.userId, "U1");
    const now = claims.iat * 1000;
    assert.equal(await stayd.ask({ do: "sign_mail", secret: SECRET, now, maxAge: claims.exp - claims.iat, email, userId: "U1" }), plain);

    const { updateTo, requestType } = change;
    const changing = await createEmailVerificationToken(SECRET, email, updateTo, 3600, { requestType, userId: "U1" });
    const read = (await ask(changing)).claims;
    assert.deepEqual([read.updateTo, read.requestType], ["new@example.com", requestType]);
    assert.equal(
      await stayd.ask({ do: "sign_mail", secret: SECRET, now: read.iat * 1000, maxAge: read.exp - read.iat, email, userId: "U1", change }),
      changing,
    );
    assert.match((await ask(plain, { secret: OTHER_SECRET })).refused, /not valid/);
    assert.match((await ask(plain, { now: Date.now() + 4_000_000 })).refused, /expired/);
  });
});

test("both sides take the same e-mail addresses", async () => {
  const { email } = await import("zod");
  const schema = email();
  let taken = 0;
  for (let round = 0; round < 3_000; round += 1) {
    const piece = () => dice.pick(["a", "b", "Z", "9", "@", ".", ".", "com", "x", "-", "_", "'", "+", "!", " ", "ä", "co"]);
    const text = dice.below(2) === 0
      ? Array.from({ length: dice.below(10) }, piece).join("")
      : `${piece()}a${piece()}@${dice.pick(["", "a", "9"])}${piece()}.${dice.pick(["com", "c", "x1", "museum"])}`;
    const theirs = schema.safeParse(text).success;
    assert.equal(await stayd.ask({ do: "is_email", text }), theirs, `seed ${seed}: ${JSON.stringify(text)}`);
    taken += Number(theirs);
  }
  assert.ok(taken > 100, `only ${taken} were taken: the test would show nothing`);
});
