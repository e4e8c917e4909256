import { type Json, type JsonObject, parseJson, setMember } from "../json.js";
import type { Cursor } from "./cursor.js";

/** How deep a literal may nest: deeper ones are refused rather than parsed by a deep recursion. */
const MAX_DEPTH = 100;

const ESCAPES: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** Parses a string in single or double quotes; the cursor stands on the opening quote. */
export function parseString(cursor: Cursor): string {
  const quote = cursor.current;
  cursor.position++;
  let value = "";
  for (;;) {
    if (cursor.atEnd) throw cursor.problem(`expected ${quote}`);
    const character = cursor.current;
    cursor.position++;
    if (character === quote) return value;
    value += character === "\\" ? parseEscape(cursor) : character;
  }
}

function parseEscape(cursor: Cursor): string {
  if (cursor.atEnd) throw cursor.problem("expected a character after '\\'");
  const character = cursor.current;
  cursor.position++;
  if (character !== "u") return ESCAPES[character] ?? character;
  const digits = cursor.text.slice(cursor.position, cursor.position + 4);
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw cursor.problem("expected four hexadecimal digits");
  cursor.position += 4;
  return String.fromCharCode(Number.parseInt(digits, 16));
}

/**
 * Parses a literal of a filter or of a function parameter: JSON, with strings in single quotes too. Inside arrays and
 * objects, words without quotes are strings.
 */
export function parseLiteral(cursor: Cursor, depth = 0): Json {
  if (depth > MAX_DEPTH) throw cursor.problem(`expected a literal of at most ${MAX_DEPTH} levels`);
  switch (cursor.current) {
    case "'":
    case '"':
      return parseString(cursor);
    case "[":
      return parseArray(cursor, depth);
    case "{":
      return parseObject(cursor, depth);
    default:
      return parseWord(cursor, depth);
  }
}

function parseArray(cursor: Cursor, depth: number): Json[] {
  const items: Json[] = [];
  cursor.expect("[");
  cursor.skipBlanks();
  while (!cursor.take("]")) {
    if (items.length > 0) cursor.expect(",");
    cursor.skipBlanks();
    items.push(parseLiteral(cursor, depth + 1));
    cursor.skipBlanks();
  }
  return items;
}

function parseObject(cursor: Cursor, depth: number): JsonObject {
  const object: JsonObject = {};
  cursor.expect("{");
  cursor.skipBlanks();
  for (let first = true; !cursor.take("}"); first = false) {
    if (!first) cursor.expect(",");
    cursor.skipBlanks();
    const quoted = cursor.current === "'" || cursor.current === '"';
    const key = quoted ? parseString(cursor) : cursor.takeWhile(isWordCharacter);
    cursor.skipBlanks();
    cursor.expect(":");
    cursor.skipBlanks();
    setMember(object, key, parseLiteral(cursor, depth + 1));
    cursor.skipBlanks();
  }
  return object;
}

function parseWord(cursor: Cursor, depth: number): Json {
  const start = cursor.position;
  const word = cursor.takeWhile(depth === 0 ? isPlainCharacter : isWordCharacter);
  if (word === "true") return true;
  if (word === "false") return false;
  if (word === "null") return null;
  if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(word)) return parseNumber(word);
  if (depth > 0 && word !== "") return word;
  cursor.position = start;
  throw cursor.problem("expected a path or a literal");
}

/** A number goes through the JSON parser, which decides what becomes of those that a double cannot hold. */
function parseNumber(word: string): Json {
  return parseJson(word.replace(/^(-?)0+(?=\d)/, "$1"));
}

/** Letters, digits and the signs of numbers. */
function isPlainCharacter(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x2b ||
    code === 0x2d ||
    code === 0x2e
  );
}

/** Everything but blanks and the punctuation of JSON. */
function isWordCharacter(code: number): boolean {
  return code > 0x20 && !",:[]{}'\"".includes(String.fromCharCode(code));
}
