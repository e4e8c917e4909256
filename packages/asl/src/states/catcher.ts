import type { Fields } from "../fields.js";
import type { Catcher } from "../program.js";
import { checkOrder, compileErrorEquals } from "./retrier.js";
import type { StateContext } from "./state-context.js";

/** Catch: the catchers of a state. */
export function compileCatch(state: Fields, context: StateContext): readonly Catcher[] {
  const catchers = state.children("Catch") ?? [];
  checkOrder(catchers);
  return catchers.map((catcher) => {
    catcher.support(
      { both: ["Comment", "ErrorEquals", "Next", "Assign"], JSONPath: ["ResultPath"], JSONata: ["Output"] },
      context.language.name,
    );
    const errorEquals = compileErrorEquals(catcher);
    catcher.require("Next");
    return {
      errorEquals,
      next: context.transition(catcher, "Next") ?? "",
      exit: context.language.exit(catcher, "errorOutput"),
    };
  });
}
