import { isObject, type Json } from "../json.js";
import type { Scope } from "../program.js";
import type { JsonataNode } from "./evaluator.js";
import type { Given } from "./expression.js";

/** The value needs the evaluator after all. */
const notSimple = Symbol("not simple");

export function isNotSimple(value: Json | undefined | typeof notSimple): value is typeof notSimple {
  return value === notSimple;
}

/**
 * Most expressions are a variable, a few members of `$states.input` or a literal. These are read without the evaluator, some
 * twenty times as fast. Undefined where the expression is not of this kind.
 */
export function compileSimple(
  ast: JsonataNode,
): ((scope: Scope, given: Given) => Json | undefined | typeof notSimple) | undefined {
  if (!isPlain(ast)) return undefined;
  if (ast.type === "string" || ast.type === "number" || ast.type === "value") {
    const literal = ast.value as Json;
    return () => literal;
  }
  const [first, ...rest] = ast.type === "path" ? (ast.steps ?? []) : [ast];
  if (first?.type !== "variable" || !isPlain(first) || !rest.every((step) => step.type === "name" && isPlain(step))) {
    return undefined;
  }
  const names = rest.map(({ value }) => String(value));
  const variable = String(first.value);
  if (variable === "" || variable === "$") return undefined;
  if (variable !== "states") {
    return ({ variables }) =>
      Object.hasOwn(variables, variable) ? walk(variables[variable] ?? null, names) : notSimple;
  }
  const [member, ...members] = names;
  switch (member) {
    case "input":
      return (scope) => walk(scope.input, members);
    case "context":
      return (scope) => walk(scope.context(), members);
    case "result":
      return (_scope, { result }) => (result === undefined ? undefined : walk(result, members));
    case "errorOutput":
      return (_scope, { errorOutput }) => (errorOutput === undefined ? undefined : walk(errorOutput, members));
    default:
      return undefined;
  }
}

/** What the parser notes of a node that is just what it says: no predicate, no grouping, no order, no binding. */
const PLAIN = new Set(["type", "value", "position", "steps"]);

function isPlain(node: JsonataNode): boolean {
  return Object.keys(node).every((name) => PLAIN.has(name));
}

/** Members of objects. An array on the way is gone through item by item, which is the evaluator's business. */
function walk(value: Json, names: readonly string[]): Json | undefined | typeof notSimple {
  let current = value;
  for (const name of names) {
    if (Array.isArray(current)) return notSimple;
    if (!isObject(current)) return undefined;
    if (Object.hasOwn(current, "_jsonata_lambda")) return notSimple;
    if (Object.hasOwn(current, "_jsonata_function") || !Object.hasOwn(current, name)) return notSimple;
    current = current[name] as Json;
  }
  return current;
}
