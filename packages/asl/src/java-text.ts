import { checkDepth, ExactNumber, isObject, type Json } from "./json.js";

/**
 * A value as Java's String.valueOf gives it for maps, lists and boxes: `{a=1, b=[x, null]}`, `1.0E10`. The service formats
 * values in this way (recorded: `States.Format('{}', $$.StateMachine)` gives `{Id=arn:…, Name=…}`).
 * @throws ValueDepthError where the value nests too deeply
 */
export function javaText(value: Json): string {
  checkDepth(value);
  return textOf(value);
}

function textOf(value: Json): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return javaNumber(value);
  if (value instanceof ExactNumber) return exactText(value);
  if (Array.isArray(value)) return `[${value.map(textOf).join(", ")}]`;
  if (!isObject(value)) return String(value);
  return `{${Object.entries(value)
    .map(([key, member]) => `${key}=${textOf(member)}`)
    .join(", ")}}`;
}

/**
 * Integers in full, as far as JSON writes them so; other numbers as Double.toString: scientific below 10^-3 and from 10^7
 * on.
 */
function javaNumber(value: number): string {
  const magnitude = Math.abs(value);
  if (
    !Number.isFinite(value) ||
    (Number.isInteger(value) && magnitude < 1e21) ||
    (magnitude >= 1e-3 && magnitude < 1e7)
  )
    return String(value);
  return scientific(value);
}

/** What is written without fraction and exponent is an integer of any length; the rest are doubles: 1.10 is 1.1, 1.0 is 1.0. */
function exactText({ text }: ExactNumber): string {
  if (!/[.eE]/.test(text)) return text === "-0" ? "0" : text;
  const number = Number(text);
  // Java would show an infinite double; the number itself says more.
  if (!Number.isFinite(number)) return text;
  const magnitude = Math.abs(number);
  if (number === 0) return Object.is(number, -0) ? "-0.0" : "0.0";
  if (magnitude >= 1e-3 && magnitude < 1e7) return Number.isInteger(number) ? `${number}.0` : String(number);
  return scientific(number);
}

function scientific(value: number): string {
  const [mantissa = "", exponent = ""] = value.toExponential().split("e");
  return `${mantissa.includes(".") ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}
