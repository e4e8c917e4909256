/**
 * JSON as the language sees it. Every JSON text enters through {@link parseJson} and leaves through {@link printJson}, so
 * that what JSON means here (numbers, keys, depth) is decided in one place.
 */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object. Every key is data, `__proto__` too: write members with {@link setMember}. */
export interface JsonObject {
  [key: string]: Json;
}

/**
 * Parses a JSON text.
 * @throws SyntaxError where the text is not JSON.
 */
export function parseJson(text: string): Json {
  return JSON.parse(text) as Json;
}

/** Prints a value as compact JSON text. */
export function printJson(value: Json): string {
  return JSON.stringify(value);
}

/** True for a JSON object: not null, not an array. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Sets a member as data, whatever its name: `__proto__` does not reach the prototype. */
export function setMember(object: JsonObject, key: string, value: Json): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[key] = value;
  }
}
