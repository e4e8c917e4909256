import { isObject, type Json } from "./json.js";

/**
 * A value as Java's String.valueOf gives it for maps, lists and boxes: `{a=1, b=[x, null]}`, `1.0E10`. The service formats
 * values in this way (recorded: `States.Format('{}', $$.StateMachine)` gives `{Id=arn:…, Name=…}`).
 */
export function javaText(value: Json): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return javaNumber(value);
  if (Array.isArray(value)) return `[${value.map(javaText).join(", ")}]`;
  if (!isObject(value)) return String(value);
  return `{${Object.entries(value)
    .map(([key, member]) => `${key}=${javaText(member)}`)
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
  const [mantissa = "", exponent = ""] = value.toExponential().split("e");
  return `${mantissa.includes(".") ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}
