// Cookies that the real Better Auth package made, from where the Rust side keeps them, and a way to make more.
import { createCipheriv, createHash, createHmac, hkdfSync } from "node:crypto";
import { readFile } from "node:fs/promises";

const rust = await readFile(new URL("../../../crates/stayd-protocol/tests/session_data/vectors.rs", import.meta.url), "utf8");
const constant = (name) => rust.match(new RegExp(`const ${name}: &str = "([^"]+)"`))[1];

export const SECRET = "test-secret-0123456789-abcdefghijklmnop";
export const OTHER_SECRET = "kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq";
export const NOW = 1_767_323_045_678;
export const TOKEN = "AbCdEfGhIjKlMnOpQrStUvWxYz012345";
export const SIGNED = `${TOKEN}.G%2Fu89IMNnarw1jUWh889KEqqsCEdnY8ozC%2FyxMDXdFw%3D`;
export const CACHES = { compact: constant("COMPACT"), jwt: constant("JWT"), jwe: constant("JWE") };

export const mac = (text, encoding, secret = SECRET) => createHmac("sha256", secret).update(text).digest(encoding);
export const sign = (token, secret) => encodeURIComponent(`${token}.${mac(token, "base64", secret)}`);
export const base64url = (text) => Buffer.from(text).toString("base64url");
export const bindingOf = (token) => createHash("sha256").update(`stayd session data\0${token}`).digest("base64url");

/** What a session-data cookie says, with changes. */
export function payload({ session = {}, user = {}, ...rest } = {}) {
  return {
    session: { id: "S1", userId: "U1", expiresAt: new Date(NOW + 3_600_000).toISOString(), token: "handle", ...session },
    user: { id: "U1", name: "Zoë", email: "zoe@example.com", ...user },
    updatedAt: NOW,
    version: "1",
    binding: bindingOf(TOKEN),
    ...rest,
  };
}

export function compact(claims, { expiresAt = NOW + 300_000, secret } = {}) {
  const signature = mac(JSON.stringify({ ...claims, expiresAt }), "base64url", secret);
  return base64url(JSON.stringify({ session: claims, expiresAt, signature }));
}

export function jwt(claims, { header = { alg: "HS256" }, secret } = {}) {
  const times = { iat: Math.floor(NOW / 1000), exp: Math.floor(NOW / 1000) + 300 };
  const covered = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify({ ...times, ...claims }))}`;
  return `${covered}.${mac(covered, "base64url", secret)}`;
}

export function jwe(claims, { secret = SECRET, header } = {}) {
  const key = Buffer.from(hkdfSync("sha256", secret, "better-auth-session", "BetterAuth.js Generated Encryption Key", 64));
  const kid = createHash("sha256").update(`{"k":"${key.toString("base64url")}","kty":"oct"}`).digest("base64url");
  const first = base64url(JSON.stringify(header ?? { alg: "dir", enc: "A256CBC-HS512", kid }));
  const iv = Buffer.alloc(16, 7);
  const cipher = createCipheriv("aes-256-cbc", key.subarray(32), iv);
  const times = { iat: Math.floor(NOW / 1000), exp: Math.floor(NOW / 1000) + 300 };
  const text = Buffer.concat([cipher.update(JSON.stringify({ ...times, ...claims })), cipher.final()]);
  const length = Buffer.alloc(8);
  length.writeUInt32BE(first.length * 8, 4);
  const tag = createHmac("sha512", key.subarray(0, 32)).update(Buffer.concat([Buffer.from(first), iv, text, length])).digest().subarray(0, 32);
  return [first, "", ...[iv, text, tag].map((part) => part.toString("base64url"))].join(".");
}

export const cookieHeader = (cookies) => Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join("; ");
