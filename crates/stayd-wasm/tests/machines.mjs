// Tells recordings to the machine as the package carries it: node machines.mjs wasm|js FILE...
// Prints a line per step: view, record, epoch.generation, deadline, verdict, rejection, effects; bytes in hexadecimal. A line
// `-` where the bytes were no event. An empty line follows each recording.
import { readFileSync } from "node:fs";
import { fromText } from "../../../packages/stayd/src/bytes.ts";
import { DEADLINE_AT, EFFECTS_AT, EVENT_LEN, MOMENT_AT, RECORD_LEN, VIEW_LEN } from "../../../packages/stayd/src/codes.ts";
import { instantiate } from "../../../packages/stayd/src/module-js.ts";
import { module } from "../../../packages/stayd/src/module.ts";

const [, , kind, ...files] = process.argv;
const compiled = new WebAssembly.Module(fromText(module));
const make = () => (kind === "js" ? instantiate() : new WebAssembly.Instance(compiled).exports);
const HEAD = 10;
const CONFIG_LEN = 20;

for (const file of files) {
  const recording = readFileSync(file);
  const machine = make();
  const { buffer } = machine.memory;
  const put = (bytes) => {
    const event = new Uint8Array(buffer, machine.io(), EVENT_LEN);
    event.fill(0);
    event.set(bytes);
  };
  put(recording.subarray(HEAD, HEAD + CONFIG_LEN));
  machine.start(recording.readUInt32LE(HEAD - 4), EVENT_LEN);
  for (let at = HEAD + CONFIG_LEN; at < recording.length; ) {
    const length = recording.readUInt16LE(at + 8);
    put(recording.subarray(at + 10, at + 10 + length));
    const step = machine.handle(recording.readDoubleLE(at), EVENT_LEN);
    at += 10 + length;
    if (!step) {
      console.log("-");
      continue;
    }
    const memory = Buffer.from(buffer);
    const hex = (from, bytes) => memory.toString("hex", step + from, step + from + bytes);
    console.log(
      hex(0, VIEW_LEN),
      hex(MOMENT_AT + 8, RECORD_LEN),
      `${memory.readUInt32LE(step + MOMENT_AT)}.${memory.readUInt32LE(step + MOMENT_AT + 4)}`,
      memory.readDoubleLE(step + DEADLINE_AT),
      hex(EFFECTS_AT, 2),
      hex(EFFECTS_AT + 4, memory[step + EFFECTS_AT + 2] * 8),
    );
  }
  console.log();
}
