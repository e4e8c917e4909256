/** An execution cannot be carried on: what the store has of it makes no sense to this version of Pawl. */
export class UnreadableError extends Error {
  override readonly name = "UnreadableError";
}
