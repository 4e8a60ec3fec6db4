import { gzipSync } from "node:zlib";
import { openTab } from "../browser.mjs";
import { kib, median, p99, round } from "../numbers.mjs";
import { doesNotApply, measured } from "../outcome.mjs";

export default {
  name: "module",
  title: "WebAssembly in a fresh page: decode + compile + instantiate, median / p99, ms (each; less than 3 promised)",
  async measure(bench) {
    const runs = [];
    for (let run = 0; run < bench.times(50, 5); run += 1) {
      // A process of its own: the engine gives a second page of the same process what it compiled for the first.
      const one = await bench.person(async (context) => {
        await context.addInitScript(watchModule);
        const page = await openTab(context, bench.site);
        return page.evaluate(() => globalThis.module && { ...module, bytes: [...module.bytes], memory: module.memory() });
      });
      if (!one) return doesNotApply("it has no WebAssembly");
      runs.push(one);
    }
    return summary(runs);
  },
};

/** Runs in the page: when the client's own steps begin and end, whatever it calls them. */
function watchModule() {
  const { encode } = TextEncoder.prototype;
  let begun = 0;
  let decoded = 0;
  let compiled = 0;
  TextEncoder.prototype.encode = function (text) {
    begun ||= performance.now();
    return encode.call(this, text);
  };
  const { Module, Instance } = WebAssembly;
  WebAssembly.Module = function (bytes) {
    decoded = performance.now();
    const made = new Module(bytes);
    compiled = performance.now();
    // Copied when the clock is read, and not while it runs.
    globalThis.module = { bytes };
    return made;
  };
  WebAssembly.Instance = function (made, imports) {
    const begunAt = performance.now();
    const instance = new Instance(made, imports);
    const ended = performance.now();
    Object.assign(globalThis.module, {
      decodeMs: decoded - begun,
      compileMs: compiled - decoded,
      instantiateMs: ended - begunAt,
      memory: () => instance.exports.memory.buffer.byteLength,
    });
    return instance;
  };
}

function summary(runs) {
  const total = runs.map(({ decodeMs, compileMs, instantiateMs }) => decodeMs + compileMs + instantiateMs);
  const part = (name) => median(runs.map((one) => one[name]));
  const figures = {
    medianMs: median(total),
    p99Ms: p99(total),
    decodeMs: part("decodeMs"),
    compileMs: part("compileMs"),
    instantiateMs: part("instantiateMs"),
    runs: runs.length,
    bytes: runs[0].bytes.length,
    gzip: gzipSync(Uint8Array.from(runs[0].bytes), { level: 9 }).length,
    memory: Math.max(...runs.map(({ memory }) => memory)),
  };
  const parts = [figures.decodeMs, figures.compileMs, figures.instantiateMs].map(round).join(" + ");
  const sizes = `${kib(figures.gzip)} KiB under gzip, memory ${kib(figures.memory, 0)} KiB`;
  return measured(`${round(figures.medianMs)} / ${round(figures.p99Ms)} (${parts}); ${sizes}`, figures);
}
