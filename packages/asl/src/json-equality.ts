import { compareNumbers, ExactNumber, isNumber, isObject, type Json } from "./json.js";

/**
 * True where two JSON values are the same: the order of an object's members does not count, the order of an array's items
 * does; numbers are the same where their values are, however they are written. Works on documents of any depth.
 * @param spend told of every pair that is compared within arrays and objects; it may throw to stop
 */
export function jsonEquals(left: Json, right: Json, spend?: (pairs: number) => void): boolean {
  if (left === right) return true;
  if (left instanceof ExactNumber || right instanceof ExactNumber) return sameNumber(left, right);
  if (typeof left !== "object" || typeof right !== "object") return false;
  // Pairs that are still to be compared, in place of a recursion.
  const pending: [Json | undefined, Json | undefined][] = [[left, right]];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [a, b] = pair;
    spend?.(1);
    if (a === b) continue;
    if (a instanceof ExactNumber || b instanceof ExactNumber) {
      if (!sameNumber(a, b)) return false;
      continue;
    }
    if (Array.isArray(a)) {
      if (!Array.isArray(b) || a.length !== b.length) return false;
      for (let index = 0; index < a.length; index++) pending.push([a[index], b[index]]);
    } else {
      if (!isObject(a) || !isObject(b)) return false;
      const keys = Object.keys(a);
      if (keys.length !== Object.keys(b).length) return false;
      for (const key of keys) {
        if (!Object.hasOwn(b, key)) return false;
        pending.push([a[key], b[key]]);
      }
    }
  }
  return true;
}

function sameNumber(a: Json | undefined, b: Json | undefined): boolean {
  return isNumber(a) && isNumber(b) && compareNumbers(a, b) === 0;
}
