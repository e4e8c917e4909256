import { isObject, type Json, type JsonObject, numberOf } from "../json.js";
import { shownJson } from "../shown-json.js";
import { IntrinsicFault } from "./call.js";

/** Reads of a call's values: each gives the value at a position as its type, or says what is wrong with it. */

export function arrayAt(values: readonly Json[], position: number): Json[] {
  const value = values[position] ?? null;
  if (!Array.isArray(value)) throw wrongType(value, position, "an array");
  return value;
}

export function objectAt(values: readonly Json[], position: number): JsonObject {
  const value = values[position] ?? null;
  if (!isObject(value)) throw wrongType(value, position, "a JSON object");
  return value;
}

export function stringAt(values: readonly Json[], position: number): string {
  const value = values[position] ?? null;
  if (typeof value !== "string") throw wrongType(value, position, "a string");
  return value;
}

export function booleanAt(values: readonly Json[], position: number): boolean {
  const value = values[position] ?? null;
  if (typeof value !== "boolean") throw wrongType(value, position, "a boolean");
  return value;
}

/** An integer of 32 bits; other numbers are rounded to the nearest, halves up. */
export function integerAt(values: readonly Json[], position: number): number {
  const value = values[position] ?? null;
  const number = numberOf(value);
  if (number === undefined) throw wrongType(value, position, "a number");
  const integer = Math.round(number);
  if (integer < -0x80000000 || integer > 0x7fffffff) throw wrongType(value, position, "an integer of 32 bits");
  return integer === 0 ? 0 : integer;
}

function wrongType(value: Json, position: number, expected: string): IntrinsicFault {
  const text = shownJson(value);
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return new IntrinsicFault(`The argument at position ${position + 1} must be ${expected} but is ${shown}`);
}
