import { CommanderError } from "commander";
import { CommandError, exitCode } from "./exit-code.js";
import { createProgram } from "./program.js";
import { oneLine, writeNote } from "./screen.js";

/** Runs one command line (without `node` and the script) and sets the process's exit code. */
export async function main(args: readonly string[]): Promise<void> {
  process.stdout.on("error", endOfPipe);
  try {
    const program = createProgram((code) => {
      process.exitCode = code;
    });
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has said what there is to say; 0 stands for --help and --version.
      process.exitCode = error.exitCode === 0 ? exitCode.ok : exitCode.trouble;
      return;
    }
    writeNote(`pawl: ${sentence(error)}`);
    // What the command had opened must not keep the process.
    process.exit(exitCode.trouble);
  }
}

function sentence(error: unknown): string {
  if (error instanceof CommandError || isExpected(error)) {
    return oneLine(error.message);
  }
  const { PAWL_DEBUG } = process.env;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return PAWL_DEBUG === undefined
    ? `Unexpected error: ${oneLine(message)} (PAWL_DEBUG=1 shows where)`
    : `Unexpected error: ${stack ?? message}`;
}

/** Errors of the engine, its store and the server whose messages are made for users. */
function isExpected(error: unknown): error is Error {
  return error instanceof Error && ["ServiceError", "StoreError", "ServerError"].includes(error.name);
}

/** Whoever read the output has seen enough: `pawl history … | head`. */
function endOfPipe(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") {
    process.exit(exitCode.ok);
  }
  throw error;
}
