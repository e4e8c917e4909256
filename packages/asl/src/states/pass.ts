import type { Fields } from "../fields.js";
import type { PassState } from "../program.js";
import { compileNext } from "./next.js";
import { compileEffectivePayload, looksLikePath } from "./payload.js";
import type { StateContext } from "./state-context.js";

export const PASS_FIELDS = {
  both: ["Type", "Comment", "QueryLanguage", "Next", "End", "Assign"],
  JSONPath: ["InputPath", "OutputPath", "Parameters", "Result", "ResultPath"],
  JSONata: ["Output"],
};

/** Pass: its result is Result, or its input after Parameters. */
export function compilePass(state: Fields, context: StateContext): PassState {
  const input = context.language.input(state);
  const payload = compileEffectivePayload(state, context.language, input);
  const result = state.value("Result");
  if (looksLikePath(result)) {
    state.warn(
      "PASS_RESULT_IS_STATIC",
      "The Result of a Pass state is a literal: a path in it is not evaluated",
      state.at("Result"),
    );
  }
  const exit = context.language.exit(state);
  return {
    type: "Pass",
    name: context.name,
    next: compileNext(state, context),
    exit:
      result === undefined
        ? (scope) => exit(scope, payload(scope))
        : (scope) => {
            scope.trace?.("result", result);
            return exit(scope, result);
          },
  };
}
