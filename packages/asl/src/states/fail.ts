import type { Fields } from "../fields.js";
import type { FailState } from "../program.js";
import { compileExpression } from "./expression-path.js";
import type { StateContext } from "./state-context.js";

export const FAIL_FIELDS = {
  both: ["Type", "Comment", "QueryLanguage", "Error", "Cause"],
  JSONPath: ["ErrorPath", "CausePath"],
};

/** Fail: Error and Cause are literals, or come from ErrorPath and CausePath (paths or intrinsic functions that give strings). */
export function compileFail(state: Fields, context: StateContext): FailState {
  const error = compileExpression(state, "Error");
  const cause = compileExpression(state, "Cause");
  return {
    type: "Fail",
    name: context.name,
    failure: (scope) => ({
      ...(error === undefined ? {} : { error: error(scope) }),
      ...(cause === undefined ? {} : { cause: cause(scope) }),
    }),
  };
}
