import { type Json, parseJson } from "../json.js";
import { Cursor } from "../jsonpath/cursor.js";
import { parsePath } from "../path.js";
import type { Argument, Call } from "./call.js";
import { INTRINSIC_FUNCTIONS } from "./functions.js";

/** How deep calls may nest (developer guide, "Intrinsic functions"). */
const MAX_DEPTH = 10;
/** The most arguments of one call: each can stand for a whole input. */
const MAX_ARGUMENTS = 1_000;

/**
 * Parses a call of an intrinsic function (spec, "Intrinsic Functions").
 * @throws PathSyntaxError where the text is no call, names no function, or gives it a wrong number of arguments.
 */
export function parseCall(text: string): Call {
  const cursor = new Cursor(text);
  cursor.skipBlanks();
  const call = parseNested(cursor, 1);
  cursor.skipBlanks();
  if (!cursor.atEnd) throw cursor.problem("expected the end of the function call");
  return call;
}

function parseNested(cursor: Cursor, depth: number): Call {
  const name = cursor.takeWhile(isNameCharacter);
  const arity = INTRINSIC_FUNCTIONS.get(name)?.arity;
  if (arity === undefined) {
    throw cursor.problem(
      `'${name}' is not an intrinsic function: expected one`,
      cursor.current === "(" ? name : undefined,
    );
  }
  if (depth > MAX_DEPTH) throw cursor.problem(`expected at most ${MAX_DEPTH} levels of function calls`);
  cursor.skipBlanks();
  cursor.expect("(");
  const parsed: Argument[] = [];
  cursor.skipBlanks();
  while (!cursor.take(")")) {
    if (parsed.length > 0) cursor.expect(",");
    cursor.skipBlanks();
    if (parsed.length === MAX_ARGUMENTS) throw cursor.problem(`expected at most ${MAX_ARGUMENTS} arguments`);
    parsed.push(parseArgument(cursor, depth));
    cursor.skipBlanks();
  }
  if (parsed.length < arity.least || parsed.length > arity.most) {
    throw cursor.problem(`${name} does not take ${parsed.length} arguments: expected another number`);
  }
  return { name, arguments: parsed };
}

function parseArgument(cursor: Cursor, depth: number): Argument {
  switch (cursor.current) {
    case "'":
      return parseString(cursor);
    case "$":
      return { kind: "path", path: parsePath(takePath(cursor)) };
    case "S":
      return { kind: "call", call: parseNested(cursor, depth + 1) };
    default:
      return { kind: "literal", value: parseLiteral(cursor) };
  }
}

/** A backslash escapes `'`, `{`, `}` and itself; before anything else it is an error (recorded: `\"` is refused). */
function parseString(cursor: Cursor): Argument {
  cursor.expect("'");
  const start = cursor.position;
  let value = "";
  while (cursor.current !== "'") {
    if (cursor.take("\\") && !"'{}\\".includes(cursor.current)) {
      throw cursor.problem("expected one of ' { } \\ after a backslash");
    }
    if (cursor.atEnd) throw cursor.problem("expected '");
    value += cursor.current;
    cursor.position++;
  }
  const source = cursor.text.slice(start, cursor.position);
  cursor.expect("'");
  return { kind: "string", value, source };
}

/** The text of a path up to the comma or the parenthesis that ends it: those in its brackets, calls and strings do not. */
function takePath(cursor: Cursor): string {
  const start = cursor.position;
  let nested = 0;
  let quote = "";
  for (; !cursor.atEnd; cursor.position++) {
    const character = cursor.current;
    if (quote !== "") {
      if (character === "\\") cursor.position++;
      else if (character === quote) quote = "";
    } else if (nested > 0 && (character === "'" || character === '"')) {
      quote = character;
    } else if (character === "[" || character === "(") {
      nested++;
    } else if (nested === 0 && (character === "," || character === ")")) {
      break;
    } else if (character === "]" || character === ")") {
      nested--;
    }
  }
  return cursor.text.slice(start, cursor.position).trimEnd();
}

function parseLiteral(cursor: Cursor): Json {
  const start = cursor.position;
  const word = cursor.takeWhile((code) => code > 0x20 && code !== 0x2c && code !== 0x29);
  if (/^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/.test(word)) return parseJson(word);
  cursor.position = start;
  throw cursor.problem("expected a string in single quotes, a number, a path or a function call");
}

/** Letters, digits and the dot. */
function isNameCharacter(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x2e
  );
}
