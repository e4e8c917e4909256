import { type Diagnostic, error } from "../diagnostic.js";

/** How an execution has ended. */
export interface Outcome {
  readonly status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
  /** The state in which it failed, or that it had come to; undefined where no history says so. */
  readonly state?: string | undefined;
}

const SUMMARIES = {
  FAILED: "Execution failed",
  TIMED_OUT: "Execution timed out",
  ABORTED: "Execution was aborted",
} as const;

/** What Terraform shows of an execution that has ended: nothing where it succeeded. */
export function outcomeDiagnostics(outcome: Outcome, executionArn: string): readonly Diagnostic[] {
  const { status, state } = outcome;
  if (status === "SUCCEEDED") return [];
  // Terraform 1.14 shows summary and detail as one text.
  const isWhere = state !== undefined && status === "FAILED";
  const lines = [
    ...(outcome.error === undefined ? [] : [`Error: ${printable(outcome.error, 500)}`]),
    ...(outcome.cause === undefined ? [] : [`Cause: ${printable(outcome.cause, 4000)}`]),
    ...(state === undefined || isWhere ? [] : [`State: ${printable(state, 80)}`]),
    `Execution: ${executionArn}`,
  ];
  return [error(`${SUMMARIES[status]}${isWhere ? ` in state ${printable(state, 80)}` : ""}`, lines.join("\n"))];
}

/** A text from elsewhere: it must neither steer the terminal nor fill it. */
export function printable(text: string, length: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const clean = text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, " ");
  return clean.length > length ? `${clean.slice(0, length - 1)}…` : clean;
}

/** `45 s`, `2 min 5 s`, `3 h 20 min`. */
export function span(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  if (minutes < 60) return `${minutes} min ${rest} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
