import { compareNumbers, ExactNumber } from "@pawl/asl/json";

export { ExactNumber };

/** What Terraform does not know yet: a value that comes of a resource which is still to be made. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/**
 * A value of Terraform: lists and sets are arrays; maps, objects and blocks are objects, in which every key is data
 * (`__proto__` too). A number that JavaScript would write otherwise (12345678901234567890) is an {@link ExactNumber}.
 */
export type Value =
  | null
  | boolean
  | number
  | ExactNumber
  | string
  | typeof UNKNOWN
  | readonly Value[]
  | { readonly [name: string]: Value };

/** The attributes and blocks of a schema: all of them, those that are not set as null (blocks of a list or set as []). */
export interface Fields {
  readonly [name: string]: Value;
}

/** True where a value holds nothing unknown, at any depth. */
export function isWhollyKnown(value: Value): boolean {
  if (value === UNKNOWN) return false;
  if (typeof value !== "object" || value === null || value instanceof ExactNumber) return true;
  return (Array.isArray(value) ? value : Object.values(value)).every(isWhollyKnown);
}

/** True where two values are the same. The order of arrays counts, also where they are sets. */
export function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b) === 0;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof ExactNumber || b instanceof ExactNumber) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  const others = new Map(right);
  return left.length === right.length && left.every(([name, item]) => sameItem(item, others.get(name)));
}

function sameItem(item: Value, other: Value | undefined): boolean {
  return other !== undefined && sameValue(item, other);
}

function isNumeric(value: Value): value is number | ExactNumber {
  return typeof value === "number" || value instanceof ExactNumber;
}
