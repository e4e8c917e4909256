import type { EvaluationResult } from "@pawl/asl";

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
  | ChildEnded
  /** It has ended without success and is to go on. */
  | { readonly kind: "redriven" }
  | ({ readonly kind: "stopped" } & Failure);

/** A child execution of a map run ended. */
export interface ChildEnded {
  readonly kind: "childEnded";
  readonly branchId: number;
  readonly mapRunArn: string;
  readonly index: number;
  /** How often the map run had been redriven when the child was started: an end from before a redrive means nothing. */
  readonly redrives: number;
  /** JSON text; absent where it did not succeed. */
  readonly output: string | undefined;
}

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
