import { ExactNumber } from "./exact-number.js";
import type { Json } from "./json.js";

/** Prints a value that holds an ExactNumber and is not too deep, as JSON.stringify prints others. */
export function printExactly(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (value instanceof ExactNumber) return value.text;
  let text = "";
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === "" ? "" : ","}${printExactly(item ?? null)}`;
    return `[${text}]`;
  }
  for (const key of Object.keys(value)) {
    const member: Json | undefined = value[key];
    // Members that are not there are those of the engine's own objects.
    if (member === undefined) continue;
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${printExactly(member)}`;
  }
  return `{${text}}`;
}
