import { ExactNumber, MARK, stringifyMarked } from "./exact-number.js";
import type { Json } from "./json.js";
import { checkDepth, ValueDepthError } from "./json-depth.js";

/**
 * Prints as JSON.stringify does, with exact numbers as they are.
 * @throws ValueDepthError where the value nests so deep that it cannot be printed
 */
export function print(value: Json, maxDepth: number): string {
  const { text, marks } = stringify(value, maxDepth);
  if (marks === 0) return text;
  const pieces = text.split(`"${MARK}`);
  // A string of the value's own begins with the mark, too.
  if (pieces.length !== marks + 1) {
    checkDepth(value, maxDepth);
    return printExactly(value);
  }
  let result = pieces[0] ?? "";
  for (let index = 1; index < pieces.length; index++) {
    const piece = pieces[index] ?? "";
    const end = piece.indexOf('"');
    result += piece.slice(0, end) + piece.slice(end + 1);
  }
  return result;
}

function stringify(value: Json, maxDepth: number): ReturnType<typeof stringifyMarked> {
  try {
    return stringifyMarked(value);
  } catch (error) {
    if (error instanceof RangeError && /call stack/.test(error.message)) throw new ValueDepthError(maxDepth);
    throw error;
  }
}

function printExactly(value: Json): string {
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
