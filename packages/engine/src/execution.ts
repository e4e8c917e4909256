import type { EvaluationResult, ItemBatcher, ItemReader, Json, JsonObject, ResultWriter } from "@pawl/asl";
import type { MapRunSettings } from "./map-run-record.js";
import type { ExecutionStatus } from "./store/store.js";
import type { StateFailure } from "./transition/state-failure.js";

/**
 * A running execution as the transition function sees it. Plain data; what is fixed for its life comes first.
 *
 * An execution is a tree of branches: the root (id 0) runs the machine, every branch of a Parallel state and every
 * iteration of a Map state is a child of the branch that stands in that state.
 */
export interface Execution {
  readonly id: number;
  readonly arn: string;
  readonly name: string;
  readonly type: "STANDARD" | "EXPRESS";
  readonly stateMachineArn: string;
  readonly stateMachineName: string;
  /** The version that it runs and the alias that chose it, where it was started with one of them. */
  readonly stateMachineVersionArn: string | undefined;
  readonly stateMachineAliasArn: string | undefined;
  readonly roleArn: string;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly startDate: number;
  readonly input: Json;
  /** `input` as it was given: what passes unchanged keeps its text. */
  readonly inputText: string;
  readonly traceHeader: string | undefined;
  /** The test case of the mock configuration that it runs; absent where it runs none. */
  readonly testCase?: string | undefined;
  /** The number of the first call of each mocked state: the place of a child execution in its map run, else 0. */
  readonly firstMockedCall?: number;
  /** The first state: that of the machine or, in a child execution of a map run, that of the item processor. */
  readonly startAt: string;

  /** When the machine's TimeoutSeconds ends the execution: counted from its start, or from its last redrive. */
  deadline: number | undefined;
  redriveCount: number;
  /** Of the last redrive. */
  redriveDate: number | undefined;
  status: ExecutionStatus;
  stopDate: number | undefined;
  /** JSON text. */
  output: string | undefined;
  error: string | undefined;
  cause: string | undefined;
  lastEventId: number;
  /** Running branches, and finished children whose parent has not finished. */
  readonly branches: Map<number, Branch>;
  nextBranchId: number;
}

export const ROOT = 0;

/** One line of control. */
export interface Branch {
  readonly id: number;
  /** The branch that waits for this one; undefined for the root. */
  readonly parent: number | undefined;
  /** Which branch of the Parallel state or which item of the Map state this is. */
  readonly index: number;
  /** The raw item, in an iteration of a Map state. */
  readonly item?: Json;
  /** The state that the branch stands in. */
  state: string;
  /** That state's raw input. */
  input: Json;
  /** Variables assigned in this branch; those of its ancestors are seen through them. */
  variables: JsonObject | undefined;
  /** The event that the branch's next event follows. */
  previousEventId: number;
  enteredEventId: number;
  /** What the event of the state's entry followed. */
  enteredAfterEventId: number;
  enteredTime: number;
  /** Attempts made per retrier of the state, by its position. Absent before the first retry. */
  retries: number[] | undefined;
  waiting: Waiting;
  /** `input` as text, where it is known. Never stored. */
  inputText?: string | undefined;
  /** At the root: how many calls of each mocked state were made, by its name. */
  mockedCalls?: JsonObject;
  /** True once a commit holds the branch. Never stored. */
  stored?: boolean;
  /** What is known of the children of a branch that waits for them. Derived: rebuilt from the children, never stored. */
  progress?: Progress | undefined;
  /** The same for a map run. */
  mapRun?: MapRunProgress | undefined;
}

/** What a branch waits for. Times are milliseconds since the epoch. */
export type Waiting =
  /** Nothing: it enters its state in the next transition. */
  | { readonly kind: "turn" }
  /** The end of a Wait state. */
  | { readonly kind: "time"; readonly until: number }
  /** The next attempt of a state that failed. */
  | { readonly kind: "retry"; readonly until: number }
  | TaskWaiting
  | EvaluationWaiting
  /** The children, each of which has its index in the state's Branches. */
  | { readonly kind: "branches"; readonly startedEventId: number }
  /** The children, each of which runs one of `items`. */
  | {
      readonly kind: "iterations";
      readonly startedEventId: number;
      readonly items: readonly Json[];
      readonly maxConcurrency: number;
    }
  | MapRunWaiting
  /** Nothing any more: its state has failed, and with it the execution. A redrive does the state again. */
  | { readonly kind: "failed" }
  /** Its parent: it has ended with this output. */
  | { readonly kind: "done"; readonly output: Json };

/** An expression that takes too long for a transition is evaluated elsewhere. */
export interface EvaluationWaiting {
  readonly kind: "evaluation";
  /** Names the evaluation among those of the branch. */
  readonly evaluation: string;
  /** The evaluation's place among the results. */
  readonly place: string;
  readonly stage: Stage;
  /** What came of the evaluations before, by place. */
  readonly results: EvaluationResults;
}

export type EvaluationResults = Readonly<Record<string, EvaluationResult>>;

/** What a branch was at when an expression took too long: it is done again from its beginning, with the results at hand. */
export type Stage =
  /** What the state does when it is entered, or tried again. */
  | { readonly kind: "execute" }
  /** The end of a wait. */
  | { readonly kind: "wake" }
  /** The state's output from its result. */
  | { readonly kind: "exit"; readonly result: Json }
  /** The output of what catches the failure. */
  | { readonly kind: "catch"; readonly failure: StateFailure }
  /** The input of an iteration, which stands before its first state. */
  | { readonly kind: "iteration" };

export interface TaskWaiting {
  readonly kind: "task";
  /** The id of the event that scheduled the task: names this attempt in the whole execution. */
  readonly attempt: number;
  /**
   * `queued`: an activity task that no worker has taken. `running`: a worker or a call is at work. `submitted`: the call of a
   * `.waitForTaskToken` task has returned, the callback has not come. `following`: the call of a `.sync` task has started a
   * job, another call waits for the job's end. A mocked `.waitForTaskToken` task follows its mock in the same way.
   */
  readonly phase: "queued" | "running" | "submitted" | "following";
  /** What the call that started the job of a `.sync` task returned. */
  readonly submitted?: Json;
  /** The secret part of the task token, where the task has one. */
  readonly nonce?: string;
  /** What is sent to the task, until it is sent for good. */
  readonly parameters?: Json;
  readonly credentials?: Json;
  /** The number of the call among those of its state, where a mock answers it. */
  readonly mockedCall?: number;
  readonly timeoutAt?: number;
  readonly heartbeatSeconds?: number;
  readonly heartbeatAt?: number;
}

/** The child executions of a Map state in distributed mode. */
export interface MapRunWaiting extends MapRunSettings {
  readonly kind: "mapRun";
  readonly mapRunArn: string;
  /** The ARN that the child executions report as their state machine's. */
  readonly stateMachineArn: string;
  readonly startDate: number;
  /** The items, before ItemSelector and ItemBatcher; absent where a reader gives them. */
  readonly items?: readonly Json[];
  readonly reader?: ItemReader;
  /** Which state of the object the reader reads, once it has told. */
  readonly etag?: string;
  readonly batcher?: ItemBatcher;
  readonly writer?: ResultWriter;
  /** How many children there are, and how many items in them: once all items have been read. */
  readonly total?: Tally;
  /** The id of the MapStateStarted event. */
  readonly startedEventId: number;
  /** How often it was redriven, and when the last time; absent where never. */
  readonly redriven?: { readonly count: number; readonly date: number };
}

/** A number of child executions and of items in them. */
export interface Tally {
  executions: number;
  items: number;
}

export interface Progress {
  /** The first index that has not been started. */
  next: number;
  running: number;
  /** Outputs by index. */
  readonly results: Json[];
  done: number;
}

/**
 * What is known of the children of a map run. Inputs, outputs and the children that have ended are not in memory: their rows
 * have them.
 */
export interface MapRunProgress {
  /** The children that were started at least once: the next one has the index `started.executions`. */
  readonly started: Tally;
  /** Indexes from `started.executions` on that have been started: only where a child before them is missing. */
  readonly known?: Set<number>;
  /** Inputs that were read and wait for their turn, those of the next children, in order. */
  readonly queue: ChildInput[];
  /** True while more inputs are on their way. */
  reading: boolean;
  /** Items of the children that run, by the child's index. */
  readonly running: Map<number, number>;
  /** Children that were begun and are to be begun once more, before those that never were: the last one is the first. */
  readonly redo: ChildRedo[];
  readonly ended: Record<Exclude<ExecutionStatus, "RUNNING">, Tally>;
  /** Of those that ended without success: those that cannot be redriven. */
  readonly notRedrivable: Tally;
  /** Set once all that was to run has ended and the results are on their way: what the map run ends with. */
  outcome?:
    | { readonly status: "SUCCEEDED" }
    | { readonly status: "FAILED"; readonly error: string; readonly cause: string };
}

export interface ChildInput {
  /** JSON text. */
  readonly input: string;
  readonly items: number;
}

export interface ChildRedo {
  readonly index: number;
  readonly items: number;
  /** The execution that is redriven or, of an express one, whose input a new one gets. */
  readonly executionId: number;
}

/** When time wakes the branch: the earliest of what it waits for and, for the root, the execution's deadline. */
export function dueAt(execution: Execution, branch: Branch): number | undefined {
  const { waiting } = branch;
  let due = branch.id === ROOT ? execution.deadline : undefined;
  const consider = (time: number | undefined): void => {
    if (time !== undefined && (due === undefined || time < due)) due = time;
  };
  if (waiting.kind === "time" || waiting.kind === "retry") consider(waiting.until);
  if (waiting.kind === "task") {
    consider(waiting.timeoutAt);
    consider(waiting.heartbeatAt);
  }
  return due;
}

/** The variables that a branch sees: its own over those of its ancestors. */
export function visibleVariables(execution: Execution, branch: Branch): JsonObject {
  const parent = branch.parent === undefined ? undefined : execution.branches.get(branch.parent);
  if (parent === undefined) return branch.variables ?? {};
  const outer = visibleVariables(execution, parent);
  return branch.variables === undefined ? outer : { ...outer, ...branch.variables };
}

/** Rebuilds what is known of a branch's children after they were read from the store. */
export function rebuildProgress(execution: Execution): void {
  for (const branch of execution.branches.values()) {
    if (branch.waiting.kind === "branches" || branch.waiting.kind === "iterations") {
      branch.progress = { next: 0, running: 0, results: [], done: 0 };
    }
  }
  for (const branch of execution.branches.values()) {
    const progress = branch.parent === undefined ? undefined : execution.branches.get(branch.parent)?.progress;
    if (progress === undefined) continue;
    progress.next = Math.max(progress.next, branch.index + 1);
    if (branch.waiting.kind === "done") {
      progress.results[branch.index] = branch.waiting.output;
      progress.done += 1;
    } else {
      progress.running += 1;
    }
  }
}
