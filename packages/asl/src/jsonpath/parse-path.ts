import { FUNCTION_NAMES, type FunctionName, type JsonPath, type Parameter, type Segment } from "./ast.js";
import { Cursor } from "./cursor.js";
import { parseFilter } from "./parse-filter.js";
import { parseLiteral, parseString } from "./parse-literal.js";

/** Bounds of one path text, its filters and parameters included: evaluation recurses once a segment. */
const MAX_SEGMENTS = 1_000;
/** How deep paths may stand in filters and parameters of paths. */
const MAX_DEPTH = 50;

/** Where a path stands: it tells where a name written with a dot ends. */
type Place = "text" | "filter" | "parameter";

/**
 * Parses a whole text as a JSONPath: `$` or `@`, then segments.
 * @throws PathSyntaxError
 */
export function parseJsonPath(text: string): JsonPath {
  const cursor = new Cursor(text.trimEnd());
  const path = new PathParser(cursor).path("text");
  if (!cursor.atEnd) throw cursor.problem("expected '.' or '['");
  return path;
}

/** One parser for a text: nested paths count towards the same bounds. */
export class PathParser {
  readonly cursor: Cursor;
  #segments = 0;
  #depth = 0;

  constructor(cursor: Cursor) {
    this.cursor = cursor;
  }

  /** Parses a path; the cursor stands on its root and moves past its last segment. */
  path(place: Place): JsonPath {
    const { cursor } = this;
    if (++this.#depth > MAX_DEPTH) throw cursor.problem(`expected at most ${MAX_DEPTH} levels of nested paths`);
    const root = cursor.current;
    if (root !== "$" && root !== "@") throw cursor.problem("expected '$' or '@'");
    cursor.position++;
    const segments: Segment[] = [];
    while (cursor.current === "." || cursor.current === "[") {
      if (cursor.take("..")) {
        segments.push(this.#count({ kind: "scan" }));
        if (cursor.current === ".") throw cursor.problem("expected a name");
        const segment = cursor.current === "[" ? this.#bracket() : this.#name(place);
        if (segment.kind === "function") throw cursor.problem("expected a name, '[' or '*' after '..'");
        segments.push(this.#count(segment));
      } else {
        const dotted = cursor.take(".") && cursor.current !== "[";
        segments.push(this.#count(dotted ? this.#name(place) : this.#bracket()));
      }
    }
    this.#depth--;
    return { root, segments };
  }

  #count(segment: Segment): Segment {
    if (++this.#segments > MAX_SEGMENTS) throw this.cursor.problem(`expected at most ${MAX_SEGMENTS} segments`);
    return segment;
  }

  /** What follows a dot: a name, `*`, or a function call. */
  #name(place: Place): Segment {
    const { cursor } = this;
    if (cursor.take("*")) {
      return { kind: "wildcard" };
    }
    const name = cursor.takeWhile(place === "text" ? isNameInText : isNameInside);
    if (name === "") throw cursor.problem("expected a name");
    if (cursor.current !== "(") return { kind: "member", name };
    if (!isFunctionName(name))
      throw cursor.problem(`'${name}' is not a function: expected ${FUNCTION_NAMES.join(", ")}`);
    return { kind: "function", name, parameters: this.#parameters() };
  }

  #parameters(): Parameter[] {
    const { cursor } = this;
    const parameters: Parameter[] = [];
    cursor.expect("(");
    cursor.skipBlanks();
    while (!cursor.take(")")) {
      if (parameters.length > 0) cursor.expect(",");
      cursor.skipBlanks();
      const isPath = cursor.current === "$" || cursor.current === "@";
      parameters.push(
        isPath ? { kind: "path", path: this.path("parameter") } : { kind: "literal", value: parseLiteral(cursor) },
      );
      cursor.skipBlanks();
    }
    return parameters;
  }

  /** `[…]`: names, indexes, a slice, a wildcard or a filter. */
  #bracket(): Segment {
    const { cursor } = this;
    cursor.expect("[");
    cursor.skipBlanks();
    const segment = this.#selector();
    cursor.skipBlanks();
    cursor.expect("]");
    return segment;
  }

  #selector(): Segment {
    const { cursor } = this;
    if (cursor.take("*")) return { kind: "wildcard" };
    if (cursor.take("?")) return this.#filter();
    if (cursor.current === "'" || cursor.current === '"') return this.#names();
    return this.#positions();
  }

  #filter(): Segment {
    const { cursor } = this;
    cursor.skipBlanks();
    cursor.expect("(");
    const filter = parseFilter(this);
    cursor.expect(")");
    return { kind: "filter", filter };
  }

  #names(): Segment {
    const { cursor } = this;
    const names: string[] = [];
    do {
      cursor.skipBlanks();
      if (cursor.current !== "'" && cursor.current !== '"') throw cursor.problem("expected a name in quotes");
      names.push(parseString(cursor));
      cursor.skipBlanks();
    } while (cursor.take(","));
    const [name] = names;
    return names.length === 1 && name !== undefined ? { kind: "member", name } : { kind: "members", names };
  }

  /** Indexes or a slice. */
  #positions(): Segment {
    const { cursor } = this;
    const first = this.#integer();
    cursor.skipBlanks();
    if (cursor.current === ":") return this.#slice(first);
    if (first === undefined) throw cursor.problem("expected a name in quotes, an index, a slice, '*' or '?'");
    const indexes = [first];
    while (cursor.take(",")) {
      cursor.skipBlanks();
      const index = this.#integer();
      if (index === undefined) throw cursor.problem("expected an index");
      indexes.push(index);
      cursor.skipBlanks();
    }
    return indexes.length === 1 ? { kind: "index", index: first } : { kind: "indexes", indexes };
  }

  #slice(from: number | undefined): Segment {
    const { cursor } = this;
    cursor.expect(":");
    cursor.skipBlanks();
    const to = this.#integer();
    cursor.skipBlanks();
    if (from === undefined && to === undefined) throw cursor.problem("expected an index");
    if (cursor.take(":")) {
      // A step is allowed and, as in Jayway, means nothing.
      cursor.skipBlanks();
      this.#integer();
    }
    return { kind: "slice", ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  }

  #integer(): number | undefined {
    const { cursor } = this;
    const digits = cursor.takeWhile((code) => code === 0x2d || (code >= 0x30 && code <= 0x39));
    if (digits === "") return undefined;
    const value = Number(digits);
    if (!Number.isInteger(value) || value < -0x80000000 || value > 0x7fffffff) {
      throw cursor.problem(`'${digits}' is not an index of 32 bits: expected another`);
    }
    return value === 0 ? 0 : value;
  }
}

function isFunctionName(name: string): name is FunctionName {
  return (FUNCTION_NAMES as readonly string[]).includes(name);
}

/** A name written with a dot ends at a blank, a dot or a bracket; everything else is part of it. */
function isNameInText(code: number): boolean {
  // space . [ (
  return code > 0x20 && code !== 0x2e && code !== 0x5b && code !== 0x28;
}

/** Inside filters and parameters it also ends at what can follow a path there. */
function isNameInside(code: number): boolean {
  return isNameInText(code) && !"<>=!~)&|,]".includes(String.fromCharCode(code));
}
