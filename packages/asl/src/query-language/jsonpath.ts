import type { JsonObject } from "../json.js";
import type { Exit } from "../program.js";
import { compileAssign } from "../states/assign.js";
import { compileChoiceRule } from "../states/choice-rule.js";
import { compileText } from "../states/expression-path.js";
import { compileDefinitePath, compileInputPath, compilePath, readPath } from "../states/input-path.js";
import { compileOutputPath } from "../states/output-path.js";
import { compilePayload } from "../states/payload.js";
import { compileResultPath } from "../states/result-path.js";
import { StatesError } from "../states-error.js";
import type { QueryLanguage } from "./query-language.js";

/** JSONPath: InputPath, Parameters, ResultSelector, ResultPath, OutputPath, payload templates and fields named `…Path`. */
export const JSONPATH: QueryLanguage = {
  name: "JSONPath",

  input: compileInputPath,

  payloadField: "Parameters",

  payload(fields, input) {
    const parameters = compilePayload(fields, "Parameters");
    return parameters && ((scope) => parameters(input(scope), scope));
  },

  exit(fields) {
    const select = compilePayload(fields, "ResultSelector");
    const place = compileResultPath(fields);
    const filter = compileOutputPath(fields);
    const assign = compileAssign(fields);
    return (scope, result) => {
      const selected = select ? select(result, scope) : result;
      scope.trace?.("afterResultSelector", selected);
      const output = place(scope.input, selected);
      scope.trace?.("afterResultPath", output);
      return exit(filter ? filter(output, scope) : output, assign?.(selected, scope));
    };
  },

  choiceExit(state, rule) {
    const filter = compileOutputPath(state);
    const assign = compileAssign(rule ?? state);
    return (scope, input) => exit(filter ? filter(input, scope) : input, assign?.(input, scope));
  },

  condition: compileChoiceRule,

  text: compileText,

  computed(fields, name, input) {
    const field = `${name}Path`;
    const path = compilePath(fields, field);
    if (path === undefined) return undefined;
    return {
      field,
      text: path.text,
      read: (scope) => readPath(path, input(scope), scope),
      find: (scope) => path.find(input(scope), scope),
    };
  },

  template: compilePayload,

  items(state, input) {
    const path = compileDefinitePath(state, "ItemsPath");
    // The service leaves out one of the two dollars of a path into the context object.
    const text = (path?.text ?? "$").replace(/^\$\$/, "$");
    return (scope) => {
      const effective = input(scope);
      const items = path ? readPath(path, effective, scope) : effective;
      if (Array.isArray(items)) {
        scope.trace?.("afterItemsPath", items);
        return items;
      }
      throw new StatesError("States.Runtime", `Reference path "${text}" must point to array.`);
    };
  },
};

function exit(output: Exit["output"], assigned: JsonObject | undefined): Exit {
  return assigned === undefined ? { output } : { output, assigned };
}
