import type { Json, JsonObject } from "./json.js";
import type { Resource } from "./resource.js";
import type { Work } from "./work.js";

/**
 * A compiled definition. It holds no state of an execution: one program serves all executions of a revision.
 *
 * Everything a state computes is a closure made once, at compile time; what an execution does between those closures
 * (events, waits, tasks, retries) is the engine's. The closures are deterministic: they read nothing but their arguments.
 */
export interface Program extends Graph {
  /** Every state of the machine by name, nested ones too: state names are unique in the whole machine. */
  readonly states: ReadonlyMap<string, State>;
  /** `TimeoutSeconds` of the machine. */
  readonly timeoutSeconds?: number;
  readonly comment?: string;
}

/** A part of the machine that runs from a first state to an end: the machine itself, a branch, an item processor. */
export interface Graph {
  readonly startAt: string;
  /** Of its own states, without those of graphs within them. */
  readonly names: readonly string[];
}

export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;

/** What an expression can see. */
export interface Scope {
  /** The state's raw input, before InputPath. */
  readonly input: Json;
  /** The variables that the state can see, by name. */
  readonly variables: JsonObject;
  /** The context object (`$$`), built on demand: most states never look at it. */
  context(): JsonObject;
  /** A number in [0, 1), for States.MathRandom; deterministic per event. */
  random(): number;
  /** A UUID (version 4 form), for States.UUID; deterministic per event. */
  uuid(): string;
  /** Milliseconds since the epoch, for JSONata's $now and $millis: the time of the event. */
  readonly now: number;
  /** What the paths and intrinsic functions that see this share. Absent: each path has its own. */
  readonly work?: Work | undefined;
  /** Where an expression goes on that takes too long here. Absent: it is evaluated here, to the full bounds. */
  readonly elsewhere?: Elsewhere | undefined;
  /** Told what lies between a state's input and its output, where somebody looks at it. Executions have nobody. */
  trace?(step: TraceStep, value: Json): void;
}

/** What a state's fields make of its input and its result, by the names that the TestState API has for it. */
export type TraceStep =
  | "afterInputPath"
  | "afterParameters"
  | "afterArguments"
  | "afterItemsPath"
  /** The input of one iteration. */
  | "afterItemSelector"
  | "result"
  | "afterResultSelector"
  | "afterResultPath";

/**
 * Takes expressions of JSONata that take more than a few milliseconds, so that they do not hold up whoever computes a state.
 * What a state computes is then computed again from its beginning, with the results that have come in.
 */
export interface Elsewhere {
  /** Steps that the next expression may take here: 100,000 are about 10 ms. What takes more is asked for. */
  readonly steps: number;
  /** The result for the field, where there is one already. Each call means the next evaluation of the field. */
  result(field: string): EvaluationResult | undefined;
  /** The evaluation that `result` was last called for was done here, in so many steps. */
  done(field: string, value: Json, steps: number): void;
  /** Asks for an evaluation. Throws something that is no StatesError, for the caller of the state to catch. */
  ask(request: EvaluationRequest): never;
}

/** An evaluation that is to be done elsewhere. Plain data. */
export interface EvaluationRequest {
  /** The expression, without `{%` and `%}`. */
  readonly text: string;
  /** Where it stands in its state: `Output/total`. */
  readonly field: string;
  /** What its names mean. */
  readonly bindings: JsonObject;
  /** The time of `$now`, in milliseconds since the epoch. */
  readonly now: number;
}

/** What came of it: a value, or the error and cause of a StatesError. */
export type EvaluationResult = { readonly value: Json } | { readonly error: string; readonly cause: string };

/** How a state is left: its output and the variables it assigns. */
export interface Exit {
  readonly output: Json;
  /** Values of `Assign`, absent where the state has none. */
  readonly assigned?: JsonObject;
}

interface StateBase {
  readonly name: string;
}

/** Transition of a state that is not Choice, Succeed or Fail: the next state's name, or undefined for `End: true`. */
interface Transition {
  readonly next: string | undefined;
}

export interface PassState extends StateBase, Transition {
  readonly type: "Pass";
  exit(scope: Scope): Exit;
}

export interface SucceedState extends StateBase {
  readonly type: "Succeed";
  exit(scope: Scope): Exit;
}

export interface FailState extends StateBase {
  readonly type: "Fail";
  /** Error and cause as they are reported; a member is absent where the state gives none. */
  failure(scope: Scope): { readonly error?: string; readonly cause?: string };
}

export interface ChoiceState extends StateBase {
  readonly type: "Choice";
  /** The rule that holds, or Default. @throws StatesError `States.Runtime` where there is none. */
  choose(scope: Scope): Exit & { readonly next: string };
}

export interface WaitState extends StateBase, Transition {
  readonly type: "Wait";
  /** When the wait ends: milliseconds since the epoch, for a wait that starts at `now`. May lie in the past. */
  until(scope: Scope, now: number): number;
  exit(scope: Scope): Exit;
}

export interface TaskState extends StateBase, Transition, Guarded {
  readonly type: "Task";
  readonly resource: Resource;
  /** The task's payload and its limits, in seconds. `credentials` is the evaluated Credentials field. */
  enter(scope: Scope): TaskEntry;
  /** The state's output from the task's result. */
  exit(scope: Scope, result: Json): Exit;
}

export interface TaskEntry {
  readonly parameters: Json;
  /** False where the state has neither Parameters nor Arguments: the payload is the state's effective input. */
  readonly hasParameters: boolean;
  readonly timeoutSeconds?: number;
  readonly heartbeatSeconds?: number;
  readonly credentials?: Json;
}

export interface ParallelState extends StateBase, Transition, Guarded {
  readonly type: "Parallel";
  readonly branches: readonly Graph[];
  /** The input of every branch. */
  enter(scope: Scope): Json;
  /** The state's output from the branches' outputs. */
  exit(scope: Scope, result: Json): Exit;
}

export interface MapState extends StateBase, Transition, Guarded {
  readonly type: "Map";
  readonly processor: Graph;
  readonly mode: "INLINE" | "DISTRIBUTED";
  readonly label?: string;
  /** Of the child executions, in distributed mode. */
  readonly executionType?: "STANDARD" | "EXPRESS";
  /** True where a ResultWriter sends the results elsewhere, and the state's result tells where. */
  readonly writesResults: boolean;
  /** The items (none where a reader gives them) and the limit of iterations at a time (0: none given). */
  enter(scope: Scope): MapEntry;
  /** The items that the input holds, also where a reader gives others. */
  inputItems(scope: Scope): readonly Json[];
  /**
   * Distributed mode: what the map run needs besides the items. Evaluated after MapStateStarted: its errors come after
   * that event.
   */
  enterRun(scope: Scope): MapRunEntry;
  /** True where the input of an iteration is made by an ItemSelector (or Parameters): else it is the item. */
  readonly selectsInput: boolean;
  /** The input of one iteration. The scope's context holds `Map.Item`; `item` is the raw item. */
  itemInput(scope: Scope, item: Json): Json;
  /** The state's output from the iterations' outputs. */
  exit(scope: Scope, result: Json): Exit;
}

export interface MapEntry {
  readonly items: readonly Json[];
  readonly maxConcurrency: number;
}

/** A map run's evaluated fields (page "Using Map state in Distributed mode" of the service's guide). */
export interface MapRunEntry {
  readonly toleratedFailureCount?: number;
  /** 0 to 100, fractions allowed. */
  readonly toleratedFailurePercentage?: number;
  /** Where the items come from, instead of the state's input. */
  readonly reader?: ItemReader;
  readonly batcher?: ItemBatcher;
  /** Where the results go. */
  readonly writer?: ResultWriter;
}

export interface ItemReader {
  /** `arn:aws:states:::s3:getObject` or `…:listObjectsV2`. */
  readonly resource: string;
  readonly parameters: Json;
  /** ReaderConfig as it stands in the definition. */
  readonly config: JsonObject;
  /** MaxItems; a negative number is an error of the reader, `field MaxItems must be positive`. */
  readonly maxItems?: number;
}

export interface ItemBatcher {
  readonly maxItemsPerBatch?: number;
  readonly maxInputBytesPerBatch?: number;
  readonly batchInput?: Json;
}

export interface ResultWriter {
  /** `arn:aws:states:::s3:putObject`; absent where results are only transformed. */
  readonly resource?: string;
  readonly parameters?: Json;
  /** WriterConfig as it stands in the definition. */
  readonly config: JsonObject;
}

/** States that can retry and catch: Task, Parallel, Map. */
interface Guarded {
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

/** A retrier with its defaults filled in (spec, "Retrying after error"). */
export interface Retrier {
  readonly errorEquals: readonly string[];
  /** Seconds, default 1. */
  readonly intervalSeconds: number;
  /** Default 3; 0 means never. */
  readonly maxAttempts: number;
  /** Default 2. */
  readonly backoffRate: number;
  readonly maxDelaySeconds?: number;
  /** `FULL` draws the delay from [0, delay). */
  readonly jitterStrategy: "FULL" | "NONE";
}

export interface Catcher {
  readonly errorEquals: readonly string[];
  readonly next: string;
  /** The next state's input from the error output ({Error, Cause}). */
  exit(scope: Scope, errorOutput: JsonObject): Exit;
}
