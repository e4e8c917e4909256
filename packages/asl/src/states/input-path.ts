import type { Fields } from "../fields.js";
import type { Json } from "../json.js";
import { type Path, PathMiss, PathSyntaxError, parsePath } from "../path.js";
import type { Scope } from "../program.js";
import type { Evaluate } from "../query-language/query-language.js";
import { StatesError } from "../states-error.js";

/** InputPath: what of the raw input the state sees. Absent: all of it; null: `{}`. */
export function compileInputPath(state: Fields): Evaluate {
  if (state.value("InputPath") === null) return (scope) => traced(scope, {});
  const path = compilePath(state, "InputPath");
  if (path === undefined || path.text === "$") return (scope) => traced(scope, scope.input);
  return (scope) => traced(scope, readPath(path, scope.input, scope));
}

function traced(scope: Scope, input: Json): Json {
  scope.trace?.("afterInputPath", input);
  return input;
}

/** The path in a field; undefined where the field is absent or wrong. */
export function compilePath(fields: Fields, name: string): Path | undefined {
  const text = fields.string(name);
  if (text === undefined) return undefined;
  const path = tryParsePath(text);
  if (path === undefined) fields.refuse("Value must be a valid JSONPath.", fields.at(name));
  return path;
}

/**
 * The path in a field that must name a single place (spec, "Reference Paths"), though it is only read.
 * @param unrooted what the service says of a text that does not begin with a dollar
 */
export function compileDefinitePath(
  fields: Fields,
  name: string,
  unrooted = "Value must be a valid JSONPath.",
): Path | undefined {
  const text = fields.string(name);
  if (text === undefined) return undefined;
  const rooted = text.startsWith("$");
  const path = rooted ? tryParsePath(text) : undefined;
  if (path?.definite) return path;
  fields.refuse(rooted ? "Value is not a Reference Path" : unrooted, fields.at(name));
  return undefined;
}

/** @throws StatesError `States.Runtime` where the path finds nothing. */
export function readPath(path: Path, input: Json, scope: Scope): Json {
  try {
    return path.read(input, scope);
  } catch (error) {
    if (!(error instanceof PathMiss)) throw error;
    throw new StatesError("States.Runtime", `Invalid path '${path.text}' : ${error.message}`);
  }
}

function tryParsePath(text: string): Path | undefined {
  try {
    return parsePath(text);
  } catch (error) {
    if (error instanceof PathSyntaxError) return undefined;
    throw error;
  }
}
