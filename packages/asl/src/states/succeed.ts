import type { Fields } from "../fields.js";
import type { SucceedState } from "../program.js";
import type { StateContext } from "./state-context.js";

export const SUCCEED_FIELDS = {
  both: ["Type", "Comment", "QueryLanguage"],
  JSONPath: ["InputPath", "OutputPath"],
  JSONata: ["Output"],
};

export function compileSucceed(state: Fields, context: StateContext): SucceedState {
  const input = context.language.input(state);
  const exit = context.language.exit(state);
  return { type: "Succeed", name: context.name, exit: (scope) => exit(scope, input(scope)) };
}
