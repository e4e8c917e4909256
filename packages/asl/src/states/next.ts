import type { Fields } from "../fields.js";
import type { StateContext } from "./state-context.js";

/** Next or End: where a state leads to. Undefined for `End: true`. */
export function compileNext(state: Fields, context: StateContext): string | undefined {
  const end = state.boolean("End");
  if (state.has("Next") && end === true) state.exclusive("Next", "End");
  if (state.has("Next")) return context.transition(state, "Next");
  if (end !== true) state.requireOneOf("Next", ...(end === false ? [] : ["End"]));
  return undefined;
}
