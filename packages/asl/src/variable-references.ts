import { isObject, type Json, type JsonObject, parseJson } from "./json.js";
import { parseExpression } from "./jsonata/expression.js";
import { FUNCTION_NAMES } from "./jsonata/functions.js";

/** Fields of a state that hold other states or text that is never evaluated. */
const LITERAL_FIELDS = new Set(["Comment", "Result", "Branches", "ItemProcessor", "Iterator"]);

/** Strings in single quotes, which hold no references, or a reference. `$$` is the context object. */
const REFERENCE = /'(?:[^'\\]|\\.)*'|\$\$|\$(\p{ID_Start}\p{ID_Continue}*)/gu;

/**
 * The variables that each state of a definition refers to, as DescribeStateMachine reports them: state names to sorted
 * variable names, without the states that refer to none.
 * @param definition a definition that `compile` accepts
 */
export function variableReferences(definition: string): ReadonlyMap<string, readonly string[]> {
  const references = new Map<string, readonly string[]>();
  const machine = parseJson(definition);
  if (isObject(machine)) collectStates(machine, machine.QueryLanguage ?? "JSONPath", references);
  return references;
}

function collectStates(graph: JsonObject, language: Json, references: Map<string, readonly string[]>): void {
  if (!isObject(graph.States)) return;
  for (const [name, state] of Object.entries(graph.States)) {
    if (!isObject(state)) continue;
    const names = new Set<string>();
    const collect = (state.QueryLanguage ?? language) === "JSONPath" ? collectFromPaths : collectFromExpressions;
    for (const [field, value] of Object.entries(state)) {
      if (!LITERAL_FIELDS.has(field)) collect(field, value, names);
    }
    if (names.size > 0) references.set(name, [...names].sort());
    const nested = [state.ItemProcessor, state.Iterator, ...(Array.isArray(state.Branches) ? state.Branches : [])];
    for (const inner of nested) if (isObject(inner)) collectStates(inner, language, references);
  }
}

function collectFromPaths(field: string, value: Json, names: Set<string>): void {
  if (typeof value === "string") {
    if (!field.endsWith(".$") && !field.endsWith("Path") && field !== "Variable") return;
    for (const [, name] of value.matchAll(REFERENCE)) if (name !== undefined) names.add(name);
  } else if (Array.isArray(value)) {
    for (const item of value) collectFromPaths(field, item, names);
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) collectFromPaths(key, member, names);
  }
}

/** What an expression binds itself is no variable of the machine, and neither is a function. */
function collectFromExpressions(field: string, value: Json, names: Set<string>): void {
  if (typeof value === "string") {
    if (!value.startsWith("{%") || !value.endsWith("%}")) return;
    const { variables } = parseExpression(value.slice(2, -2).trim()).references;
    for (const name of variables) if (!FUNCTION_NAMES.has(name)) names.add(name);
  } else if (Array.isArray(value)) {
    for (const item of value) collectFromExpressions(field, item, names);
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) collectFromExpressions(key, member, names);
  }
}
