import { StatesError } from "../states-error.js";
import type { QueryLanguage } from "./query-language.js";

/** An expression in the service's delimiters. */
export function isExpression(value: unknown): boolean {
  return typeof value === "string" && value.startsWith("{%") && value.endsWith("%}");
}

/** JSONata: its fields are checked, its expressions are not evaluated: `compile` refuses a machine that has any. */
export const JSONATA: QueryLanguage = {
  name: "JSONata",
  input: () => (scope) => scope.input,
  payload: (state) => (state.has("Arguments") ? unsupported : undefined),
  exit: () => unsupported,
  choiceExit: () => unsupported,
  condition(rule) {
    rule.require("Condition");
    return unsupported;
  },
  computed(fields, name) {
    if (!isExpression(fields.value(name))) return undefined;
    return { field: name, text: String(fields.value(name)), read: unsupported, find: unsupported };
  },
  template: (fields, name) => (fields.has(name) ? unsupported : undefined),
  items: () => unsupported,
};

function unsupported(): never {
  throw new StatesError("States.Runtime", "QueryLanguage 'JSONata' is not supported yet");
}
