import type { Diagnostic, JsonObject } from "@pawl/asl";
import type { ExecutionStatus } from "./store/store.js";

/**
 * The engine as its callers see it: state machines, executions and activities, with the service's rules and errors
 * (`ServiceError`). A promise that resolves means that what it says is durable. Times are milliseconds since the epoch;
 * inputs, outputs and definitions are JSON texts.
 *
 * The engine checks what needs its state (does it exist, is the name taken, is the definition valid). The form of a
 * request (missing members, lengths, patterns) is checked before, by the server.
 */
export interface Engine {
  readonly stateMachines: StateMachines;
  readonly executions: Executions;
  readonly activities: Activities;
  /** Region and account of new ARNs. */
  readonly region: string;
  readonly accountId: string;
  /** Takes no more work, aborts running tasks (they start again with the next process), commits, closes the store. */
  close(): Promise<void>;
}

export type StateMachineType = "STANDARD" | "EXPRESS";

/** Parts of a state machine that are kept and reported as they were given. */
export interface Configuration {
  readonly loggingConfiguration?: JsonObject;
  readonly tracingConfiguration?: JsonObject;
  readonly encryptionConfiguration?: JsonObject;
}

export interface CreateStateMachine extends Configuration {
  readonly name: string;
  readonly definition: string;
  readonly roleArn: string;
  readonly type: StateMachineType;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

export interface UpdateStateMachine extends Configuration {
  readonly stateMachineArn: string;
  readonly definition?: string;
  readonly roleArn?: string;
}

export interface StateMachineDescription extends Configuration {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly type: StateMachineType;
  readonly status: "ACTIVE" | "DELETING";
  readonly definition: string;
  readonly roleArn: string;
  readonly creationDate: number;
  /** When this revision was made. */
  readonly updateDate: number;
  /** Absent for the first revision. */
  readonly revisionId?: string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Opaque; absent on the last page. */
  readonly nextToken?: string;
}

export interface PageRequest {
  /** 1 to 1,000. */
  readonly maxResults: number;
  readonly nextToken?: string;
}

export interface StateMachines {
  /**
   * Idempotent for the same content (role and tags aside).
   * @throws ServiceError InvalidDefinition, StateMachineAlreadyExists
   */
  create(request: CreateStateMachine): Promise<{ stateMachineArn: string; creationDate: number }>;
  /** @throws ServiceError InvalidDefinition, StateMachineDoesNotExist, StateMachineDeleting */
  update(request: UpdateStateMachine): Promise<{ updateDate: number; revisionId?: string }>;
  /** Unknown ARNs are no error. Running executions are stopped at their next transition. */
  delete(stateMachineArn: string): Promise<void>;
  /** @throws ServiceError StateMachineDoesNotExist */
  describe(stateMachineArn: string): Promise<StateMachineDescription>;
  /** @throws ServiceError ExecutionDoesNotExist */
  describeForExecution(executionArn: string): Promise<StateMachineDescription>;
  /** Newest first. @throws ServiceError InvalidToken */
  list(
    request: PageRequest,
  ): Promise<Page<Pick<StateMachineDescription, "stateMachineArn" | "name" | "type" | "creationDate">>>;
  /** All faults of a definition; see `compile` of @pawl/asl. */
  validate(definition: string, type: StateMachineType): readonly Diagnostic[];
}

export interface StartExecution {
  /** Unqualified, or qualified by a version or an alias. */
  readonly stateMachineArn: string;
  /** A UUID where absent. */
  readonly name?: string;
  /** Valid JSON text. */
  readonly input: string;
  readonly traceHeader?: string;
}

export interface ExecutionSummary {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly stateMachineVersionArn?: string;
  readonly stateMachineAliasArn?: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startDate: number;
  readonly stopDate?: number;
}

export interface ExecutionDescription extends ExecutionSummary {
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly traceHeader?: string;
}

export interface HistoryRequest {
  readonly executionArn: string;
  /** 1 to 1,000. */
  readonly maxResults: number;
  readonly reverseOrder: boolean;
  readonly nextToken?: string;
}

export interface Executions {
  /**
   * STANDARD: the same name and input while it runs gives the same execution again; EXPRESS: always a new one.
   * @throws ServiceError StateMachineDoesNotExist, StateMachineDeleting, ExecutionAlreadyExists
   */
  start(request: StartExecution): Promise<{ executionArn: string; startDate: number }>;
  /** @throws ServiceError ExecutionDoesNotExist */
  describe(executionArn: string): Promise<ExecutionDescription>;
  /** Newest first. @throws ServiceError StateMachineDoesNotExist, StateMachineTypeNotSupported, InvalidToken */
  list(
    request: PageRequest & { readonly stateMachineArn: string; readonly status?: ExecutionStatus },
  ): Promise<Page<ExecutionSummary>>;
  /** Stopping an execution that has ended changes nothing. @throws ServiceError ExecutionDoesNotExist */
  stop(request: {
    readonly executionArn: string;
    readonly error?: string;
    readonly cause?: string;
  }): Promise<{ stopDate: number }>;
  /** Events as JSON texts, each one event in the API's form. @throws ServiceError ExecutionDoesNotExist, InvalidToken */
  history(request: HistoryRequest): Promise<Page<string>>;
  /** Resolves with the description once the execution has ended. */
  ended(executionArn: string, signal?: AbortSignal): Promise<ExecutionDescription>;
}

export interface ActivityDescription {
  readonly activityArn: string;
  readonly name: string;
  readonly creationDate: number;
  readonly encryptionConfiguration?: JsonObject;
}

export interface Activities {
  /** Idempotent by name. */
  create(request: {
    readonly name: string;
    readonly tags: readonly { readonly key: string; readonly value: string }[];
    readonly encryptionConfiguration?: JsonObject;
  }): Promise<{ activityArn: string; creationDate: number }>;
  /** @throws ServiceError ActivityDoesNotExist */
  describe(activityArn: string): Promise<ActivityDescription>;
  /** Unknown ARNs are no error. */
  delete(activityArn: string): Promise<void>;
  /** Newest first. @throws ServiceError InvalidToken */
  list(request: PageRequest): Promise<Page<ActivityDescription>>;
  /**
   * The oldest task that no worker has taken, waiting up to 60 seconds for one; undefined where none came. `signal` is the
   * caller's going away: no task is handed out after it.
   * @throws ServiceError ActivityDoesNotExist, ActivityWorkerLimitExceeded
   */
  task(
    request: { readonly activityArn: string; readonly workerName?: string },
    signal: AbortSignal,
  ): Promise<{ taskToken: string; input: string } | undefined>;
  /** These three serve activities and `.waitForTaskToken` alike. @throws ServiceError InvalidToken, TaskDoesNotExist, TaskTimedOut */
  succeed(request: { readonly taskToken: string; readonly output: string }): Promise<void>;
  fail(request: { readonly taskToken: string; readonly error?: string; readonly cause?: string }): Promise<void>;
  heartbeat(request: { readonly taskToken: string }): Promise<void>;
}
