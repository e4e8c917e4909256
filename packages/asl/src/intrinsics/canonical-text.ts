import { canonicalNumber } from "../exact-number.js";
import { checkDepth, isNumber, isObject, type Json } from "../json.js";

/**
 * A text that is the same for equal values and differs for others: members stand in the order of their names, and numbers
 * as their values are, however they are written.
 * @throws ValueDepthError where the value nests too deeply
 */
export function canonicalText(value: Json): string {
  checkDepth(value);
  return textOf(value);
}

function textOf(value: Json): string {
  if (isNumber(value)) return canonicalNumber(value);
  if (Array.isArray(value)) return `[${value.map(textOf).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${textOf(value[key] ?? null)}`);
  return `{${members.join(",")}}`;
}
