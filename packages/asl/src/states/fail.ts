import type { Fields } from "../fields.js";
import type { FailState } from "../program.js";
import type { StateContext } from "./state-context.js";

export const FAIL_FIELDS = {
  both: ["Type", "Comment", "QueryLanguage", "Error", "Cause"],
  JSONPath: ["ErrorPath", "CausePath"],
};

/** Fail: Error and Cause are literals, or computed: from paths or intrinsic functions that give strings. */
export function compileFail(state: Fields, { name, language }: StateContext): FailState {
  const input = language.input(state);
  const error = language.text(state, "Error");
  const cause = language.text(state, "Cause");
  return {
    type: "Fail",
    name,
    failure(scope) {
      // It has no InputPath: this is for those who trace it.
      input(scope);
      return {
        ...(error === undefined ? {} : { error: error(scope) }),
        ...(cause === undefined ? {} : { cause: cause(scope) }),
      };
    },
  };
}
