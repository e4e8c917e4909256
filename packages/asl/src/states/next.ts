import type { Fields } from "../fields.js";
import type { StateContext } from "./state-context.js";

/** Next or End: where a state leads to. Undefined for `End: true`. */
export function compileNext(state: Fields, context: StateContext): string | undefined {
  const end = state.boolean("End") === true;
  if (end) {
    state.exclusive("Next", "End");
    return undefined;
  }
  // `End: false` alone leads nowhere either; a field of the wrong type has its own fault.
  if (!state.has("Next") && (!state.has("End") || state.value("End") === false)) {
    state.refuse("This object should have only one of the following fields: [Next, End]");
  }
  return context.transition(state, "Next");
}
