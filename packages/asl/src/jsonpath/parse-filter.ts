import { type Filter, OPERATORS, type Operand, type Operator } from "./ast.js";
import type { Cursor } from "./cursor.js";
import { parseLiteral } from "./parse-literal.js";
import type { PathParser } from "./parse-path.js";

/** How deep parentheses and `!` may nest in a filter. */
const MAX_DEPTH = 50;

/** Operators by falling length, so that `==` is not read as the beginning of `===`. */
const SYMBOLS = OPERATORS.filter((operator) => !/^[a-z]/.test(operator)).sort((a, b) => b.length - a.length);
const WORDS = OPERATORS.filter((operator) => /^[a-z]/.test(operator));

/**
 * Parses what stands between `[?(` and `)]`: relations and existence tests, joined by `!`, `&&` and `||` (which binds
 * least).
 * @throws PathSyntaxError
 */
export function parseFilter(parser: PathParser, depth = 0): Filter {
  const { cursor } = parser;
  if (depth > MAX_DEPTH) throw cursor.problem(`expected at most ${MAX_DEPTH} levels of parentheses`);
  const operands = [parseAnd(parser, depth)];
  while (cursor.take("||")) operands.push(parseAnd(parser, depth));
  return joined("or", operands);
}

function parseAnd(parser: PathParser, depth: number): Filter {
  const operands = [parseTerm(parser, depth)];
  while (parser.cursor.take("&&")) operands.push(parseTerm(parser, depth));
  return joined("and", operands);
}

function joined(kind: "or" | "and", operands: Filter[]): Filter {
  const [only] = operands;
  return operands.length === 1 && only !== undefined ? only : { kind, operands };
}

/** `!term`, `(filter)`, a relation or an existence test, with the blanks around it. */
function parseTerm(parser: PathParser, depth: number): Filter {
  const { cursor } = parser;
  cursor.skipBlanks();
  let filter: Filter;
  if (cursor.take("!")) {
    if (depth >= MAX_DEPTH) throw cursor.problem(`expected at most ${MAX_DEPTH} levels of '!'`);
    filter = { kind: "not", operand: parseTerm(parser, depth + 1) };
  } else if (cursor.take("(")) {
    filter = parseFilter(parser, depth + 1);
    cursor.expect(")");
  } else {
    filter = parseRelation(parser);
  }
  cursor.skipBlanks();
  return filter;
}

function parseRelation(parser: PathParser): Filter {
  const { cursor } = parser;
  const left = parseOperand(parser);
  cursor.skipBlanks();
  const operator = takeOperator(cursor);
  if (operator === undefined) {
    if (left.kind !== "path") throw cursor.problem("expected an operator");
    return { kind: "exists", path: left.path };
  }
  cursor.skipBlanks();
  return { kind: "relation", operator, left, right: parseOperand(parser) };
}

function takeOperator(cursor: Cursor): Operator | undefined {
  const symbol = SYMBOLS.find((candidate) => cursor.take(candidate));
  if (symbol !== undefined) return symbol;
  const word = /^[a-zA-Z]+(?![\w$@])/.exec(cursor.text.slice(cursor.position, cursor.position + 16))?.[0];
  const operator = WORDS.find((candidate) => candidate === word?.toLowerCase());
  if (operator !== undefined) cursor.position += operator.length;
  return operator;
}

function parseOperand(parser: PathParser): Operand {
  const { cursor } = parser;
  switch (cursor.current) {
    case "$":
    case "@":
      return { kind: "path", path: parser.path("filter") };
    case "/":
      return parsePattern(cursor);
    default:
      return { kind: "literal", value: parseLiteral(cursor) };
  }
}

function parsePattern(cursor: Cursor): Operand {
  cursor.expect("/");
  const start = cursor.position;
  while (cursor.current !== "/") {
    if (cursor.current === "\\") cursor.position++;
    if (cursor.atEnd) throw cursor.problem("expected '/'");
    cursor.position++;
  }
  const source = cursor.text.slice(start, cursor.position);
  cursor.expect("/");
  const flags = cursor.takeWhile((code) => code >= 0x41 && code <= 0x7a);
  return { kind: "pattern", source, flags };
}
