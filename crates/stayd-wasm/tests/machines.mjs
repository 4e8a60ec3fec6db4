// Tells recordings to the machine as the package carries it: node machines.mjs wasm|js FILE...
// Prints a line per step: view, record, deadline, verdict, rejection, effects; bytes in hexadecimal. An empty line follows each
// recording.
import { readFileSync } from "node:fs";
import { fromText } from "../../../packages/stayd/src/bytes.ts";
import { DEADLINE_AT, EVENT_AT, EVENT_LEN, RECORD_AT, RECORD_LEN, STATE_AT, VIEW_LEN } from "../../../packages/stayd/src/codes.ts";
import { instantiate } from "../../../packages/stayd/src/module-js.ts";
import { module } from "../../../packages/stayd/src/module.ts";

const [, , kind, ...files] = process.argv;
const compiled = new WebAssembly.Module(fromText(module));
const make = () => (kind === "js" ? instantiate() : new WebAssembly.Instance(compiled).exports);
const HEAD = 10;
const CONFIG_LEN = 16;

for (const file of files) {
  const recording = readFileSync(file);
  const machine = make();
  const { buffer } = machine.memory;
  const put = (bytes) => {
    const event = new Uint8Array(buffer, EVENT_AT, EVENT_LEN);
    event.fill(0);
    event.set(bytes);
  };
  put(recording.subarray(HEAD, HEAD + CONFIG_LEN));
  machine.start(recording.readUInt32LE(HEAD - 4));
  for (let at = HEAD + CONFIG_LEN; at < recording.length; ) {
    const length = recording.readUInt16LE(at + 8);
    put(recording.subarray(at + 10, at + 10 + length));
    const orders = machine.handle(recording.readDoubleLE(at));
    at += 10 + length;
    const memory = Buffer.from(buffer);
    const hex = (from, bytes) => memory.toString("hex", from, from + bytes);
    console.log(
      hex(STATE_AT, VIEW_LEN),
      hex(STATE_AT + RECORD_AT, RECORD_LEN),
      memory.readDoubleLE(STATE_AT + DEADLINE_AT),
      hex(orders, 2),
      hex(orders + 4, memory[orders + 2] * 8),
    );
  }
  console.log();
}
