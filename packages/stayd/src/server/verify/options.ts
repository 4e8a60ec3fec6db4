import { type ServerOptions, type Settings, settingsOf } from "../options.ts";

/** Where the Stayd server is, and how what it signed is checked here. */
export interface VerifierOptions
  extends Pick<ServerOptions, "url" | "secret" | "prefix" | "secure" | "hostPrefix" | "version" | "timeout" | "fetch" | "onProblem" | "now"> {
  /** The credential by which the server knows this back end (`[[backends]]` in its configuration). With it the feed of ends is followed. */
  backend?: { id: string; secret: string };
  /** Does not hear of ends: what the server signed is believed until it expires, some minutes at most. */
  withoutFeed?: boolean;
  /** Who access tokens must be from. Default: the origin of `url`. */
  issuer?: string;
  /** Whom access tokens must be for. Default: the issuer, as the server's own. */
  audience?: string;
  /** How long ago a sign-in may be where a recent one is asked for, in seconds. Default: a day. */
  freshAge?: number;
  /**
   * What happens while the feed is not heard: `ask` the server about each request (default; where it does not answer, nobody passes),
   * `refuse` each request at once, or go on to believe what is known for so many seconds.
   */
  whenDeaf?: "ask" | "refuse" | number;
  /** How many tokens and cookies are remembered as genuine, at least. Default 10,000. */
  remember?: number;
}

export interface VerifierSettings {
  server: Settings;
  /** The `Authorization` header of this back end; `""` where it has none. */
  credential: string;
  follows: boolean;
  issuer: string;
  audience: string;
  freshAge: number;
  asks: boolean;
  /** In ms. */
  patience: number;
  remember: number;
}

/** Options that make no sense throw, with their name and what they accept; never with a secret. */
export function verifierSettings(options: VerifierOptions): VerifierSettings {
  const { backend, withoutFeed = false, freshAge = 86_400, whenDeaf = "ask", remember = 10_000 } = options;
  const demand = (sensible: unknown, option: string, accepted: string): void => {
    if (!sensible) throw new TypeError(`staydVerifier: ${option} must be ${accepted}`);
  };
  const server = settingsOf(options);
  const fits = (text: unknown): boolean => typeof text === "string" && /^[\x21-\x7e]+$/.test(text);
  demand(backend || withoutFeed, "backend", "the credential by which the server knows this back end, unless `withoutFeed` is true");
  demand(!backend || (fits(backend.id) && !backend.id.includes(":") && fits(backend.secret)), "backend", "{ id, secret }");
  demand(freshAge > 0, "freshAge", "a number of seconds");
  demand(whenDeaf === "ask" || whenDeaf === "refuse" || (typeof whenDeaf === "number" && whenDeaf > 0), "whenDeaf", "ask, refuse or a number of seconds");
  demand(remember > 0, "remember", "a number");
  const issuer = options.issuer ?? new URL(server.url).origin;
  return {
    server,
    // The server takes a percent-encoded secret as well, so a percent sign has to be encoded.
    credential: backend ? `Basic ${btoa(`${backend.id}:${backend.secret.replace(/%/g, "%25")}`)}` : "",
    follows: !withoutFeed,
    issuer,
    audience: options.audience ?? issuer,
    freshAge: freshAge * 1000,
    asks: whenDeaf !== "refuse",
    patience: typeof whenDeaf === "number" ? whenDeaf * 1000 : 0,
    remember,
  };
}
