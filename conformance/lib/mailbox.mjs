import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "./eventually.mjs";

/** The letters a server has written into a directory, one `.eml` file each. */
export class Mailbox {
  #directory;
  #taken = new Set();

  /** @param {string} directory */
  constructor(directory) { this.#directory = directory; }

  /**
   * The next unread letter to an address; waits for it.
   * @param {string} address
   * @returns {Promise<Letter>}
   */
  next(address) {
    return eventually(() => this.#find(address), { what: `a letter to ${address}` });
  }

  /** How many unread letters there are to an address just now. @param {string} address */
  waiting(address) {
    return this.#unread().filter(({ letter }) => letter.to === address.toLowerCase()).length;
  }

  #find(address) {
    const found = this.#unread().find(({ letter }) => letter.to === address.toLowerCase());
    if (!found) return null;
    this.#taken.add(found.name);
    return found.letter;
  }

  #unread() {
    return readdirSync(this.#directory)
      .filter((name) => name.endsWith(".eml") && !this.#taken.has(name))
      .sort()
      .map((name) => ({ name, letter: parseLetter(readFileSync(join(this.#directory, name), "utf8")) }))
      // Ours also writes to people when something happened to their account. No route asks for that, and there is nothing to follow.
      .filter(({ letter }) => letter.link !== "");
  }
}

/**
 * @param {string} text a message as in RFC 5322
 * @returns {Letter}
 * @typedef {{to: string, subject: string, text: string, link: string}} Letter
 */
export function parseLetter(text) {
  const { headers, body } = splitMessage(text);
  const to = /<?([^<>\s]+@[^<>\s]+)>?\s*$/.exec(headers.get("to") ?? "")?.[1] ?? "";
  const readable = plainText(headers, body);
  const link = /https?:\/\/[^\s<>"]+/.exec(readable)?.[0] ?? "";
  return { to: to.toLowerCase(), subject: headers.get("subject") ?? "", text: readable, link };
}

function splitMessage(text) {
  const unix = text.replaceAll("\r\n", "\n");
  const gap = unix.indexOf("\n\n");
  const head = gap < 0 ? unix : unix.slice(0, gap);
  const headers = new Map();
  for (const line of head.replaceAll(/\n[ \t]+/g, " ").split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, body: gap < 0 ? "" : unix.slice(gap + 2) };
}

function plainText(headers, body) {
  const boundary = /boundary="?([^";]+)"?/i.exec(headers.get("content-type") ?? "")?.[1];
  if (boundary) {
    const parts = body.split(`--${boundary}`).slice(1, -1).map((part) => splitMessage(part.replace(/^\n/, "")));
    const plain = parts.find((part) => /text\/plain/i.test(part.headers.get("content-type") ?? "")) ?? parts[0];
    return plain ? plainText(plain.headers, plain.body) : "";
  }
  const encoding = (headers.get("content-transfer-encoding") ?? "7bit").toLowerCase();
  if (encoding === "base64") return Buffer.from(body, "base64").toString("utf8");
  if (encoding === "quoted-printable") return quotedPrintable(body);
  return body;
}

function quotedPrintable(body) {
  const bytes = body.replaceAll("=\n", "").replaceAll(/=([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
