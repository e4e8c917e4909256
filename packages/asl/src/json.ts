import { ExactNumber, numberFromText, stringify } from "./exact-number.js";
import { printExactly } from "./json-printer.js";
import { readExactly } from "./json-reader.js";
import { StatesError } from "./states-error.js";

export { compareNumbers, ExactNumber, isNumber, numberOf } from "./exact-number.js";
export { mergeObjects, objectOf, setMember, withMember } from "./json-object.js";

/**
 * JSON as the language sees it. Every JSON text enters through {@link parseJson} and leaves through {@link printJson}, so
 * that what JSON means here (numbers, keys, depth) is decided in one place: docs/json.md.
 */
export type Json = null | boolean | number | string | ExactNumber | Json[] | JsonObject;

/** A JSON object. Every key is data, `__proto__` too: write members with `setMember`, or make the object with `objectOf`. */
export interface JsonObject {
  [key: string]: Json;
}

/** How deep arrays and objects may nest within each other: Jackson's limit, which the service reads JSON with. */
export const MAX_DEPTH = 1000;

/** A text nests deeper than it may. */
export class JsonDepthError extends SyntaxError {
  constructor(maxDepth: number) {
    super(`Document nesting depth (${maxDepth + 1}) exceeds the maximum allowed (${maxDepth})`);
    this.name = "JsonDepthError";
  }
}

/** A value nests deeper than it may: states can nest what they were given, again and again. */
export class ValueDepthError extends StatesError {
  constructor(maxDepth: number) {
    super("States.Runtime", `A value is nested too deeply: more than ${maxDepth} levels.`);
    this.name = "ValueDepthError";
  }
}

/**
 * Parses a JSON text. What JSON.parse would change is kept: a number that JavaScript would print otherwise becomes an
 * {@link ExactNumber}, members keep their order. Of two members with one name the last one counts.
 * @throws SyntaxError where the text is not JSON.
 * @throws JsonDepthError (a SyntaxError) where it nests deeper than `maxDepth`.
 */
export function parseJson(text: string, maxDepth = MAX_DEPTH): Json {
  const value = JSON.parse(text) as Json;
  if (typeof value !== "object" || value === null) {
    return typeof value === "number" ? numberFromText(text.trim()) : value;
  }
  if (text.length > 2 * maxDepth) {
    const found = survey(value, maxDepth);
    if (found === TOO_DEEP) throw new JsonDepthError(maxDepth);
    if (found === PLAIN) return value;
  }
  return SPECIAL.test(text) ? readExactly(text) : value;
}

/**
 * Prints a value as compact JSON text.
 * @throws ValueDepthError (a StatesError) where it nests deeper than `maxDepth`.
 */
export function printJson(value: Json, maxDepth = MAX_DEPTH): string {
  let printed: ReturnType<typeof stringify>;
  try {
    printed = stringify(value);
  } catch (error) {
    if (error instanceof RangeError && /call stack/.test(error.message)) throw new ValueDepthError(maxDepth);
    throw error;
  }
  const { text, exact } = printed;
  if (text.length > 2 * maxDepth) checkDepth(value, maxDepth);
  return exact ? printExactly(value) : text;
}

/** True for a JSON object: not null, not an array, not a number. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

/**
 * What JSON.parse does not keep. In a text that is JSON, after a digit: an exponent; the end of a name that is all digits; the
 * end of a number that is -0, or has a fraction ending in 0, or 16 characters and more, or is less than 10^-6. What looks like
 * one of these within a string makes the parser slower, nothing else. Measured: a fifth to a third of JSON.parse for texts of
 * some hundred characters (bench/json.mjs).
 */
const SPECIAL =
  /\d(?:[eE](?<=[\s:,[]-?\d+(?:\.\d+)?[eE])|"\s*:(?<="(?:(?:\\u003)?\d)+"\s*:)|[,}\]\s](?<=(?:[.\d-]0|[\d.]{9}).)(?<=[\s:,[](?:-?\d+\.\d*0|-0|-?0\.000000\d*|-?[\d.]{16,}).))/s;

const PLAIN = 0;
const PERHAPS_SPECIAL = 1;
const TOO_DEEP = 2;
type Survey = typeof PLAIN | typeof PERHAPS_SPECIAL | typeof TOO_DEEP;

/** Looks through a value: whether it is too deep, and whether it holds a number or a name that is all digits. */
function survey(value: Json[] | JsonObject | ExactNumber, depth: number): Survey {
  if (value instanceof ExactNumber) return PERHAPS_SPECIAL;
  if (depth === 0) return TOO_DEEP;
  let found: Survey = PLAIN;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item = value[index];
      if (typeof item === "number") found = PERHAPS_SPECIAL;
      else if (typeof item === "object" && item !== null) {
        const inside = survey(item, depth - 1);
        if (inside === TOO_DEEP) return TOO_DEEP;
        if (inside === PERHAPS_SPECIAL) found = PERHAPS_SPECIAL;
      }
    }
    return found;
  }
  let first = true;
  for (const key in value) {
    // JavaScript puts names that are all digits first.
    if (first && key.charCodeAt(0) <= NINE) found = PERHAPS_SPECIAL;
    first = false;
    const member = value[key];
    if (typeof member === "number") found = PERHAPS_SPECIAL;
    else if (typeof member === "object" && member !== null) {
      const inside = survey(member, depth - 1);
      if (inside === TOO_DEEP) return TOO_DEEP;
      if (inside === PERHAPS_SPECIAL) found = PERHAPS_SPECIAL;
    }
  }
  return found;
}

const NINE = 0x39;

/** @throws ValueDepthError where the value nests deeper than it may. */
export function checkDepth(value: Json, maxDepth = MAX_DEPTH): void {
  if (typeof value === "object" && value !== null && survey(value, maxDepth) === TOO_DEEP) {
    throw new ValueDepthError(maxDepth);
  }
}
