import { error } from "../diagnostic.js";
import { type Context, PartialStateError } from "../kinds.js";
import type { Fields } from "../value.js";
import { until } from "./waiting.js";

/** How long AWS may take to know of what it has just created, in milliseconds. */
const APPEARANCE = 30_000;

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
  read: (state: Fields, context: Context) => Promise<Fields | null>,
  context: Context,
): Promise<Fields> {
  const id = String(state.id);
  let found: { readonly state: Fields | null } = { state: null };
  let reason = "The service says that it does not exist.";
  try {
    await until(
      async () => {
        found = { state: await read(state, context) };
        return found.state !== null || written === "updated";
      },
      { timeout: APPEARANCE, signal: context.signal, what: `${id} to be there` },
    );
  } catch (failure) {
    reason = failure instanceof Error ? `${failure.name}: ${failure.message}` : String(failure);
  }
  if (found.state !== null) return found.state;
  throw new PartialStateError(
    state,
    error(
      `The ${what} was ${written}, but cannot be read`,
      `${reason}\n${id} stays in the state: the next plan reads it again.`,
    ),
  );
}
