import { exitCode } from "./exit-code.js";

/** Ctrl-C and the signals that mean the same. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * npm hands on to its child what the terminal has sent to both already: a second signal this soon (in milliseconds) is
 * still the first Ctrl-C.
 */
const SAME_KEYSTROKE = 500;

/**
 * From now on the first Ctrl-C aborts the signal that is returned, for an orderly end, and a second one ends the process at
 * once. It stays so until the process ends: the first one may come twice, and late.
 */
export function onInterruption(): AbortSignal {
  const controller = new AbortController();
  let first: number | undefined;
  const handle = (): void => {
    if (first === undefined) {
      first = performance.now();
      controller.abort();
    } else if (performance.now() - first > SAME_KEYSTROKE) {
      process.exit(exitCode.interrupted);
    }
  };
  for (const name of SIGNALS) {
    process.on(name, handle);
  }
  return controller.signal;
}
