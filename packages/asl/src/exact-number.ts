import type { Json } from "./json.js";

/**
 * A number that JavaScript would print otherwise than it is written: 12345678901234567890, 1.10, 1e400, -0.0. Such a number
 * keeps its text; all others are numbers of JavaScript.
 */
export class ExactNumber {
  /** As JSON has it. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
    Object.freeze(this);
    exist = true;
  }

  /** For {@link stringifyMarked} a marked string; for printers that know nothing of exact numbers what is nearest to it. */
  toJSON(): number | string {
    if (marking) {
      marks++;
      return MARK + this.text;
    }
    const number = Number(this.text);
    return Number.isFinite(number) ? number : this.text;
  }
}

/**
 * Where JSON.parse and JSON.stringify are to pass a number as it is, it goes as a string that begins with this character, of
 * the private use area. Whoever reads marks makes sure that no other string begins so.
 */
export const MARK = "\ue000";

/** True once there was an ExactNumber in this process. */
let exist = false;
let marking = false;
let marks = 0;

/** False as long as no value in this process holds an ExactNumber: then nothing has to be looked through for one. */
export function exactNumbersExist(): boolean {
  return exist;
}

/** JSON.stringify with each ExactNumber as a marked string, and how many there were. Values without any cost nothing more. */
export function stringifyMarked(value: Json): { readonly text: string; readonly marks: number } {
  marking = true;
  marks = 0;
  try {
    const text = JSON.stringify(value);
    return { text, marks };
  } finally {
    marking = false;
  }
}

/** The number that a JSON text is: one of JavaScript where that prints as the same text. */
export function numberFromText(text: string): number | ExactNumber {
  const number = Number(text);
  return String(number) === text ? number : new ExactNumber(text);
}

export function isNumber(value: Json | undefined): value is number | ExactNumber {
  return typeof value === "number" || value instanceof ExactNumber;
}

/**
 * The nearest double of a number: what computes with numbers computes with this. Infinite where the number is beyond all
 * doubles; undefined where the value is no number.
 */
export function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === "number") return value;
  return value instanceof ExactNumber ? Number(value.text) : undefined;
}

/** Compares by value, to the last digit: negative where `a` is less than `b`, 0 for 1.10 and 1.1. */
export function compareNumbers(a: number | ExactNumber, b: number | ExactNumber): number {
  if (typeof a === "number" && typeof b === "number") return a < b ? -1 : a > b ? 1 : 0;
  const left = decimalOf(a);
  const right = decimalOf(b);
  if (left.sign !== right.sign) return left.sign - right.sign;
  return left.sign * compareMagnitudes(left, right);
}

/** A text that is the same for equal numbers, and different for others: as JavaScript prints it, where it can. */
export function canonicalNumber(value: number | ExactNumber): string {
  if (typeof value === "number") return String(value);
  const number = Number(value.text);
  if (Number.isFinite(number) && compareNumbers(value, number) === 0) return String(number === 0 ? 0 : number);
  const { sign, digits, exponent } = decimalOf(value);
  return `${sign < 0 ? "-" : ""}0.${digits}e${exponent}`;
}

/** sign × 0.digits × 10^exponent, without zeros at either end of the digits; zero has no digits and no sign. */
interface Decimal {
  readonly sign: -1 | 0 | 1;
  readonly digits: string;
  readonly exponent: number;
}

function decimalOf(value: number | ExactNumber): Decimal {
  const text = typeof value === "number" ? String(value) : value.text;
  const [mantissa = "", power = "0"] = text.toLowerCase().split("e");
  const negative = mantissa.startsWith("-");
  const [whole = "", fraction = ""] = (negative ? mantissa.slice(1) : mantissa).split(".");
  const all = whole + fraction;
  let first = 0;
  while (all.charCodeAt(first) === ZERO) first++;
  let last = all.length;
  while (last > first && all.charCodeAt(last - 1) === ZERO) last--;
  if (first === last) return { sign: 0, digits: "", exponent: 0 };
  return {
    sign: negative ? -1 : 1,
    digits: all.slice(first, last),
    exponent: whole.length - first + Number(power),
  };
}

const ZERO = 0x30;

function compareMagnitudes(a: Decimal, b: Decimal): number {
  if (a.exponent !== b.exponent) return a.exponent < b.exponent ? -1 : 1;
  return a.digits < b.digits ? -1 : a.digits > b.digits ? 1 : 0;
}
