import type { Json, JsonObject } from "../json.js";
import { setMember } from "../json.js";
import { evaluator, isFunction } from "./host.js";
import { LimitExceeded, MOST_ITEMS, OUT_OF_MEMORY } from "./limits.js";

/** Thrown where a result is a function or holds one. */
export class UnsupportedResult {}

/**
 * The JSON that a value of the evaluator is; undefined where it is nothing. Numbers that JSON does not have become strings, as
 * the service has them: `1/0` is "Infinity". What is JSON already is given as it is, not copied.
 * @throws UnsupportedResult, LimitExceeded
 */
export function toJson(value: unknown): Json | undefined {
  items = 0;
  return convert(value);
}

/**
 * Items of the value that is being converted, strings by their length. A value may hold another one many times over: what
 * is small in memory can be endless as a text.
 */
let items = 0;

/** A character takes a sixth of what an item does. */
const ITEMS_PER_CHARACTER = 1 / 6;

function count(more: number): void {
  items += more;
  if (items > MOST_ITEMS) throw new LimitExceeded(OUT_OF_MEMORY);
}

function convert(value: unknown): Json | undefined {
  if (typeof value === "string") {
    if (value.length > 64) count(value.length * ITEMS_PER_CHARACTER);
    return value;
  }
  if (typeof value === "boolean" || value === null) return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value === undefined) return undefined;
  if (isFunction(value) || typeof value !== "object") throw new UnsupportedResult();
  evaluator.take(1);
  return Array.isArray(value) ? arrayToJson(value) : objectToJson(value as Readonly<Record<string, unknown>>);
}

/** Sequences of the evaluator are arrays with members of their own: they are copied without these. */
function arrayToJson(array: readonly unknown[]): Json[] {
  count(array.length);
  let copy = Object.keys(array).length === array.length ? undefined : [...array];
  for (let index = 0; index < array.length; index++) {
    const item = array[index];
    const json = convert(item) ?? null;
    if (json !== item) {
      copy ??= [...array];
      copy[index] = json;
    }
  }
  return (copy ?? array) as Json[];
}

/** Objects that the evaluator makes have no prototype; others do not meet such. */
function objectToJson(object: Readonly<Record<string, unknown>>): JsonObject {
  const names = Object.keys(object);
  count(names.length);
  let copy: JsonObject | undefined = Object.getPrototypeOf(object) === null ? {} : undefined;
  for (let index = 0; index < names.length; index++) {
    const name = names[index] as string;
    const member = object[name];
    const json = convert(member);
    if (copy === undefined) {
      if (json === member) continue;
      copy = {};
      for (const before of names.slice(0, index)) setMember(copy, before, object[before] as Json);
    }
    if (json !== undefined) setMember(copy, name, json);
  }
  return copy ?? (object as JsonObject);
}
