import type { Fields } from "../fields.js";
import { type Json, type JsonObject, printJson } from "../json.js";
import type { Given } from "../jsonata/expression.js";
import { unexpectedType } from "../jsonata/expression.js";
import { compileTemplate, looksLikeExpression, type Template } from "../jsonata/template.js";
import type { Exit, Scope } from "../program.js";
import { checkAssign } from "../states/assign.js";
import { RULE_KINDS } from "../states/choice-rule.js";
import { StatesError } from "../states-error.js";
import type { QueryLanguage } from "./query-language.js";

/** JSONata: Arguments, Output, and expressions between `{%` and `%}` in any field that is computed. */
export const JSONATA: QueryLanguage = {
  name: "JSONata",

  input: () => (scope) => scope.input,

  payloadField: "Arguments",

  payload(fields) {
    const payload = template(fields, "Arguments");
    return payload && ((scope) => payload.evaluate(scope, NOTHING));
  },

  exit(fields, given) {
    const compute = exit(fields, given);
    if (given === undefined) return (scope, result) => compute(scope, result, NOTHING);
    return given === "result"
      ? (scope, result) => compute(scope, result, { result })
      : (scope, errorOutput) => compute(scope, errorOutput, { errorOutput });
  },

  choiceExit(state, rule) {
    const compute = exit(rule ?? state, undefined);
    return (scope, input) => compute(scope, input, NOTHING);
  },

  condition(rule) {
    if (!rule.has("Condition") || RULE_KINDS.filter((name) => rule.has(name)).length > 1) {
      rule.refuse(`The object must have only one of the following fields, [${RULE_KINDS.join(", ")}]`);
    }
    const condition = template(rule, "Condition");
    const field = rule.inState("Condition");
    return (_input, scope) => {
      const holds = condition?.evaluate(scope, NOTHING) ?? false;
      if (typeof holds === "boolean") return holds;
      throw unexpectedType(textOf(condition), field, "boolean", holds);
    };
  },

  text(state, name) {
    if (state.string(name) === undefined) return undefined;
    const text = template(state, name);
    const field = state.inState(name);
    return (scope) => {
      const value = text?.evaluate(scope, NOTHING) ?? "";
      if (typeof value === "string") return value;
      throw unexpectedType(textOf(text), field, "string", value);
    };
  },

  computed(fields, name) {
    if (!looksLikeExpression(fields.value(name))) return undefined;
    const value = template(fields, name);
    const field = fields.inState(name);
    const text = textOf(value);
    const read = (scope: Scope) => value?.evaluate(scope, NOTHING) ?? null;
    return {
      field: name,
      text,
      read,
      find: read,
      errors: {
        unexpectedType: (expected, found) => unexpectedType(text, field, expected, found),
        invalidValue: (cause) => new StatesError("States.QueryEvaluationError", cause, field),
      },
    };
  },

  template(fields, name) {
    const value = template(fields, name);
    return value && ((_input, scope) => value.evaluate(scope, NOTHING));
  },

  items(state) {
    const items = template(state, "Items");
    if (items === undefined) return inputItems;
    const field = state.inState("Items");
    return (scope) => {
      const value = items.evaluate(scope, NOTHING);
      if (Array.isArray(value)) return value;
      throw unexpectedType(textOf(items), field, "array", value);
    };
  },
};

/** `$states` without a result. */
const NOTHING: Given = {};

/** A Map state without Items takes its input. */
function inputItems({ input }: Scope): readonly Json[] {
  if (Array.isArray(input)) return input;
  throw new StatesError("States.QueryEvaluationError", `Map state input must be an array but was: ${printJson(input)}`);
}

/** Output and Assign see the same: the variables as they were when the state was entered. */
function exit(
  fields: Fields,
  given: "result" | "errorOutput" | undefined,
): (scope: Scope, output: Json, given: Given) => Exit {
  const output = template(fields, "Output", given);
  const assign = checkAssign(fields, (member) => member) > 0 ? template(fields, "Assign", given) : undefined;
  return (scope, otherwise, seen) => {
    const value = output === undefined ? otherwise : output.evaluate(scope, seen);
    if (assign === undefined) return { output: value };
    // A template that is an object gives an object.
    return { output: value, assigned: assign.evaluate(scope, seen) as JsonObject };
  };
}

/** The template in a field; undefined where the field is absent. */
function template(fields: Fields, name: string, given?: "result" | "errorOutput"): Template | undefined {
  const value = fields.value(name);
  if (value === undefined) return undefined;
  const compiled = compileTemplate(value, fields.inState(name), given === "errorOutput");
  for (const { code, message, pointer } of compiled.faults)
    fields.refuse(message, `${fields.at(name)}${pointer}`, code);
  return compiled;
}

function textOf(compiled: Template | undefined): string {
  return compiled?.expression?.text ?? "";
}
