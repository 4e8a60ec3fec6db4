// Follows the server's feed of what ended (server-sent events).
import type { News, Told } from "./told.ts";

/** Longest line that is read; the feed's have some hundred characters. */
const LONGEST_LINE = 16 * 1024;
/** How long the server may take to begin, and the pauses before it is tried again, in ms. */
const FIRST_WORD = 5_000;
const [SHORTEST_PAUSE, LONGEST_PAUSE] = [100, 5_000];

export interface FeedOptions {
  url: string;
  credential: string;
  fetch: typeof fetch;
  told: Told;
  signal: AbortSignal;
  /** Hears why the feed broke off, once until it is back; `undefined` when it is back. */
  onChange(broken: unknown): void;
}

/** Follows until `signal`. Never throws. */
export async function follow({ url, credential, fetch, told, signal, onChange }: FeedOptions): Promise<void> {
  let [lastId, pause, isBroken] = ["", SHORTEST_PAUSE, false];
  while (!signal.aborted) {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(new Error("nothing was heard for too long")), FIRST_WORD);
    try {
      const headers: Record<string, string> = { accept: "text/event-stream", authorization: credential };
      if (lastId) headers["last-event-id"] = lastId;
      const both = AbortSignal.any([signal, silence.signal]);
      const response = await fetch(url, { headers, signal: both, redirect: "manual", cache: "no-store" });
      if (response.status !== 200 || !response.body) throw new Error(`the server answered ${response.status}`);
      for await (const events of eventsOf(response.body)) {
        clearTimeout(timer);
        for (const { news, id } of events) {
          if (news.event === "begins") lastId = "";
          told.take(news);
          if (id) lastId = id;
          if (news.event === "caught-up") {
            pause = SHORTEST_PAUSE;
            if (isBroken) onChange(undefined);
            isBroken = false;
          }
        }
        // After what it brought: what was heard last is known when it counts as heard.
        told.heard();
        timer = setTimeout(() => silence.abort(new Error("nothing was heard for too long")), told.silence());
      }
      throw new Error("the server ended it");
    } catch (broken) {
      told.lost();
      if (signal.aborted) return;
      if (!isBroken) onChange(broken);
      isBroken = true;
    } finally {
      clearTimeout(timer);
      silence.abort();
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

interface Heard {
  news: News;
  id: string | undefined;
}

/** The events of a stream, as many at a time as come together. What is none of the feed's throws: nothing is believed then. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Heard[]> {
  const reader = body.pipeThrough(new TextDecoderStream("utf-8", { fatal: true }) as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const blocks = (rest + chunk.value).split("\n\n");
    rest = blocks.pop()!;
    if (rest.length > LONGEST_LINE) throw new Error("what came is no feed of ends");
    yield blocks.map(eventOf).filter((heard) => heard !== undefined);
  }
}

function eventOf(block: string): Heard | undefined {
  const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
  const event = field("event");
  if (event === undefined) return undefined;
  const news = newsOf(event, JSON.parse(field("data") ?? ""));
  if (!news) throw new Error("what came is no feed of ends");
  return { news, id: field("id") };
}

/** A word that is not known may be one of a newer server that ends something: then nothing is believed. */
function newsOf(event: string, data: Record<string, unknown>): News | undefined {
  const { before, kept, heartbeat, sid, sub, at } = data;
  const numbers = (...values: unknown[]): boolean => values.every((value) => Number.isSafeInteger(value));
  const texts = (...values: unknown[]): boolean => values.every((value) => value === undefined || typeof value === "string");
  const isKnown =
    event === "caught-up" ||
    (event === "begins" && numbers(before, kept, heartbeat)) ||
    (event === "ended" && typeof sid === "string" && numbers(at)) ||
    (event === "doubted" && numbers(before) && texts(sid, sub));
  return isKnown ? ({ ...data, event } as News) : undefined;
}
