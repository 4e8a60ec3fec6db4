import { sizeOf } from "../bundle.mjs";
import { measured } from "../outcome.mjs";

const kilobytes = (bytes) => (bytes / 1000).toFixed(1);

export default {
  name: "size",
  title: "size, bundled and minified: gzip (raw), KB",
  async measure({ peer }) {
    const { raw, gzip } = await sizeOf({ ...peer.entry, alias: peer.alias });
    const note = peer.entry.note ? `, ${peer.entry.note}` : "";
    return measured(`${kilobytes(gzip)} (${kilobytes(raw)})${note}`, { gzip, raw });
  },
};
