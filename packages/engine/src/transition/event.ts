import type { EvaluationResult } from "@pawl/asl";
import type { ChildInput } from "../execution.js";
import type { MapRunSettings } from "../map-run-record.js";
import type { ExecutionStatus } from "../store/store.js";

/** What happens to an execution: what the mailbox holds. Payloads are JSON texts. */
export type ExecutionEvent =
  | { readonly kind: "started" }
  /** It has work left from its last transition. */
  | { readonly kind: "turn" }
  /** The time that the branch waits for may have come. */
  | { readonly kind: "due"; readonly branchId: number }
  /** An expression was evaluated. */
  | {
      readonly kind: "evaluated";
      readonly branchId: number;
      readonly evaluation: string;
      readonly result: EvaluationResult;
    }
  /** The evaluation that the branch waits for was lost with the process that did it. */
  | { readonly kind: "evaluationLost"; readonly branchId: number }
  /** A worker took the activity task of the branch. */
  | { readonly kind: "taskTaken"; readonly branchId: number; readonly workerName: string | undefined }
  /** The call of a task returned. */
  | { readonly kind: "callReturned"; readonly branchId: number; readonly attempt: number; readonly output: string }
  | ({ readonly kind: "callFailed"; readonly branchId: number; readonly attempt: number } & Failure)
  /** The holder of a task's token reported. */
  | { readonly kind: "taskSucceeded"; readonly token: TaskToken; readonly output: string }
  | ({ readonly kind: "taskFailed"; readonly token: TaskToken } & Failure)
  | { readonly kind: "heartbeat"; readonly token: TaskToken }
  | InputsRead
  | ReadingFailed
  | ChildrenEnded
  | ResultsGathered
  | ({
      readonly kind: "mapRunUpdated";
      readonly branchId: number;
      readonly mapRunArn: string;
    } & Partial<MapRunSettings>)
  /** It has ended without success and is to go on. */
  | { readonly kind: "redriven" }
  | ({ readonly kind: "stopped" } & Failure);

/** Inputs for the next children of a map run. */
export interface InputsRead {
  readonly kind: "inputsRead";
  readonly branchId: number;
  readonly mapRunArn: string;
  /** The index of the child that gets the first of them. */
  readonly from: number;
  readonly inputs: readonly ChildInput[];
  /** True where there are no more after these. */
  readonly last: boolean;
  readonly etag?: string | undefined;
}

/** The inputs after those of the child `from` cannot be read or made. */
export interface ReadingFailed {
  readonly kind: "readingFailed";
  readonly branchId: number;
  readonly mapRunArn: string;
  readonly from: number;
  readonly error: string;
  readonly cause: string;
  /** The field whose evaluation failed; see StatesError. */
  readonly location?: string | undefined;
}

/** Child executions of a map run ended. */
export interface ChildrenEnded {
  readonly kind: "childrenEnded";
  readonly branchId: number;
  readonly mapRunArn: string;
  /** How often the map run had been redriven when they were started: ends from before a redrive mean nothing. */
  readonly redrives: number;
  readonly children: readonly ChildEnd[];
}

export interface ChildEnd {
  readonly index: number;
  readonly status: Exclude<ExecutionStatus, "RUNNING">;
  /** True where it could not be begun once more. */
  readonly notRedrivable?: boolean;
}

/** The results of a map run are there, or will not be. */
export interface ResultsGathered {
  readonly kind: "resultsGathered";
  readonly branchId: number;
  readonly mapRunArn: string;
  readonly redrives: number;
  readonly outcome: ResultsOutcome;
}

export type ResultsOutcome =
  /** The state's result: JSON text. */
  | { readonly result: string }
  | { readonly error: string; readonly cause: string }
  /** There is more than an output may hold. */
  | "too large";

export interface Failure {
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** What a task token says. Its text is opaque to those who carry it. */
export interface TaskToken {
  readonly executionId: number;
  readonly branchId: number;
  readonly attempt: number;
  readonly nonce: string;
}

export function printTaskToken({ executionId, branchId, attempt, nonce }: TaskToken): string {
  return Buffer.from(`${executionId}.${branchId}.${attempt}.${nonce}`).toString("base64url");
}

/** Undefined where the text is not a task token of this engine. */
export function parseTaskToken(text: string): TaskToken | undefined {
  const match = /^(\d{1,16})\.(\d{1,16})\.(\d{1,16})\.([0-9a-f-]{36})$/.exec(Buffer.from(text, "base64url").toString());
  const nonce = match?.[4];
  if (match === null || nonce === undefined) return undefined;
  return { executionId: Number(match[1]), branchId: Number(match[2]), attempt: Number(match[3]), nonce };
}
