import { error } from "../diagnostic.js";
import { PartialStateError } from "../kinds.js";
import type { Fields } from "../value.js";

/**
 * The state of a resource that was just written. What was written is not lost where it cannot be read.
 * @param what as in "The … was created"
 * @param state what is known of it already
 * @throws PartialStateError
 */
export async function readBack(
  what: string,
  written: "created" | "updated",
  state: Fields,
  read: () => Promise<Fields | null>,
): Promise<Fields> {
  let reason = "The service says that it does not exist.";
  try {
    const found = await read();
    if (found !== null) return found;
  } catch (failure) {
    reason = failure instanceof Error ? `${failure.name}: ${failure.message}` : String(failure);
  }
  throw new PartialStateError(
    state,
    error(
      `The ${what} was ${written}, but cannot be read`,
      `${reason}\n${String(state.id)} stays in the state: the next plan reads it again.`,
    ),
  );
}
