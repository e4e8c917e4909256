/** What a command's exit code says, the same for every command. */
export const exitCode = {
  /** Done. */
  ok: 0,
  /** Done, and the answer is no: the execution did not succeed, the definition is wrong, data is damaged. */
  no: 1,
  /** Could not be done: a wrong flag, file, ARN or JSON, no connection, the API's refusal. */
  trouble: 2,
  /** Ctrl-C, as shells report it. */
  interrupted: 130,
} as const;

/** Ends a command with `message`, one sentence, on stderr, and exit code {@link exitCode.trouble}. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
