import { ExactNumber } from "./exact-number.js";
import type { Json } from "./json.js";

/**
 * True where the JSON text of a value is longer than so many characters: not every text that is, but every one whose strings, names and
 * values alone are. A value may hold another one many times over: what is small in memory can be endless as a text, and
 * must not be printed to find that out. Takes no longer than a text of that length.
 */
export function isLongerThan(value: Json, characters: number): boolean {
  return rest(value, characters, DEEPEST) < 0;
}

/** What nests deeper cannot be printed anyway. */
const DEEPEST = 2000;

function rest(value: Json, left: number, depth: number): number {
  if (typeof value === "string") return left - value.length - 2;
  if (typeof value !== "object" || value === null || value instanceof ExactNumber || depth === 0) return left - 1;
  if (Array.isArray(value)) {
    let after = left - 1 - value.length;
    for (let index = 0; index < value.length && after >= 0; index++)
      after = rest(value[index] ?? null, after, depth - 1);
    return after;
  }
  let after = left - 2;
  for (const name in value) {
    after = rest(value[name] ?? null, after - name.length - 3, depth - 1);
    if (after < 0) break;
  }
  return after;
}
