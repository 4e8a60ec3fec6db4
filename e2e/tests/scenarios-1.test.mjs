// One half of `scenarios/`; each file of it runs alone as well.
import { runPart } from "../scenarios/part.mjs";

await runPart(0, 2);
