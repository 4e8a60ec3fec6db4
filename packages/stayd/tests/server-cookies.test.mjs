// What cookies prove by themselves: nobody is asked, or the test fails.
import assert from "node:assert/strict";
import nodeCrypto from "node:crypto";
import { test } from "node:test";
import { source } from "./source.mjs";
import {
  CACHES, NOW, OTHER_SECRET, SECRET, SIGNED, TOKEN, bindingOf, compact, cookieHeader, jwe, jwt, payload, sign,
} from "./server-vectors.mjs";

const { staydServer, secretsFrom } = await source("server");
const PREFIX = "better-auth.";

/** Reads a request with these cookies; `asked` counts questions to the server, which says "nobody". */
async function read(cookies, { now = NOW, address = "http://app.test/", how, ...options } = {}) {
  let asked = 0;
  const server = staydServer({
    url: "http://auth.test/api/auth",
    secret: SECRET,
    now: () => now,
    fetch: async () => (asked++, Response.json(null)),
    onProblem: assert.fail,
    ...options,
  });
  const headers = { cookie: typeof cookies === "string" ? cookies : cookieHeader(cookies) };
  const { data } = await server.read(new Request(address, { headers }), how);
  return { data, asked };
}

const both = (data, token = SIGNED) => ({ [`${PREFIX}session_token`]: token, [`${PREFIX}session_data`]: data });
const somebody = async (...input) => {
  const { data, asked } = await read(...input);
  assert.equal(asked, 0);
  return data?.user.id ?? null;
};
/** The cookies do not say who it is: the server is asked. */
const mustAsk = async (...input) => assert.deepEqual(await read(...input), { data: null, asked: 1 });
/** The cookies are no session, and the server hears nothing of it. */
const isNobody = async (...input) => assert.deepEqual(await read(...input), { data: null, asked: 0 });

for (const [form, cookie] of Object.entries(CACHES)) {
  test(`a ${form} cookie of the real package is read without asking, and its token stays behind`, async () => {
    const { data, asked } = await read(both(cookie));
    assert.equal(asked, 0);
    assert.deepEqual(Object.keys(data), ["session", "user"]);
    assert.equal(data.session.id, "SESSID0000000000000000000000000A");
    assert.equal(data.user.name, "Zoë");
    assert.ok(!JSON.stringify(data).includes(TOKEN));
  });

  test(`a ${form} cookie is believed to its last millisecond, and the server is asked afterwards`, async () => {
    const end = form === "compact" ? NOW + 300_000 : Math.floor(NOW / 1000) * 1000 + 300_000;
    assert.ok(await somebody(both(cookie), { now: end - 1 }));
    await mustAsk(both(cookie), { now: end });
  });

  test(`no changed character of a ${form} cookie is believed`, async () => {
    for (let at = 0; at < cookie.length; at += 41) {
      const changed = cookie.slice(0, at) + (cookie[at] === "A" ? "B" : "A") + cookie.slice(at + 1);
      await mustAsk(both(changed));
    }
    await mustAsk(both(cookie.slice(0, -1)));
    await mustAsk(both(`${cookie}A`));
  });

  test(`a ${form} cookie of another secret is not believed`, async () => {
    await mustAsk(both(cookie, sign(TOKEN, OTHER_SECRET)), { secret: OTHER_SECRET });
  });

  test(`a ${form} cookie verifies under each of several secrets`, async () => {
    assert.ok(await somebody(both(cookie), { secret: [OTHER_SECRET, SECRET] }));
    assert.ok(await somebody(both(cookie), { secret: [SECRET, OTHER_SECRET] }));
  });
}

const MAKERS = { compact, jwt, jwe };
for (const [form, make] of Object.entries(MAKERS)) {
  test(`${form}: what is bound to this token is believed, and nothing else`, async () => {
    assert.equal(await somebody(both(make(payload()))), "U1");
    await mustAsk(both(make(payload({ binding: bindingOf("another") }))));
    await mustAsk(both(make(payload({ binding: undefined, session: { token: "another" } }))));
    assert.equal(await somebody(both(make(payload({ binding: undefined, session: { token: TOKEN } })))), "U1");
  });

  for (const [what, claims] of Object.entries({
    "of another version": { version: "2" },
    "of a session that has ended": { session: { expiresAt: new Date(NOW).toISOString() } },
    "of a session without an end": { session: { expiresAt: "soon" } },
    "of another person's session": { user: { id: "U2" } },
    "without a person": { user: { id: undefined } },
    "from the future": { updatedAt: NOW + 120_000 },
    "without its time": { updatedAt: "now" },
  })) {
    test(`${form}: genuine session data ${what} is not believed`, () => mustAsk(both(make(payload(claims)))));
  }
}

test("a token of another algorithm or with demands of its own is not believed", async () => {
  assert.equal(await somebody(both(jwt(payload(), { header: { alg: "HS256", typ: "JWT" } }))), "U1");
  for (const header of [{ alg: "none" }, { alg: "HS512" }, { alg: "HS256", crit: [] }, { alg: "HS256", kid: "x" }, { alg: "HS256", typ: "at+jwt" }, {}]) {
    await mustAsk(both(jwt(payload(), { header })));
  }
  for (const header of [{ alg: "dir", enc: "A256GCM" }, { alg: "dir", enc: "A256CBC-HS512", kid: "x" }, { alg: "dir", enc: "A256CBC-HS512", zip: "DEF" }]) {
    await mustAsk(both(jwe(payload(), { header })));
  }
  await mustAsk(both(jwt(payload({ nbf: Math.floor(NOW / 1000) + 120 }))));
  await mustAsk(both(jwt(payload({ exp: undefined }))));
});

test("a cookie in pieces is put together in the order of their numbers", async () => {
  const cookie = compact(payload({ user: { note: "x".repeat(9000) } }));
  const pieces = cookie.match(/.{1,1000}/g).map((piece, number) => [`${PREFIX}session_data.${number}`, piece]);
  assert.ok(pieces.length > 10);
  const mixed = Object.fromEntries(pieces.sort(() => 1).reverse());
  assert.equal(await somebody({ [`${PREFIX}session_token`]: SIGNED, ...mixed }), "U1");
  delete mixed[`${PREFIX}session_data.3`];
  await mustAsk({ [`${PREFIX}session_token`]: SIGNED, ...mixed });
});

test("session data of more than 16 KB is not looked at", () => mustAsk(both(compact(payload({ user: { note: "x".repeat(20_000) } })))));

test("the token cookie is read encoded, plain and quoted", async () => {
  for (const value of [SIGNED, decodeURIComponent(SIGNED), `"${SIGNED}"`]) assert.ok(await somebody(both(CACHES.compact, value)));
});

test("cookies that were read once are known, end at the same moment, and are nobody else's", async () => {
  let now = NOW;
  let asked = 0;
  const server = staydServer({ url: "http://auth.test", secret: SECRET, now: () => now, fetch: async () => (asked++, Response.json(null)) });
  const readAgain = async (cookies) => (await server.read(new Request("http://app.test", { headers: { cookie: cookieHeader(cookies) } }))).data;
  const first = await readAgain(both(CACHES.compact));
  const second = await readAgain(both(CACHES.compact));
  assert.deepEqual(second, first);
  first.user.name = "changed by a page";
  assert.equal((await readAgain(both(CACHES.compact))).user.name, "Zoë");
  for (let number = 0; number < 1_200; number++) assert.ok(await readAgain(both(compact(payload({ user: { note: number } })))));
  assert.deepEqual(await readAgain(both(CACHES.compact)), second);
  assert.equal(await readAgain(both(CACHES.compact, sign("another"))), null);
  assert.equal(asked, 1);
  now = NOW + 300_000;
  assert.equal(await readAgain(both(CACHES.compact)), null);
  assert.equal(asked, 2);
});

test("of two cookies of a name the first counts", async () => {
  assert.ok(await somebody(`${cookieHeader(both(CACHES.compact))}; ${PREFIX}session_token=planted`));
  await isNobody(`${PREFIX}session_token=planted; ${cookieHeader(both(CACHES.compact))}`);
});

test("what is no signed token is nobody, and the server is not asked", async () => {
  const plain = decodeURIComponent(SIGNED);
  for (const value of [
    "", "x", ".", TOKEN, plain.slice(0, -1), plain.replace("Fw=", "Fx="), plain.replaceAll("/", "_"), `${plain}=`, `.${plain.split(".")[1]}`,
    "%", "%00", "%ff", '"', `"${SIGNED}`, `${TOKEN}.${"=".repeat(44)}`, `a.b.${plain}`, `{}${plain}`, `${"a".repeat(129)}.${plain.split(".")[1]}`,
  ]) {
    await isNobody({ [`${PREFIX}session_token`]: value, [`${PREFIX}session_data`]: CACHES.compact });
  }
  for (const header of ["", ";;;", "=", "a", `${PREFIX}session_data=${CACHES.compact}`, cookieHeader(both(CACHES.compact)).replaceAll(PREFIX, "")]) {
    await isNobody(header);
  }
});

test("a cookie that something else was signed for does not pass for a session", async () => {
  await isNobody({ [`${PREFIX}session_token`]: encodeURIComponent(`a.b.${"x".repeat(44)}`) });
  await isNobody({ [`${PREFIX}session_token`]: sign("head.claims") });
});

test("behind https only cookies with the secure prefix count", async () => {
  const secure = Object.fromEntries(Object.entries(both(CACHES.compact)).map(([name, value]) => [`__Secure-${name}`, value]));
  const planted = both(compact(payload({ user: { id: "U9" }, session: { userId: "U9" } })));
  assert.equal(await somebody(secure, { address: "https://app.test/" }), "USERID0000000000000000000000000A");
  assert.equal(await somebody({ ...planted, ...secure }), "USERID0000000000000000000000000A");
  await isNobody(planted, { address: "https://app.test/" });
  await isNobody(planted, { secure: true });
  assert.equal(await somebody({ ...secure, ...planted }, { secure: false }), "U9");
});

test("a prefix of one's own is read, and the usual one is not any more", async () => {
  const own = cookieHeader(both(CACHES.compact)).replaceAll(PREFIX, "my_app.");
  assert.ok(await somebody(own, { prefix: "my_app" }));
  await isNobody(both(CACHES.compact), { prefix: "my_app" });
});

test("a fresh reading and one without cookie cache ask the server", async () => {
  await mustAsk(both(CACHES.compact), { how: { fresh: true } });
  await mustAsk(both(CACHES.compact), { cookieCache: false });
});

test("without a secret the server is asked about every cookie that could be a session", async () => {
  await mustAsk(both(CACHES.compact), { secret: [] });
  await isNobody("other=1", { secret: [] });
});

test("the secrets of an environment are those that the server would take", () => {
  assert.deepEqual(secretsFrom({ BETTER_AUTH_SECRETS: "2:new, 1:o:ld", BETTER_AUTH_SECRET: "x" }), ["new", "o:ld"]);
  assert.deepEqual(secretsFrom({ BETTER_AUTH_SECRET: "x", AUTH_SECRET: "y" }), ["x"]);
  assert.deepEqual(secretsFrom({ AUTH_SECRET: "y" }), ["y"]);
  assert.deepEqual(secretsFrom({}), []);
});

for (const [option, value] of [["url", "/api/auth"], ["url", "ftp://a"], ["url", undefined], ["url", "http://a/?b"], ["secret", ""], ["secret", [1]], ["prefix", "a b"], ["timeout", 0], ["timeout", 1e9]]) {
  test(`${option}: ${JSON.stringify(value)} is refused by its name`, () => {
    assert.throws(() => staydServer({ url: "http://a.test", [option]: value }), (error) => error instanceof TypeError && error.message.includes(option));
  });
}

const { getBuiltinModule } = process;
const withoutHash = (name) => {
  const { hash: _, ...older } = getBuiltinModule(name);
  return name === "node:crypto" ? older : getBuiltinModule(name);
};
for (const [where, modules] of [["WebCrypto alone, as on platforms that are not Node", () => undefined], ["a Node without hashes of one call", withoutHash]]) {
  test(`everything holds with ${where}`, async () => {
    process.getBuiltinModule = modules;
    try {
      const { staydServer: portable } = await source("server", `#${where.slice(0, 3)}`);
      const server = portable({ url: "http://auth.test", secret: [OTHER_SECRET, SECRET], now: () => NOW, fetch: assert.fail });
      for (const cookie of [...Object.values(CACHES), compact(payload()), jwe(payload())]) {
        const request = new Request("http://app.test", { headers: { cookie: cookieHeader(both(cookie)) } });
        assert.ok((await server.read(request)).data);
      }
      const forged = new Request("http://app.test", { headers: { cookie: `${PREFIX}session_token=${TOKEN}.AAAA` } });
      assert.equal((await server.read(forged)).data, null);
    } finally {
      process.getBuiltinModule = getBuiltinModule;
    }
  });
}

test("a signature out of hashes is Node's own, for keys and texts of every length around a block", async () => {
  const { hmacWith } = await source("server/hmac");
  for (const secret of ["k", "k".repeat(63), "k".repeat(64), "k".repeat(65), "ключ".repeat(40)]) {
    const verify = hmacWith(nodeCrypto.hash, Buffer.from(secret));
    for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 1000, 4032, 4033, 9000]) {
      for (const text of ["a".repeat(length), "ё€😀".repeat(length / 3)]) {
        const mac = nodeCrypto.createHmac("sha256", secret).update(text).digest();
        assert.equal(verify(text, mac), true, `${secret.length} ${length}`);
        assert.equal(verify(`${text}b`, mac), false);
        for (const at of [0, 31]) assert.equal(verify(text, mac.map((byte, here) => (here === at ? byte ^ 1 : byte))), false);
        for (const other of [mac.subarray(0, 31), Buffer.concat([mac, mac.subarray(0, 1)]), Buffer.alloc(0)]) assert.equal(verify(text, other), false);
      }
    }
  }
});

test("the last thousand cookies are remembered, each with its token's and by every byte, and no more than twice as many", async () => {
  const { createMemory } = await source("server/memory");
  const memory = createMemory();
  const tail = (number) => String(number).padStart(64, "s");
  const json = JSON.stringify({ session: { id: "S", token: "secret" }, user: { id: "U", inner: [{ token: "secret" }] }, more: 1 });
  for (let number = 0; number < 2_500; number++) memory.remember({ signed: `t${number}`, text: `x${tail(number)}`, json, from: NOW, until: NOW + 10 });
  const knows = (number, { signed = `t${number}`, text = `x${tail(number)}`, now = NOW } = {}) => memory.recall(signed, text, now);
  assert.deepEqual(knows(2_499), { session: { id: "S" }, user: { id: "U", inner: [{}] } });
  assert.deepEqual(knows(2_499), knows(2_499));
  assert.notEqual(knows(2_499), knows(2_499));
  assert.equal(Array.from({ length: 1_000 }, (_, at) => knows(1_500 + at)).every(Boolean), true);
  assert.equal(knows(0), undefined);
  for (const other of [{ signed: "t0" }, { text: `y${tail(2_499)}` }, { now: NOW - 1 }, { now: NOW + 10 }]) assert.equal(knows(2_499, other), undefined);
});

// C-2
test("where cookies are the host's alone, one that a subdomain can plant opens nothing", async () => {
  const under = (guard) => Object.fromEntries(Object.entries(both(CACHES.compact)).map(([name, value]) => [`${guard}${name}`, value]));
  const planted = cookieHeader({ ...under("__Secure-"), ...under("") });
  await isNobody(planted, { hostPrefix: true });
  assert.ok(await somebody(cookieHeader(under("__Host-")), { hostPrefix: true }));
  await isNobody(cookieHeader(under("__Host-")), { secure: true });
});

test("a name with a blank before it that is no space is another name, and passes for no `__Secure-` cookie", async () => {
  for (const blank of ["\u00a0", "\u0085"]) await isNobody(`${blank}__Secure-${PREFIX}session_token=${SIGNED}`, { secure: true });
  await mustAsk(`a=1; \t __Secure-${PREFIX}session_token \t= ${SIGNED} `, { secure: true });
});
