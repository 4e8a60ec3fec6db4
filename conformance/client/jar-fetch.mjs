import { Jar } from "../lib/cookies.mjs";

/** A browser for the official client in Node: `fetch` with a jar of cookies and the origin of a page. */
export class JarFetch {
  jar = new Jar();
  /** Every body that came back, and whether it showed the session's token. @type {string[]} */
  leaks = [];

  /** @param {string} origin */
  constructor(origin) {
    this.fetch = async (input, init = {}) => {
      const headers = new Headers(init.headers);
      headers.set("origin", origin);
      const cookie = this.jar.header();
      if (cookie) headers.set("cookie", cookie);
      const answer = await fetch(input, { ...init, headers, redirect: "manual" });
      this.jar.take(answer.headers.getSetCookie());
      const text = await answer.clone().text();
      const token = this.token();
      if (token && text.includes(token)) this.leaks.push(`${init.method ?? "GET"} ${input}`);
      return answer;
    };
  }

  /** The secret that the session cookie holds, or null. */
  token() {
    const cookie = this.jar.get("better-auth.session_token");
    return cookie ? decodeURIComponent(cookie).split(".")[0] : null;
  }
}
