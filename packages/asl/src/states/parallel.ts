import type { Fields } from "../fields.js";
import type { ParallelState } from "../program.js";
import { compileCatch } from "./catcher.js";
import { compileNext } from "./next.js";
import { compileRetry } from "./retrier.js";
import type { StateContext } from "./state-context.js";

export const PARALLEL_FIELDS = {
  both: ["Type", "Comment", "QueryLanguage", "Next", "End", "Assign", "Retry", "Catch", "Branches"],
  JSONPath: ["InputPath", "OutputPath", "Parameters", "ResultSelector", "ResultPath"],
  JSONata: ["Arguments", "Output"],
};

/** Parallel: branches that run at the same time with the same input; the result is the array of their outputs. */
export function compileParallel(state: Fields, context: StateContext): ParallelState {
  const input = context.language.input(state);
  const payload = context.language.payload(state, input) ?? input;
  state.require("Branches");
  const branches = state.children("Branches") ?? [];
  if (state.array("Branches")?.length === 0) state.refuse("Value cannot be empty", state.at("Branches"));
  return {
    type: "Parallel",
    name: context.name,
    branches: branches.flatMap((branch) => {
      branch.support({ both: ["Comment", "StartAt", "States"] }, context.language.name);
      return context.graph(branch) ?? [];
    }),
    next: compileNext(state, context),
    retry: compileRetry(state, context.language.name),
    catch: compileCatch(state, context),
    enter: payload,
    exit: context.language.exit(state, "result"),
  };
}
