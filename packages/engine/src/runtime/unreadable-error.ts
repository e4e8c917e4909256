import { StoreError } from "../store/store-error.js";

/** An execution cannot be carried on: what the store has of it makes no sense to this version of Pawl. */
export class UnreadableError extends Error {
  override readonly name = "UnreadableError";
}

/** Whether the execution would be no more readable a while later: others must not wait for it. */
export function isUnreadable(error: unknown): error is Error {
  return error instanceof UnreadableError || (error instanceof StoreError && error.code === "damaged");
}
