import { type Expression, parseExpression } from "../expression.js";
import type { Fields } from "../fields.js";
import type { Json } from "../json.js";
import { PathMiss, PathSyntaxError } from "../path.js";
import type { Scope } from "../program.js";
import { shownJson } from "../shown-json.js";
import { StatesError } from "../states-error.js";
import { looksLikePath, refuseCall } from "./payload.js";

/** A string that is written down (`Error`), or given by a path or an intrinsic function (`ErrorPath`). */
export function compileText(state: Fields, name: string): ((scope: Scope) => string) | undefined {
  const field = `${name}Path`;
  state.exclusive(name, field);
  const literal = state.string(name);
  if (literal !== undefined) {
    if (looksLikePath(literal)) {
      const message = `The value of '${name}' looks like a path, but the name does not end with 'Path': it is a literal`;
      state.warn("NO_PATH", message, state.at(name));
    }
    return () => literal;
  }
  const expression = parse(state, field);
  return expression && ((scope) => evaluate(expression, field, scope));
}

function parse(state: Fields, field: string): Expression | undefined {
  const text = state.string(field);
  if (text === undefined) return undefined;
  try {
    return parseExpression(text);
  } catch (error) {
    if (!(error instanceof PathSyntaxError)) throw error;
    const call = text.startsWith("States.");
    const message = `The value for the field '${field}' must be a valid JSONPath or a valid intrinsic function call`;
    refuseCall(state, call ? message : "Value must be a valid JSONPath.", state.at(field), error.unknownFunction);
    return undefined;
  }
}

function evaluate(expression: Expression, field: string, scope: Scope): string {
  const value = read(expression, field, scope);
  if (typeof value === "string") return value;
  const cause = `The ${field} field refers to value "${shownJson(value)}" which is not a valid string: ${expression.text}`;
  throw new StatesError("States.Runtime", cause);
}

function read(expression: Expression, field: string, scope: Scope): Json {
  try {
    return expression.read(scope.input, scope);
  } catch (error) {
    if (!(error instanceof PathMiss)) throw error;
    const cause = `The JSONPath '${expression.text}' specified for the field '${field}' could not be found in the input '${shownJson(scope.input)}'`;
    throw new StatesError("States.Runtime", cause);
  }
}
