import type { Fields } from "../fields.js";
import type { JsonObject } from "../json.js";
import { PathMiss } from "../path.js";
import type { Exit, Scope } from "../program.js";
import { compileChoiceRule } from "../states/choice-rule.js";
import { compileInputPath, compilePath, readPath } from "../states/input-path.js";
import { compileOutputPath } from "../states/output-path.js";
import { compilePayload } from "../states/payload.js";
import { compileResultPath } from "../states/result-path.js";
import { StatesError } from "../states-error.js";
import type { EvaluateOn, QueryLanguage } from "./query-language.js";

/** JSONPath: InputPath, Parameters, ResultSelector, ResultPath, OutputPath, payload templates and fields named `…Path`. */
export const JSONPATH: QueryLanguage = {
  name: "JSONPath",

  input: compileInputPath,

  payload(state, input) {
    const parameters = compilePayload(state, "Parameters");
    return parameters && ((scope) => parameters(input(scope), scope));
  },

  exit(fields) {
    const select = compilePayload(fields, "ResultSelector");
    const place = compileResultPath(fields);
    const filter = compileOutputPath(fields);
    const assign = compileAssign(fields);
    return (scope, result) => {
      const selected = select ? select(result, scope) : result;
      const output = place(scope.input, selected);
      return exit(filter ? filter(output, scope) : output, assign?.(selected, scope));
    };
  },

  choiceExit(state, rule) {
    const filter = compileOutputPath(state);
    const assign = compileAssign(rule ?? state);
    return (scope, input) => exit(filter ? filter(input, scope) : input, assign?.(input, scope));
  },

  condition: compileChoiceRule,

  computed(fields, name, input) {
    const field = `${name}Path`;
    fields.exclusive(name, field);
    const path = compilePath(fields, field);
    if (path === undefined) return undefined;
    return {
      field,
      text: path.text,
      read: (scope) => readPath(path, input(scope), scope),
      find(scope) {
        try {
          return path.read(input(scope), scope);
        } catch (error) {
          if (error instanceof PathMiss) return undefined;
          throw error;
        }
      },
    };
  },

  template: compilePayload,

  items(state, input) {
    const path = compilePath(state, "ItemsPath");
    const text = path?.text ?? "$";
    return (scope) => {
      const effective = input(scope);
      const items = path ? readPath(path, effective, scope) : effective;
      if (Array.isArray(items)) return items;
      throw new StatesError("States.Runtime", `Reference path "${text}" must point to array.`);
    };
  },
};

function exit(output: Exit["output"], assigned: JsonObject | undefined): Exit {
  return assigned === undefined ? { output } : { output, assigned };
}

/** Assign: `$` is the state's result, or its input in a state without one; variables are those the state was entered with. */
function compileAssign(fields: Fields): ((value: Exit["output"], scope: Scope) => JsonObject) | undefined {
  if (fields.child("Assign") === undefined) return undefined;
  // A template that is an object gives an object.
  return compilePayload(fields, "Assign") as ((...of: Parameters<EvaluateOn>) => JsonObject) | undefined;
}
