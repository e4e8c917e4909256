import { isObject, type Json, type JsonObject, printJson, setMember } from "../json.js";

/** A text that is the same for equal values and differs for others: members stand in the order of their names. */
export function canonicalText(value: Json): string {
  return printJson(sorted(value));
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const key of Object.keys(value).sort()) setMember(result, key, sorted(value[key] ?? null));
  return result;
}
