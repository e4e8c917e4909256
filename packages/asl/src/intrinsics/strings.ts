import type { Json } from "../json.js";
import type { IntrinsicFunction } from "./call.js";
import { stringAt } from "./values.js";

/** Intrinsics for strings. */
export const STRING_FUNCTIONS: Record<string, IntrinsicFunction> = {
  "States.StringSplit": { arity: { least: 2, most: 2 }, apply: split },
};

/** Splits at every character of the delimiter; what lies between two delimiters and is empty is left out. */
function split(values: readonly Json[]): Json[] {
  const delimiters = new Set(stringAt(values, 1));
  const parts: string[] = [];
  let part = "";
  for (const character of stringAt(values, 0)) {
    if (!delimiters.has(character)) {
      part += character;
    } else if (part !== "") {
      parts.push(part);
      part = "";
    }
  }
  if (part !== "") parts.push(part);
  return parts;
}
