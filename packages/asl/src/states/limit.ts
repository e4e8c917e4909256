import type { Bounds, Fields } from "../fields.js";
import { printJson } from "../json.js";
import type { Scope } from "../program.js";
import type { Computed, Evaluate, QueryLanguage } from "../query-language/query-language.js";
import { StatesError } from "../states-error.js";

/** A number that limits a state, written down (`TimeoutSeconds`) or computed (`TimeoutSecondsPath`). */
export type Limit = (scope: Scope) => number;

/** A limit that is a whole number; undefined where the state does not give it. */
export function compileLimit(
  fields: Fields,
  name: string,
  bounds: Bounds,
  language: QueryLanguage,
  input: Evaluate,
): Limit | undefined {
  const computed = language.computed(fields, name, input);
  if (computed !== undefined) return (scope) => readNumber(computed, "integer", scope);
  const literal = fields.integer(name, bounds);
  return literal === undefined ? undefined : () => literal;
}

/** The same for a number that may have a fraction. */
export function compileFractionalLimit(
  fields: Fields,
  name: string,
  bounds: Bounds,
  language: QueryLanguage,
  input: Evaluate,
): Limit | undefined {
  const computed = language.computed(fields, name, input);
  if (computed !== undefined) return (scope) => readNumber(computed, "float", scope);
  const literal = fields.number(name, bounds);
  return literal === undefined ? undefined : () => literal;
}

function readNumber(computed: Computed, kind: "integer" | "float", scope: Scope): number {
  const value = computed.read(scope);
  if (typeof value === "number" && (kind === "float" || Number.isInteger(value))) return value;
  const shown = typeof value === "string" ? value : printJson(value);
  throw new StatesError(
    "States.Runtime",
    `The ${computed.field} field refers to value "${shown}" which is not a valid ${kind}: ${computed.text}`,
  );
}
