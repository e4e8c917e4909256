/** What Lambda answers for invocations that fail outside of the function's own code. All are JSON texts. */

/** The most that a function can return (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
export const MAX_RESPONSE_BYTES = 6_291_556;
/** The most that it can be given. */
export const MAX_REQUEST_BYTES = 6_291_456;

export function timedOut(requestId: string, seconds: number, now: number): string {
  return failure(
    "Sandbox.Timedout",
    `${new Date(now).toISOString()} ${requestId} Task timed out after ${seconds.toFixed(2)} seconds`,
  );
}

/** The process ended while it ran the function, or before it asked for an event. */
export function exited(requestId: string, code: number | null, signal: string | null): string {
  const reason =
    signal !== null
      ? `Runtime exited with error: signal: ${SIGNALS[signal] ?? signal}`
      : code === 0
        ? "Runtime exited without providing a reason"
        : `Runtime exited with error: exit status ${code}`;
  return failure("Runtime.ExitError", `RequestId: ${requestId} Error: ${reason}`);
}

/** As Go names them, in which Lambda's supervisor is written. */
const SIGNALS: Readonly<Record<string, string>> = {
  SIGKILL: "killed",
  SIGABRT: "aborted",
  SIGSEGV: "segmentation fault",
  SIGTERM: "terminated",
  SIGBUS: "bus error",
  SIGILL: "illegal instruction",
  SIGFPE: "floating point exception",
};

export function responseTooLarge(): string {
  return failure(
    "Function.ResponseSizeTooLarge",
    `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
  );
}

/** The program could not be started at all. */
export function invalidEntrypoint(requestId: string, program: string, reason: string): string {
  return failure("Runtime.InvalidEntrypoint", `RequestId: ${requestId} Error: ${program} cannot be started: ${reason}`);
}

function failure(errorType: string, errorMessage: string): string {
  return JSON.stringify({ errorType, errorMessage });
}
