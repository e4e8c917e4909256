import type { EvaluationRequest, Json, Resource } from "@pawl/asl";
import type { MockedCall } from "../mocks/mocked-call.js";

/** What the outside has to do after the commit that records it. */
export type Effect =
  /** Call what a Task state names. */
  | Invocation
  /** Evaluate an expression that takes too long for a transition. */
  | Evaluation
  /** A task stands in an activity's queue. */
  | { readonly kind: "queued"; readonly branchId: number; readonly activityArn: string }
  /** A worker was given this task: what GetActivityTask answers. */
  | { readonly kind: "taken"; readonly taskToken: string; readonly input: string }
  /** A map run wants this child execution. */
  | ChildStart
  /** The children of a map run that still run are to be stopped. */
  | { readonly kind: "stopChildren"; readonly mapRunArn: string }
  /** Nobody waits for this call any more. */
  | { readonly kind: "cancel"; readonly attempt: number }
  /** The execution has more to do than fits one transition: it wants a `turn` event. */
  | { readonly kind: "continue" };

export interface Evaluation {
  readonly kind: "evaluate";
  readonly branchId: number;
  /** Names it among those of the branch. */
  readonly evaluation: string;
  readonly request: EvaluationRequest;
}

export interface Invocation {
  readonly kind: "invoke";
  readonly branchId: number;
  readonly attempt: number;
  readonly resource: Resource;
  readonly parameters: Json;
  readonly credentials?: Json;
  /** Where the task was given a token. */
  readonly taskToken?: string;
  /** What the call that started a job returned, where this one is to wait for that job's end. */
  readonly submitted?: Json;
  /** Where a mock answers it. */
  readonly mocked?: MockedCall;
}

export interface ChildStart {
  readonly kind: "startChild";
  readonly branchId: number;
  readonly mapRunArn: string;
  readonly stateMachineArn: string;
  readonly index: number;
  readonly input: Json;
  /** The first state of the item processor. */
  readonly startAt: string;
  readonly type: "STANDARD" | "EXPRESS";
  /** How often the map run has been redriven. */
  readonly redrives: number;
  /** The id of the execution that is to be redriven; undefined where a new one is to be started. */
  readonly executionId: number | undefined;
}
