import { sizeOf } from "../bundle.mjs";
import { kib } from "../numbers.mjs";
import { measured } from "../outcome.mjs";

export default {
  name: "size",
  title: "size, bundled and minified: gzip (raw), KiB",
  async measure({ peer }) {
    const { raw, gzip } = await sizeOf({ ...peer.entry, alias: peer.alias });
    const note = peer.entry.note ? `, ${peer.entry.note}` : "";
    const words = (size) => `${kib(size.gzip, 2)} (${kib(size.raw)})`;
    if (!peer.entry.withPush) return measured(words({ gzip, raw }) + note, { gzip, raw });
    const withPush = await sizeOf({ source: peer.entry.withPush, alias: peer.alias });
    return measured(`${words({ gzip, raw })}; with push ${words(withPush)}`, { gzip, raw, withPush });
  },
};
