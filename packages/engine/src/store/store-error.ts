/**
 * What went wrong with the data store.
 *
 * - `full`: no space left for the data; the commit is undone, and a later one succeeds once there is space.
 * - `unwritable`: the data folder or file cannot be created, read or written by this user.
 * - `locked`: another process has the data open.
 * - `newer`: the data was written by a newer version of Pawl.
 * - `damaged`: the file is no database, or its content is broken.
 * - `conflict`: the rows of the commit contradict those stored, such as an ARN that is already taken.
 * - `closed`: the store was closed before.
 * - `failed`: anything else, such as an input/output error.
 */
export type StoreErrorCode = "full" | "unwritable" | "locked" | "newer" | "damaged" | "conflict" | "closed" | "failed";

/** The message says what is wrong, where, and what to do about it. Nothing of what was stored before is harmed. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
