import { ExactNumber } from "../value.js";

/**
 * Numbers as Terraform sends them: a compact integer; a double where it is exactly that number; else a decimal text
 * (`0.1`, `12345678901234567890123`). They come back to Terraform as exactly what they were, or it would see a change.
 */

/** What MessagePack can hold of a number, as it is read. */
export type WireNumber = number | bigint | string;

/** @throws Error where a text is no number */
export function numberFromWire(wire: WireNumber): number | ExactNumber {
  if (typeof wire === "number") return fromDouble(wire);
  const text = String(wire);
  if (!/^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(text)) throw new Error(`'${text}' is no number`);
  return String(Number(text)) === text ? Number(text) : new ExactNumber(text);
}

/** @throws Error for NaN, which Terraform does not have */
export function numberToWire(value: number | ExactNumber): WireNumber {
  if (value instanceof ExactNumber) return value.text;
  if (Number.isNaN(value)) throw new Error("NaN is no number of Terraform");
  if (Number.isSafeInteger(value) || !Number.isFinite(value)) return value;
  // Terraform reads a double to its last bit, so 0.1 would be 0.1000000000000000055511151231257827.
  return Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

/** A double that comes as such is meant to its last bit; what JavaScript prints for it may mean less. */
function fromDouble(double: number): number | ExactNumber {
  if (Number.isInteger(double) || !Number.isFinite(double)) return double;
  const exact = decimalOf(double);
  return exact === String(double) ? double : new ExactNumber(exact);
}

/** A double with a fraction, in all its decimals. */
function decimalOf(double: number): string {
  // Each doubling is exact, and so is the division by two that every decimal stands for: 1/2 = 5/10.
  let scaled = Math.abs(double);
  let decimals = 0;
  for (; !Number.isInteger(scaled); decimals += 1) scaled *= 2;
  const digits = (BigInt(scaled) * 5n ** BigInt(decimals)).toString().padStart(decimals + 1, "0");
  return `${double < 0 ? "-" : ""}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
