/**
 * Access tokens that are almost right: made from a seed, changed in one or two places, and signed as well as they can be.
 */
import { createHmac, generateKeyPairSync, hkdfSync, sign } from "node:crypto";

export const ISSUER = "https://app.example";
export const SECRET = "test-secret-0123456789-abcdefghijklmnop";
export const NOW = 1_800_000_000_001;
const SECONDS = Math.floor(NOW / 1000);

/** A key for each algorithm: what signs, and what is published or shared. */
export function makeKeys() {
  const ed25519 = generateKeyPairSync("ed25519");
  const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const shared = Buffer.from(hkdfSync("sha256", SECRET, "stayd", `access token ${ISSUER}`, 32));
  const mac = (text) => createHmac("sha256", shared).update(text).digest();
  const name = mac("id of this key").subarray(0, 16).toString("base64url");
  return {
    signers: [
      { alg: "EdDSA", kid: "ed", sign: (text) => sign(null, Buffer.from(text), ed25519.privateKey) },
      { alg: "ES256", kid: "p-256", sign: (text) => sign("sha256", Buffer.from(text), { key: p256.privateKey, dsaEncoding: "ieee-p1363" }) },
      { alg: "HS256", kid: name, sign: mac },
    ],
    jwks: {
      keys: [
        { ...ed25519.publicKey.export({ format: "jwk" }), kid: "ed", alg: "EdDSA", use: "sig" },
        { ...p256.publicKey.export({ format: "jwk" }), kid: "p-256", alg: "ES256", use: "sig" },
      ],
    },
    shared: { kid: name, bytes: shared },
  };
}

/** What a member may be replaced by. Texts are JSON as it is written. */
const VALUES = [
  "null", "true", "0", "-0", "1", "1.0", "1e3", "-1", "1e400", "9007199254740993", "99999999999999999999", "[]", "{}", '""', '"x"',
  '"\\ud800"', '"\\u0000"', '"a\\/b"', `["${ISSUER}"]`, `"${ISSUER}"`, `"${ISSUER}/"`, `"${ISSUER}","x":"y"`, "[1,[2,[3]]]", '{"a":1,"a":2}',
  '{"\\ud800":1}', "[1e400]", "[".repeat(15) + "]".repeat(15), "[".repeat(40) + "]".repeat(40), `"${"x".repeat(7_000)}"`, "01", "NaN", "'x'",
];
const TIMES = [-4e9, -86_400, -900, -61, -60, -59, -31, -30, -29, -1, 0, 1, 29, 30, 31, 59, 60, 61, 900, 4e9].map((away) => SECONDS + away);
const ALGORITHMS = ["EdDSA", "ES256", "HS256", "none", "None", "", "Ed25519", "HS384", "HS512", "RS256", "PS256", "ES384", "eddsa", "hs256"];
const TYPES = ["at+jwt", "AT+JWT", "application/at+jwt", "at+JWT", "JWT", "", "logout+jwt", "at+jwt "];
const MORE_HEADER = ['"crit":["exp"]', '"crit":[]', '"b64":true', '"b64":false', '"jku":"http://127.0.0.1/"', '"x":1', '"zip":"DEF"', '"cty":"JWT"', '"alg":"EdDSA"'];
const MORE_CLAIMS = ['"x":1', '"nbf":0', `"nbf":${SECONDS + 900}`, '"scope":"read"', '"client_id":"app"', '"sub":"eve"', '"s\\u0075b":"eve"', '"__proto__":{"sub":"eve"}', '"exp":null'];

/** The next token. `signers` are those of {@link makeKeys}, `dice` is of `random.mjs`. */
export function nextToken(dice, signers) {
  const key = dice.pick(signers);
  const header = [["alg", `"${key.alg}"`], ["kid", `"${key.kid}"`], ["typ", '"at+jwt"']];
  const claims = [
    ["iss", `"${ISSUER}"`], ["aud", `"${ISSUER}"`], ["sub", '"user"'], ["sid", '"session"'], ["auth_time", `${SECONDS - 100}`],
    ["iat", `${SECONDS - 100}`], ["exp", `${SECONDS + 800}`], ["jti", '"1"'],
  ];
  for (let changes = dice.below(3); changes > 0; changes -= 1) {
    if (dice.below(3) === 0) changeHeader(dice, header, signers);
    else changeClaims(dice, claims);
  }
  const parts = [written(dice, header), written(dice, claims)].map((bytes) => spelled(dice, bytes));
  const covered = parts.join(".");
  const by = dice.below(20) === 0 ? dice.pick(signers) : key;
  let signature = by.sign(covered);
  if (dice.below(12) === 0) signature = changeBytes(dice, signature);
  const token = `${covered}.${spelled(dice, signature)}`;
  return dice.below(8) === 0 ? changeText(dice, token) : token;
}

function changeHeader(dice, header, signers) {
  const member = dice.pick(header);
  const change = dice.below(6);
  if (change === 0) header.splice(header.indexOf(member), header.length > 1 ? 1 : 0);
  else if (change === 1) header.push([null, dice.pick(MORE_HEADER)]);
  else if (change === 2) member[1] = dice.pick(VALUES);
  else if (member[0] === "alg") member[1] = `"${dice.pick(ALGORITHMS)}"`;
  else if (member[0] === "kid") member[1] = `"${dice.pick([dice.pick(signers).kid, "", "../key", "e\\u0064"])}"`;
  else member[1] = `"${dice.pick(TYPES)}"`;
}

function changeClaims(dice, claims) {
  const member = dice.pick(claims);
  const change = dice.below(6);
  if (change === 0) claims.splice(claims.indexOf(member), claims.length > 1 ? 1 : 0);
  else if (change === 1) claims.push([null, dice.pick(MORE_CLAIMS)]);
  else if (change === 2) claims.push([`more${dice.below(9)}`, dice.pick(VALUES)]);
  else if (change === 3) member[1] = dice.pick(VALUES);
  else if (change === 4) setTimes(claims, { [dice.pick(["iat", "exp", "auth_time"])]: dice.pick(TIMES) });
  else setTimes(claims, { iat: dice.pick(TIMES), exp: dice.pick(TIMES) });
}

function setTimes(claims, times) {
  for (const member of claims) if (member[0] in times) member[1] = `${times[member[0]]}`;
}

/** The members as the bytes of a JSON object; now and then of something that is almost one. */
function written(dice, members) {
  const text = `{${members.map(([name, value]) => (name === null ? value : `"${name}":${value}`)).join(",")}}`;
  const change = dice.below(40);
  if (change === 0) return changeBytes(dice, Buffer.from(text));
  if (change === 1) return Buffer.from(` \n${text}\t `);
  if (change === 2) return Buffer.from(`\ufeff${text}`);
  if (change === 3) return Buffer.from(`${text}{}`);
  if (change === 4) return Buffer.from(dice.pick(["", "null", "[]", "1", '"x"', `[${text}]`]));
  // A name that nobody reads, of bytes that are no text.
  if (change === 5) return Buffer.concat([Buffer.from('{"x":{"'), Buffer.from([0xff]), Buffer.from('":1},'), Buffer.from(text.slice(1))]);
  if (change === 6) return Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('",'), Buffer.from(text.slice(1))]);
  return Buffer.from(text);
}

/** Base64url, now and then in a spelling that is not the one. */
function spelled(dice, bytes) {
  const text = bytes.toString("base64url");
  const change = dice.below(60);
  if (change === 0) return bytes.toString("base64");
  if (change === 1) return `${text}=`;
  if (change === 2) return `${text.slice(0, 5)}${dice.pick(["\n", " ", "%"])}${text.slice(5)}`;
  // The last character may carry bits that mean nothing.
  if (change === 3 && text.length > 0) return text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) + 1);
  return text;
}

function changeBytes(dice, bytes) {
  const changed = Buffer.from(bytes);
  const at = dice.below(changed.length);
  const change = dice.below(4);
  if (change === 0) return changed.subarray(0, at);
  if (change === 1) return Buffer.concat([changed, Buffer.from([dice.below(256)])]);
  if (change === 2) return Buffer.alloc(changed.length);
  changed[at] ^= 1 << dice.below(8);
  return changed;
}

function changeText(dice, text) {
  const at = dice.below(text.length);
  const character = dice.pick([...".=-_+/ \n\0éAz0"]);
  const change = dice.below(5);
  if (change === 0) return text.slice(0, at) + text.slice(at + 1);
  if (change === 1) return text.slice(0, at) + character + text.slice(at);
  if (change === 2) return text.slice(0, at) + character + text.slice(at + 1);
  if (change === 3) return text.slice(0, at);
  return dice.pick([`${text}.`, `.${text}`, `${text}.${text}`, ` ${text}`, `${text}\n`, text.replace(".", "..")]);
}
