import type { Bounds, Fields } from "../fields.js";
import { numberOf } from "../json.js";
import type { Scope } from "../program.js";
import type { Computed, Evaluate, QueryLanguage } from "../query-language/query-language.js";
import { shownJson } from "../shown-json.js";
import { StatesError } from "../states-error.js";
import { compileDefinitePath } from "./input-path.js";

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
  const computed = compileComputed(fields, name, language, input);
  if (computed !== undefined) return (scope) => readNumber(computed, "integer", scope);
  const literal = fields.integer(name, bounds);
  return literal === undefined ? undefined : () => literal;
}

/** A limit of a Map state: the path must be a Reference Path into the input or a variable. */
export function compileMapLimit(
  fields: Fields,
  name: string,
  bounds: Bounds,
  language: QueryLanguage,
  input: Evaluate,
): Limit | undefined {
  return checkReferencePath(fields, name, language) ? compileLimit(fields, name, bounds, language, input) : undefined;
}

/** The same for a number that may have a fraction. */
export function compileFractionalMapLimit(
  fields: Fields,
  name: string,
  bounds: Bounds,
  language: QueryLanguage,
  input: Evaluate,
): Limit | undefined {
  if (!checkReferencePath(fields, name, language)) return undefined;
  const computed = compileComputed(fields, name, language, input);
  if (computed !== undefined) return (scope) => readNumber(computed, "float", scope);
  const literal = fields.number(name, bounds);
  return literal === undefined ? undefined : () => literal;
}

function checkReferencePath(fields: Fields, name: string, language: QueryLanguage): boolean {
  const field = `${name}Path`;
  if (language.name !== "JSONPath" || !fields.has(field)) return true;
  const path = compileDefinitePath(fields, field);
  if (path?.root === "context") fields.refuse("Value is not a Reference Path", fields.at(field));
  return path !== undefined && path.root !== "context";
}

function compileComputed(fields: Fields, name: string, language: QueryLanguage, input: Evaluate): Computed | undefined {
  if (language.name === "JSONPath") fields.exclusive(name, `${name}Path`);
  return language.computed(fields, name, input);
}

function readNumber(computed: Computed, kind: "integer" | "float", scope: Scope): number {
  const value = computed.read(scope);
  // A path may refer to a text that is a number (recorded of MaxItemsPath and the paths of ItemBatcher).
  const isText = typeof value === "string" && computed.errors === undefined && NUMBER_TEXT[kind].test(value);
  const number = isText ? Number(value) : numberOf(value);
  if (number !== undefined && (kind === "float" ? Number.isFinite(number) : Number.isInteger(number))) return number;
  const shown = typeof value === "string" ? value : shownJson(value);
  if (computed.errors !== undefined) {
    if (number === undefined) throw computed.errors.unexpectedType("number", value);
    throw computed.errors.invalidValue(`The ${computed.field} field has the value ${shown}, which is not an integer`);
  }
  throw new StatesError(
    "States.Runtime",
    `The ${computed.field} field refers to value "${shown}" which is not a valid ${kind}: ${computed.text}`,
  );
}

const NUMBER_TEXT = { integer: /^[-+]?\d+$/, float: /^[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/ };
