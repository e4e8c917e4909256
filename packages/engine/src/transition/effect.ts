import type { EvaluationRequest, Json, Resource } from "@pawl/asl";
import type { ChildInput, ChildRedo, Tally } from "../execution.js";
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
  /** A map run wants inputs for its next children. */
  | InputWish
  /** A map run wants these child executions. */
  | ChildrenStart
  /** All children of a map run have ended: their results are to be gathered, or written where its ResultWriter says. */
  | ResultsWish
  /** The children of a map run that still run are to be stopped, and what is read or written for it is to end. */
  | { readonly kind: "stopChildren"; readonly mapRunArn: string }
  /** Nobody waits for this call any more. */
  | Cancellation
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

export interface Cancellation {
  readonly kind: "cancel";
  readonly attempt: number;
  /** Where the call starts or follows a job, which is to be stopped: that call. */
  readonly job?: Invocation;
}

export interface InputWish {
  readonly kind: "readInputs";
  readonly branchId: number;
  readonly mapRunArn: string;
  /** What was read before: the first input is that of the child with the index `from.executions`. */
  readonly from: Readonly<Tally>;
}

export interface ChildrenStart {
  readonly kind: "startChildren";
  readonly branchId: number;
  readonly mapRunArn: string;
  readonly stateMachineArn: string;
  /** The first state of the item processor. */
  readonly startAt: string;
  readonly type: "STANDARD" | "EXPRESS";
  /** How often the map run has been redriven. */
  readonly redrives: number;
  readonly children: readonly ChildStart[];
}

/** A new child, with its input, or one that is to be begun once more. */
export type ChildStart = (ChildInput & { readonly index: number }) | ChildRedo;

export interface ResultsWish {
  readonly kind: "gatherResults";
  readonly branchId: number;
  readonly mapRunArn: string;
  readonly redrives: number;
  /** What was started before the map run ended: what comes after it never was. */
  readonly started: Readonly<Tally>;
  /** True where the map run is to fail: those of its children that still run are stopped first. */
  readonly failed: boolean;
}
