import { follow, type Pace, type ReadNewest } from "./follow.js";
import { indentedJson } from "./indented-json.js";
import { oneLine, span, styled, timeOfDay, writeLine, writeRecord } from "./screen.js";
import { type Step, stepReader } from "./step.js";

/** An execution as DescribeExecution has it, as far as it is shown. Payloads are JSON texts. */
export interface ExecutionState {
  readonly executionArn: string;
  readonly status: string;
  readonly startDate: Date;
  readonly stopDate?: Date | undefined;
  readonly output?: string | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** An execution that can be followed, wherever it runs. */
export interface FollowedExecution {
  readonly read: ReadNewest;
  readonly pace: Pace;
  describe(): Promise<ExecutionState>;
}

export interface ViewOptions {
  readonly json: boolean;
  /** Ends the view; the execution goes on. */
  readonly signal: AbortSignal;
  /** Told of every step that is shown. */
  onStep?(step: Step): void;
}

/**
 * Shows an execution's states as they pass and, once it has ended, its outcome; as text for a person or as one JSON
 * object a line.
 * @returns how it ended; undefined where `signal` came first.
 */
export async function showExecution(
  execution: FollowedExecution,
  { json, signal, onStep }: ViewOptions,
): Promise<ExecutionState | undefined> {
  const stepOf = stepReader();
  try {
    for await (const event of follow(execution.read, execution.pace, signal)) {
      const step = stepOf(event);
      if (step !== undefined) {
        showStep(step, json);
        onStep?.(step);
      }
    }
    if (!signal.aborted) {
      const end = await execution.describe();
      showOutcome(end, json);
      return end;
    }
  } catch (error) {
    // Who asks to stop while the server is gone wants to stop, not to hear of the server.
    if (!signal.aborted) {
      throw error;
    }
  }
  return undefined;
}

function showOutcome(end: ExecutionState, json: boolean): void {
  if (json) {
    writeRecord(end);
    return;
  }
  const took = end.stopDate === undefined ? "" : ` after ${span(end.stopDate.getTime() - end.startDate.getTime())}`;
  writeLine(styled("bold", styled(statusColour(end.status), end.status)) + took);
  if (end.output !== undefined) {
    writeLine(indentedJson(end.output));
  }
  const failure = [end.error, end.cause].filter((part) => part !== undefined && part !== "").join(": ");
  if (failure !== "") {
    writeLine(oneLine(failure));
  }
}

export function statusColour(status: string): "green" | "yellow" | "red" {
  switch (status) {
    case "SUCCEEDED":
    case "ACTIVE":
      return "green";
    case "RUNNING":
      return "yellow";
    default:
      return "red";
  }
}

function showStep(step: Step, json: boolean): void {
  if (json) {
    writeRecord(stepRecord(step));
  } else {
    writeLine(stepLine(step));
  }
}

const MARKS = {
  entered: { mark: "→", colour: "cyan" },
  left: { mark: "✓", colour: "green" },
  failed: { mark: "✗", colour: "red" },
} as const;

const NAME_COLUMN = 32;

function stepLine(step: Step): string {
  const { mark, colour } = MARKS[step.kind];
  const iteration = step.iteration === undefined ? "" : ` #${step.iteration}`;
  const name = `${"  ".repeat(step.depth)}${mark} ${oneLine(step.state)}${iteration}`.padEnd(NAME_COLUMN);
  const what =
    step.kind === "left"
      ? span(step.milliseconds ?? 0)
      : step.kind === "failed"
        ? oneLine([step.error, step.cause].filter((part) => part !== undefined).join(": "), 200)
        : "";
  const line = `${styled("dim", timeOfDay(step.time))}  ${styled(colour, name)}  ${step.type.padEnd(8)}  ${what}`;
  return line.trimEnd();
}

function stepRecord({ kind, time, state, type, ...rest }: Step): Record<string, unknown> {
  return { event: kind, time, state, type, ...rest };
}
