// A reporter for `node --test`: what became of the tests whose names begin with the number of a scenario, as JSON.
import { numbersIn } from "./sources.mjs";

export default async function* report(events) {
  const results = {};
  for await (const { type, data } of events) {
    if ((type !== "test:pass" && type !== "test:fail") || data.details?.type === "suite") continue;
    // `testIn` puts the browser first.
    for (const number of numbersIn(data.name.replace(/^\w+: /, ""))) {
      const result = (results[number] ??= { passed: 0, failed: 0, unavailable: 0 });
      if (type === "test:fail") result.failed++;
      else if (data.todo !== undefined) result.unavailable++;
      else result.passed++;
    }
  }
  yield `${JSON.stringify(results, null, 2)}\n`;
}
