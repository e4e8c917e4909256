import { numberFromText } from "../exact-number.js";
import { compareNumbers, ExactNumber, isNumber, isObject, type Json, type JsonObject, numberOf } from "../json.js";
import { jsonEquals } from "../json-equality.js";
import type { Operator } from "./ast.js";
import type { Evaluation } from "./evaluation.js";

/** An operand's value; undefined where its path finds nothing. */
type Value = Json | undefined;

/** Undefined where an operand has a type that the operator cannot take. */
type Relation = (left: Value, right: Value, evaluation: Evaluation) => boolean | undefined;

/** The operators of filters (https://github.com/json-path/JsonPath#filter-operators), with Jayway's conversions. */
export const RELATIONS: Record<Exclude<Operator, "=~">, Relation> = {
  "==": equals,
  "!=": (left, right, evaluation) => !equals(left, right, evaluation),
  "===": sameTypeAndEqual,
  "!==": (left, right, evaluation) => !sameTypeAndEqual(left, right, evaluation),
  "<": ordered((order) => order < 0),
  "<=": ordered((order) => order <= 0),
  ">": ordered((order) => order > 0),
  ">=": ordered((order) => order >= 0),
  in: isIn,
  nin: (left, right, evaluation) => {
    const result = isIn(left, right, evaluation);
    return result === undefined ? undefined : !result;
  },
  contains,
  all: (left, right, evaluation) => {
    if (!Array.isArray(right)) return undefined;
    if (!isContainer(left)) return false;
    return !Array.isArray(left) || right.every((item) => includes(left, item, evaluation));
  },
  size: (left, right) => {
    const size = numberOf(right);
    if (size === undefined) return false;
    const expected = Math.trunc(size);
    if (typeof left === "string" || Array.isArray(left)) return left.length === expected;
    // Jayway counts no object.
    return isObject(left) ? expected === -1 : false;
  },
  empty: (left, right) => {
    if (typeof left !== "string" && !isContainer(left)) return false;
    if (typeof right !== "boolean") return undefined;
    const size = isObject(left) ? Object.keys(left).length : left.length;
    return (size === 0) === right;
  },
  subsetof: lists((left, right, evaluation) => left.every((item) => includes(right, item, evaluation))),
  anyof: lists((left, right, evaluation) => left.some((item) => includes(right, item, evaluation))),
  noneof: lists((left, right, evaluation) => !left.some((item) => includes(right, item, evaluation))),
};

/** What a regular expression is matched with: the empty string stands for everything that is no scalar. */
export function textToMatch(value: Value): string {
  if (isText(value)) return textOf(value);
  return typeof value === "boolean" ? String(value) : "";
}

function equals(left: Value, right: Value, evaluation: Evaluation): boolean {
  // What is not there equals nothing, not even another thing that is not there.
  if (left === undefined || right === undefined) return false;
  if (typeof left === "string" && isNumber(right)) return left === textOf(right);
  if (isNumber(left) && typeof right === "string") {
    const number = readNumber(right);
    return number !== undefined && compareNumbers(left, number) === 0;
  }
  return jsonEquals(left, right, (pairs) => evaluation.spend(pairs));
}

function readNumber(text: string): number | ExactNumber | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? numberFromText(text) : undefined;
}

function sameTypeAndEqual(left: Value, right: Value, evaluation: Evaluation): boolean {
  if (isNumber(left) !== isNumber(right)) return false;
  return (isNumber(left) || typeof left === typeof right) && equals(left, right, evaluation);
}

/** Numbers in their order, strings by their UTF-16 units, a number beside a string by its text; nothing else has an order. */
function ordered(holds: (order: number) => boolean): Relation {
  return (left, right) => {
    if (isNumber(left) && isNumber(right)) return holds(compareNumbers(left, right));
    if (!isText(left) || !isText(right)) return false;
    const a = textOf(left);
    const b = textOf(right);
    return holds(a < b ? -1 : a > b ? 1 : 0);
  };
}

function isText(value: Value): value is string | number | ExactNumber {
  return typeof value === "string" || isNumber(value);
}

function textOf(value: string | number | ExactNumber): string {
  return value instanceof ExactNumber ? value.text : String(value);
}

function isContainer(value: Value): value is Json[] | JsonObject {
  return Array.isArray(value) || isObject(value);
}

function isIn(left: Value, right: Value, evaluation: Evaluation): boolean | undefined {
  if (Array.isArray(right)) return includes(right, left, evaluation);
  return isObject(right) ? false : undefined;
}

function contains(left: Value, right: Value, evaluation: Evaluation): boolean {
  if (typeof left !== "string") return Array.isArray(left) && includes(left, right, evaluation);
  evaluation.spend(left.length);
  return typeof right === "string" && left.includes(right);
}

function includes(list: readonly Json[], value: Value, evaluation: Evaluation): boolean {
  evaluation.spend(list.length);
  return list.some((item) => equals(value, item, evaluation));
}

function lists(holds: (left: readonly Json[], right: readonly Json[], evaluation: Evaluation) => boolean): Relation {
  return (left, right, evaluation) => {
    if (!isContainer(left) || !isContainer(right)) return undefined;
    return Array.isArray(left) && Array.isArray(right) && holds(left, right, evaluation);
  };
}
