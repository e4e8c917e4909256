import { ExactNumber, numberFromText } from "./exact-number.js";
import { checkDepth, JsonDepthError, MAX_DEPTH, mayBeTooDeep, PLAIN, survey, TOO_DEEP } from "./json-depth.js";
import { print } from "./json-printer.js";
import { isSpecial, readSpecial } from "./json-reader.js";

export { compareNumbers, ExactNumber, isNumber, numberOf } from "./exact-number.js";
export { checkDepth, JsonDepthError, MAX_DEPTH, ValueDepthError } from "./json-depth.js";
export { mergeObjects, objectOf, setMember, withMember } from "./json-object.js";

/**
 * JSON as the language sees it. Every JSON text enters through {@link parseJson} and leaves through {@link printJson}, so
 * that what JSON means here (numbers, keys, depth) is decided in one place: docs/query-languages.md, "JSON is data".
 */
export type Json = null | boolean | number | string | ExactNumber | Json[] | JsonObject;

/** A JSON object. Every key is data, `__proto__` too: write members with `setMember`, or make the object with `objectOf`. */
export interface JsonObject {
  [key: string]: Json;
}

/**
 * Parses a JSON text. What JSON.parse would change is kept: a number that JavaScript would print otherwise becomes an
 * {@link ExactNumber}, members keep their order. Of two members with one name the last one counts.
 * @throws SyntaxError where the text is not JSON.
 * @throws JsonDepthError (a SyntaxError) where it nests deeper than `maxDepth`.
 */
export function parseJson(text: string, maxDepth = MAX_DEPTH): Json {
  if (checked?.text === text && maxDepth >= MAX_DEPTH) {
    const { value } = checked;
    checked = undefined;
    return value;
  }
  const value = JSON.parse(text) as Json;
  if (typeof value !== "object" || value === null) {
    return typeof value === "number" ? numberFromText(text.trim()) : value;
  }
  if (mayBeTooDeep(text, maxDepth)) {
    const found = survey(value, maxDepth);
    if (found === TOO_DEEP) throw new JsonDepthError(maxDepth);
    if (found === PLAIN) return value;
  }
  return isSpecial(text) ? readSpecial(text, value) : value;
}

/**
 * Checks that a text is JSON. Whoever checks a text mostly wants it parsed next: the next {@link parseJson} of this text
 * takes what was found, and then it belongs to that caller alone.
 * @throws SyntaxError as {@link parseJson} does
 */
export function checkJson(text: string): void {
  checked = { text, value: parseJson(text) };
}

let checked: { readonly text: string; readonly value: Json } | undefined;

/**
 * Prints a value as compact JSON text.
 * @throws ValueDepthError (a StatesError) where it nests deeper than `maxDepth`.
 */
export function printJson(value: Json, maxDepth = MAX_DEPTH): string {
  const text = print(value, maxDepth);
  if (mayBeTooDeep(text, maxDepth)) checkDepth(value, maxDepth);
  return text;
}

/** True for a JSON object: not null, not an array, not a number. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}
