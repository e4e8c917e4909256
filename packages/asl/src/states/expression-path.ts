import { type Expression, parseExpression } from "../expression.js";
import type { Fields } from "../fields.js";
import { printJson } from "../json.js";
import { PathMiss, PathSyntaxError } from "../path.js";
import type { Scope } from "../program.js";
import { StatesError } from "../states-error.js";

/** A string that is written down (`Error`), or given by a path or an intrinsic function (`ErrorPath`). */
export function compileExpression(state: Fields, name: string): ((scope: Scope) => string) | undefined {
  const field = `${name}Path`;
  state.exclusive(name, field);
  const literal = state.string(name);
  if (literal !== undefined) return () => literal;
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
    const message = `The value for the field '${field}' must be a valid JSONPath or a valid intrinsic function call`;
    state.refuse(message, state.at(field));
    return undefined;
  }
}

function evaluate(expression: Expression, field: string, scope: Scope): string {
  let value: ReturnType<Expression["read"]>;
  try {
    value = expression.read(scope.input, scope);
  } catch (error) {
    if (!(error instanceof PathMiss)) throw error;
    const cause = `The JSONPath '${expression.text}' specified for the field '${field}' could not be found in the input '${printJson(scope.input)}'`;
    throw new StatesError("States.Runtime", cause);
  }
  if (typeof value === "string") return value;
  throw new StatesError(
    "States.Runtime",
    `The ${field} field must refer to a string but refers to ${printJson(value)}`,
  );
}
