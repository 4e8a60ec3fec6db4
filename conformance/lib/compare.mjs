import assert from "node:assert/strict";
import { ages, standing } from "./standing.mjs";

/**
 * Compares what the reference and ours answered, step by step, and returns the ids of the differences it met.
 *
 * With two references (`sameKind`) nothing may differ at all: that proves that the normalisation hides nothing it should
 * show and shows nothing it should hide. Otherwise a step may differ only as docs/compatibility.md declares, and then
 * it must: a difference that is gone has to leave the page.
 *
 * @param {import("./scenario.mjs").Step[]} reference
 * @param {import("./scenario.mjs").Step[]} ours
 * @param {boolean} sameKind
 * @returns {string[]} ids
 */
export function compare(reference, ours, sameKind) {
  const met = [];
  const failures = [];
  const length = Math.max(reference.length, ours.length);
  for (let index = 0; index < length; index += 1) {
    const [theirs, mine] = [reference[index], ours[index]];
    if (theirs?.label !== mine?.label) {
      failures.push(new Error(`step ${index + 1}: the stories part: ${theirs?.label} / ${mine?.label}`));
      break;
    }
    try {
      met.push(...compareStep(theirs, mine, sameKind));
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new Error(failures.map((failure) => failure.message).join("\n\n"));
  return met;
}

function compareStep(theirs, mine, sameKind) {
  const title = `${mine.label}\n(+ ours, - expected of ours)`;
  if (sameKind) {
    check(mine.normal, theirs.normal, title);
    return [];
  }
  const { expected, met } = standing(theirs.normal, mine.normal, mine);
  const { kept } = mine;
  if (kept) {
    assert.notDeepEqual(mine.normal, expected, `${mine.label}: ${kept.id} is declared here, but nothing differs`);
  }
  const wanted = kept ? merge(expected, kept.answer) : expected;
  met.push(...ages(wanted, mine.normal, mine.elapsed));
  check(mine.normal, wanted, kept ? `${title}, ${kept.id}` : title);
  return kept ? [...met, kept.id] : met;
}

function check(actual, expected, title) {
  try {
    assert.deepEqual(actual, expected);
  } catch (error) {
    throw new Error(`${title}\n${error.message.split("\n").slice(1).join("\n")}`);
  }
}

function merge(normal, answer) {
  const merged = { ...normal, ...answer };
  for (const part of ["headers", "cookies"]) {
    if (!answer[part]) continue;
    const both = Object.entries({ ...normal[part], ...answer[part] });
    merged[part] = Object.fromEntries(both.filter(([, value]) => value !== undefined));
  }
  return merged;
}
