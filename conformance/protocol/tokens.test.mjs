/**
 * Access tokens that are almost right, shown to our two readers and to `jose`: ours are never looser (J-8). Where they are stricter, the
 * reason is one of a list. TOKENS=60000 tries more, and then each reason of the list has to come up; PROTOCOL_SEED replays a run.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { createLocalJWKSet, jwtVerify } from "jose";
import { Dice } from "./random.mjs";
import { startStayd } from "./stayd.mjs";
import { ISSUER, NOW, SECRET, makeKeys, nextToken } from "./token-dice.mjs";

const TOKENS = Number(process.env.TOKENS ?? 3_000);
/** How many are shown at once. */
const TOGETHER = 100;
const seed = Number(process.env.PROTOCOL_SEED ?? Math.floor(Math.random() * 2 ** 32));
const keys = makeKeys();
const jwks = JSON.stringify(keys.jwks);
const READ = ["iss", "aud", "sub", "sid", "client_id", "scope", "auth_time", "iat", "exp", "jti"];

let stayd;
before(() => { stayd = startStayd(); });
after(() => stayd.stop());

const published = createLocalJWKSet(keys.jwks);
const EXPECTED = {
  algorithms: ["EdDSA", "ES256", "HS256"],
  issuer: ISSUER, audience: ISSUER, typ: "at+jwt",
  requiredClaims: ["sub", "sid", "auth_time", "iat", "exp", "jti"],
  clockTolerance: 30, currentDate: new Date(NOW),
};

async function joseTakes(token) {
  const key = (header, whole) => (header.kid === keys.shared.kid && header.alg === "HS256" ? keys.shared.bytes : published(header, whole));
  return jwtVerify(token, key, EXPECTED).then(({ payload }) => payload, () => null);
}

async function rustTakes(token) {
  const answer = await stayd.ask({ do: "verify_token", jwks, secret: SECRET, issuer: ISSUER, now: NOW, token });
  return answer.claims ?? null;
}

/** `stayd/verify`, of its source. */
async function nodeReader() {
  const folder = fileURLToPath(new URL("../../packages/stayd/src/server/verify", import.meta.url));
  const contents = 'export { openAccessToken } from "./access-token.ts"; export { publicKeys, sharedKeys } from "./keys.ts";';
  const { outputFiles } = await build({ stdin: { contents, resolveDir: folder, loader: "ts" }, bundle: true, format: "esm", target: "es2022", write: false });
  const { openAccessToken, publicKeys, sharedKeys } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
  const all = new Map([...publicKeys(keys.jwks), ...(await sharedKeys([SECRET], ISSUER))]);
  return async (token) => {
    const claims = await openAccessToken(token, all, { issuer: ISSUER, audience: ISSUER, now: NOW });
    return typeof claims === "object" ? claims : null;
  };
}

const bytesOf = (part) => Buffer.from(part, "base64url");
const isCanonical = (part) => bytesOf(part).toString("base64url") === part;
const depthOf = (value) => (value !== null && typeof value === "object" ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0);
const numbersIn = (json) => json.replaceAll(/"(?:[^"\\]|\\.)*"/g, "").match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g) ?? [];
/** How many members the outermost object has, each counted as often as it stands there. */
function namesIn(json) {
  let depth = 0;
  return (json.match(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g) ?? []).filter((token) => {
    if ("{[".includes(token)) depth += 1;
    else if ("}]".includes(token)) depth -= 1;
    return token === ":" && depth === 1;
  }).length;
}

/** Why ours refuse what `jose` takes: each is in RFC 8725, or is what our own issuer never writes. */
const STRICTER = {
  "longer than 8 KiB": ({ token }) => token.length > 8192,
  "a second spelling of base64url": ({ parts }) => !parts.every(isCanonical),
  "a header that none of ours has": ({ header }) => Object.keys(header).some((name) => !["alg", "kid", "typ"].includes(name)),
  "no kid": ({ header }) => typeof header.kid !== "string",
  "the type in other letters": ({ header }) => header.typ !== "at+jwt",
  "a name that is there twice": ({ texts, header, claims }) =>
    namesIn(texts[0]) !== Object.keys(header).length || namesIn(texts[1]) !== Object.keys(claims).length,
  "a claim that is no text": ({ claims }) => ["sub", "sid", "jti", "client_id", "scope"].some((name) => name in claims && typeof claims[name] !== "string"),
  "a time that is no whole number, or too large to be held exactly": ({ claims, texts }) =>
    ["auth_time", "iat", "exp"].some((name) => !Number.isSafeInteger(claims[name]) || !new RegExp(`"${name}":(?!-0)-?\\d+[,}]`).test(texts[1])),
  "nbf, which we never write": ({ claims }) => "nbf" in claims,
  "several audiences": ({ claims }) => typeof claims.aud !== "string",
  "from the future": ({ claims }) => Math.max(claims.iat, claims.auth_time) > NOW / 1000 + 30,
  "over before it began": ({ claims }) => claims.exp < claims.iat,
  "deeper than 16 levels": ({ claims }) => depthOf(claims) > 16,
  "a text that is not Unicode": ({ texts }) => texts.some((text) => /\\ud800/.test(text)),
  "a number beyond all measure": ({ texts }) => numbersIn(texts[1]).some((number) => !Number.isFinite(Number(number))),
  "a byte order mark": ({ parts }) => parts.some((part) => bytesOf(part).subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))),
};

function whyStricter(token) {
  const parts = token.split(".");
  const texts = parts.slice(0, 2).map((part) => new TextDecoder().decode(bytesOf(part)));
  const [header, claims] = texts.map((text) => JSON.parse(text));
  return Object.keys(STRICTER).filter((reason) => STRICTER[reason]({ token, parts, texts, header, claims }));
}

const read = (claims) => Object.fromEntries(READ.filter((name) => name in claims).map((name) => [name, claims[name]]));

// J-8
test("ours are never looser than jose, and stricter for reasons that are listed", async () => {
  console.log(`token seed ${seed}`);
  const dice = new Dice(seed);
  const nodeTakes = await nodeReader();
  const seen = new Set();
  const sums = { taken: 0, refused: 0, stricter: 0 };
  for (let number = 0; number < TOKENS; number += TOGETHER) {
    const tokens = Array.from({ length: Math.min(TOGETHER, TOKENS - number) }, () => nextToken(dice, keys.signers));
    const answers = await Promise.all(tokens.map((token) => Promise.all([joseTakes(token), rustTakes(token), nodeTakes(token)])));
    answers.forEach(([jose, rust, node], index) => {
      const token = tokens[index];
      const about = () => `seed ${seed}, token ${number + index}: ${token.split(".").slice(0, 2).map((part) => bytesOf(part).toString("latin1")).join(" . ")}`;
      if (rust) {
        assert.ok(jose, `looser than jose: ${about()}`);
        assert.deepEqual(read(rust), read(jose), about());
      }
      assert.equal(node === null, rust === null, `Node ${node ? "takes" : "refuses"} what Rust does not: ${about()}`);
      if (jose && !rust) {
        const reasons = whyStricter(token);
        assert.notEqual(reasons.length, 0, `stricter for no listed reason: ${about()}`);
        if (reasons.length === 1) seen.add(reasons[0]);
      }
      sums[rust ? "taken" : jose ? "stricter" : "refused"] += 1;
    });
  }
  console.log(`tokens: ${Object.entries(sums).map(([name, count]) => `${count} ${name}`).join(", ")}`);
  assert.ok(sums.taken > TOKENS / 10 && sums.refused > TOKENS / 10, "the dice are loaded");
  if (TOKENS >= 30_000) assert.deepEqual(Object.keys(STRICTER).filter((reason) => !seen.has(reason)), [], "reasons that never came up alone");
});
