import type { Fields } from "../fields.js";
import { isObject, type Json } from "../json.js";
import { checkAssign } from "../states/assign.js";
import { RULE_KINDS } from "../states/choice-rule.js";
import { StatesError } from "../states-error.js";
import type { QueryLanguage } from "./query-language.js";

/** JSONata: its fields are checked, its expressions are not evaluated: `compile` refuses a machine that has any. */
export const JSONATA: QueryLanguage = {
  name: "JSONata",

  input: () => (scope) => scope.input,

  payloadField: "Arguments",

  payload: (fields) => template(fields, "Arguments"),

  exit(fields) {
    template(fields, "Output");
    assign(fields);
    return unsupported;
  },

  choiceExit(state, rule) {
    template(rule ?? state, "Output");
    assign(rule ?? state);
    return unsupported;
  },

  condition(rule) {
    if (!rule.has("Condition") || RULE_KINDS.filter((name) => rule.has(name)).length > 1) {
      rule.refuse(`The object must have only one of the following fields, [${RULE_KINDS.join(", ")}]`);
    }
    template(rule, "Condition");
    return unsupported;
  },

  text: (state, name) => (state.string(name) === undefined ? undefined : template(state, name)),

  computed(fields, name) {
    const value = fields.value(name);
    if (typeof value !== "string" || !value.startsWith("{%")) return undefined;
    template(fields, name);
    return { field: name, text: value, read: unsupported, find: unsupported };
  },

  template,

  items(state) {
    template(state, "Items");
    return unsupported;
  },
};

function assign(fields: Fields): void {
  checkAssign(fields, (member) => member);
  template(fields, "Assign");
}

function template(fields: Fields, name: string): (() => never) | undefined {
  const value = fields.value(name);
  if (value === undefined) return undefined;
  checkDelimiters(fields, value, fields.at(name));
  return unsupported;
}

/** An expression stands between `{%` and `%}`: a string that begins like one has to end like one. */
function checkDelimiters(fields: Fields, value: Json, location: string): void {
  if (typeof value === "string") {
    if (value.startsWith("{%") && !(value.endsWith("%}") && value.length >= 4)) {
      fields.refuse("JSONata string must start with {% and end with %}", location);
    }
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkDelimiters(fields, item, `${location}[${index}]`);
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) checkDelimiters(fields, member, `${location}/${key}`);
  }
}

function unsupported(): never {
  throw new StatesError("States.Runtime", "QueryLanguage 'JSONata' is not supported yet");
}
