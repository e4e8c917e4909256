import type { Diagnostic, JsonObject } from "@pawl/asl";
import type { Home } from "./arn.js";
import type { MapRunCounts, MapRunSettings } from "./map-run-record.js";
import type { Operating } from "./operating.js";
import type { ExecutionStatus, MapRunStatus } from "./store/store.js";
import type { TestStateRequest, TestStateResult } from "./test-state/request.js";

/**
 * The engine as its callers see it: state machines, executions and activities, with the service's rules and errors
 * (`ServiceError`). A promise that resolves means that what it says is durable. Times are milliseconds since the epoch;
 * inputs, outputs and definitions are JSON texts.
 *
 * The engine checks what needs its state (does it exist, is the name taken, is the definition valid). The form of a
 * request (missing members, lengths, patterns) is checked before, by the server.
 */
export interface Engine extends Operating {
  readonly stateMachines: StateMachines;
  readonly versions: Versions;
  readonly aliases: Aliases;
  readonly executions: Executions;
  readonly mapRuns: MapRuns;
  readonly activities: Activities;
  readonly tags: Tags;
  /** Region and account of new ARNs, and of all that is seen. */
  readonly region: string;
  readonly accountId: string;
  /**
   * The same engine for another account and region, which sees its own resources and no others. It stays in memory: some 5 kB.
   * Closing one of them closes all.
   */
  at(home: Home): Engine;
  /**
   * Runs one state by itself, with a mock for the work that it does or with real calls. Nothing is kept.
   * @param signal the caller's going away, which ends the test
   * @throws ServiceError InvalidDefinition, ValidationException
   */
  testState(request: TestStateRequest, signal: AbortSignal): Promise<TestStateResult>;
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

/** A wish for a version of what is created or updated. */
export interface Publication {
  readonly description?: string;
}

export interface CreateStateMachine extends Configuration {
  readonly name: string;
  readonly definition: string;
  readonly roleArn: string;
  readonly type: StateMachineType;
  readonly tags: readonly Tag[];
  readonly publish?: Publication;
}

export interface UpdateStateMachine extends Configuration {
  readonly stateMachineArn: string;
  readonly definition?: string;
  readonly roleArn?: string;
  readonly publish?: Publication;
}

export interface StateMachineDescription extends Configuration {
  /** That of the version, where a version is described. */
  readonly stateMachineArn: string;
  readonly name: string;
  readonly type: StateMachineType;
  readonly status: "ACTIVE" | "DELETING";
  readonly definition: string;
  readonly roleArn: string;
  /** That of the version, where a version is described. */
  readonly creationDate: number;
  /** Of the version, where it has one. */
  readonly description?: string;
  /** When this revision was made. */
  readonly updateDate: number;
  /** Absent for the first revision. */
  readonly revisionId?: string;
  /** Of a child execution, where the state machine is described for one. */
  readonly mapRunArn?: string;
  /** The label of the Map state that the child execution belongs to. */
  readonly label?: string;
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
  create(
    request: CreateStateMachine,
  ): Promise<{ stateMachineArn: string; creationDate: number; stateMachineVersionArn?: string }>;
  /** @throws ServiceError InvalidDefinition, StateMachineDoesNotExist, StateMachineDeleting, ServiceQuotaExceededException */
  update(
    request: UpdateStateMachine,
  ): Promise<{ updateDate: number; revisionId?: string; stateMachineVersionArn?: string }>;
  /**
   * Its versions and aliases go with it. Unknown ARNs are no error. Running executions are stopped at their next transition.
   */
  delete(stateMachineArn: string): Promise<void>;
  /** @param stateMachineArn of a state machine or of a version. @throws ServiceError StateMachineDoesNotExist */
  describe(stateMachineArn: string): Promise<StateMachineDescription>;
  /** @throws ServiceError ExecutionDoesNotExist */
  describeForExecution(executionArn: string): Promise<StateMachineDescription>;
  /** By name. @throws ServiceError InvalidToken */
  list(
    request: PageRequest,
  ): Promise<Page<Pick<StateMachineDescription, "stateMachineArn" | "name" | "type" | "creationDate">>>;
  /** All faults of a definition; see `compile` of @pawl/asl. */
  validate(definition: string, type: StateMachineType): readonly Diagnostic[];
}

/** Revisions under numbers, which stay as they are for as long as the version is there. */
export interface Versions {
  /**
   * Publishes the current revision: where it has a version, that one again.
   * @throws ServiceError StateMachineDoesNotExist, StateMachineDeleting, ConflictException, ServiceQuotaExceededException
   */
  publish(request: {
    readonly stateMachineArn: string;
    /** What the current revision must be; `INITIAL` for the first. */
    readonly revisionId?: string;
    readonly description?: string;
  }): Promise<{ stateMachineVersionArn: string; creationDate: number }>;
  /** Unknown versions are no error; what it started goes on. @throws ServiceError ConflictException while an alias points to it */
  delete(stateMachineVersionArn: string): Promise<void>;
  /** Newest first. Empty where there is no such state machine. @throws ServiceError InvalidToken */
  list(
    request: PageRequest & { readonly stateMachineArn: string },
  ): Promise<Page<{ stateMachineVersionArn: string; creationDate: number }>>;
}

/** One of the versions that an alias points to. */
export interface Route {
  readonly stateMachineVersionArn: string;
  /** Per cent of the starts that it gets. */
  readonly weight: number;
}

export interface AliasDescription {
  readonly stateMachineAliasArn: string;
  readonly name: string;
  readonly description?: string;
  readonly routingConfiguration: readonly Route[];
  readonly creationDate: number;
  /** Absent before the first update. */
  readonly updateDate?: number;
}

/** Names for one or two versions of a state machine. */
export interface Aliases {
  /**
   * An alias of the state machine whose versions the routes name. Idempotent for the same description and routes.
   * @throws ServiceError ValidationException, ResourceNotFound, StateMachineDeleting, ConflictException,
   * ServiceQuotaExceededException
   */
  create(request: {
    readonly name: string;
    readonly description?: string;
    readonly routingConfiguration: readonly Route[];
  }): Promise<{ stateMachineAliasArn: string; creationDate: number }>;
  /** What is not given stays. @throws ServiceError ValidationException, ResourceNotFound, StateMachineDeleting */
  update(request: {
    readonly stateMachineAliasArn: string;
    readonly description?: string;
    readonly routingConfiguration?: readonly Route[];
  }): Promise<{ updateDate: number }>;
  /** Unknown ARNs are no error; what it started goes on. */
  delete(stateMachineAliasArn: string): Promise<void>;
  /** @throws ServiceError ResourceNotFound */
  describe(stateMachineAliasArn: string): Promise<AliasDescription>;
  /**
   * Those of a state machine, or those that point to a version. By name, as the service was heard to list them.
   * @throws ServiceError StateMachineDoesNotExist, StateMachineDeleting, ResourceNotFound, InvalidToken
   */
  list(
    request: PageRequest & { readonly stateMachineArn: string },
  ): Promise<Page<{ stateMachineAliasArn: string; creationDate: number }>>;
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
  readonly redriveCount: number;
  /** Of the last redrive. */
  readonly redriveDate?: number;
}

export interface ExecutionDescription extends ExecutionSummary {
  /** The map run that it is a child of. */
  readonly mapRunArn?: string;
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly traceHeader?: string;
  readonly redriveStatus: "REDRIVABLE" | "NOT_REDRIVABLE" | "REDRIVABLE_BY_MAP_RUN";
  /** Why it cannot be redriven. */
  readonly redriveStatusReason?: string;
}

/** An express execution that has ended. */
export interface SyncExecution {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: Exclude<ExecutionStatus, "RUNNING">;
  readonly startDate: number;
  readonly stopDate: number;
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly traceHeader?: string;
  readonly billedDurationInMilliseconds: number;
  readonly billedMemoryUsedInMB: number;
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
  /**
   * EXPRESS only: runs it to its end, whoever still waits for that. Nothing of it is kept: it ends with the process.
   * @throws ServiceError StateMachineDoesNotExist, StateMachineDeleting, StateMachineTypeNotSupported
   */
  startSync(request: StartExecution): Promise<SyncExecution>;
  /** @throws ServiceError ExecutionDoesNotExist */
  describe(executionArn: string): Promise<ExecutionDescription>;
  /**
   * Newest first, by their end, or by their start or last redrive while they run; where the ARN is that of a version or of an alias, those that were started with it.
   * @throws ServiceError StateMachineDoesNotExist, StateMachineTypeNotSupported, InvalidToken
   */
  list(
    request: PageRequest & { readonly stateMachineArn: string; readonly status?: ExecutionStatus },
  ): Promise<Page<ExecutionSummary>>;
  /** Stopping an execution that has ended changes nothing. @throws ServiceError ExecutionDoesNotExist */
  stop(request: {
    readonly executionArn: string;
    readonly error?: string;
    readonly cause?: string;
  }): Promise<{ stopDate: number }>;
  /**
   * Lets an execution that has ended without success go on with what did not succeed. A client token that has brought about a
   * redrive gives the date of that one again.
   * @throws ServiceError ExecutionDoesNotExist, ExecutionNotRedrivable
   */
  redrive(request: { readonly executionArn: string; readonly clientToken?: string }): Promise<{ redriveDate: number }>;
  /** Events as JSON texts, each one event in the API's form. @throws ServiceError ExecutionDoesNotExist, InvalidToken */
  history(request: HistoryRequest): Promise<Page<string>>;
  /** Resolves with the description once the execution has ended. */
  ended(executionArn: string, signal?: AbortSignal): Promise<ExecutionDescription>;
}

export interface MapRunSummary {
  readonly mapRunArn: string;
  readonly executionArn: string;
  /** What its children report as their state machine. */
  readonly stateMachineArn: string;
  readonly startDate: number;
  readonly stopDate?: number;
}

export interface MapRunDescription extends MapRunSummary, MapRunSettings {
  readonly status: MapRunStatus;
  readonly executionCounts: MapRunCounts;
  readonly itemCounts: MapRunCounts;
  readonly redriveCount: number;
  /** Of the last redrive. */
  readonly redriveDate?: number;
}

/** A child execution of a map run. */
export interface ChildSummary extends Omit<ExecutionSummary, "status"> {
  readonly mapRunArn: string;
  readonly itemCount: number;
  /** PENDING_REDRIVE: it did not succeed, and its map run, which was redriven, has not come to it yet. */
  readonly status: ExecutionStatus | "PENDING_REDRIVE";
}

/** The runs of Map states in distributed mode. */
export interface MapRuns {
  /** @throws ServiceError ResourceNotFound */
  describe(mapRunArn: string): Promise<MapRunDescription>;
  /** Those of an execution, newest first. @throws ServiceError ExecutionDoesNotExist, InvalidToken */
  list(request: PageRequest & { readonly executionArn: string }): Promise<Page<MapRunSummary>>;
  /** The child executions, newest first. @throws ServiceError ResourceNotFound, InvalidToken */
  listExecutions(
    request: PageRequest & {
      readonly mapRunArn: string;
      readonly status?: ChildSummary["status"];
      /** Only those that were redriven, or only those that were not. */
      readonly redriven?: boolean;
    },
  ): Promise<Page<ChildSummary>>;
  /** What is not given stays. @throws ServiceError ResourceNotFound, ValidationException where it does not run */
  update(request: { readonly mapRunArn: string } & Partial<MapRunSettings>): Promise<void>;
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
    readonly tags: readonly Tag[];
    readonly encryptionConfiguration?: JsonObject;
  }): Promise<{ activityArn: string; creationDate: number }>;
  /** @throws ServiceError ActivityDoesNotExist */
  describe(activityArn: string): Promise<ActivityDescription>;
  /** Unknown ARNs are no error. */
  delete(activityArn: string): Promise<void>;
  /** By name. @throws ServiceError InvalidToken */
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

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** Tags of state machines and activities, by ARN. Versions and aliases have none. */
export interface Tags {
  /** In the order in which they were given. @throws ServiceError ResourceNotFound */
  list(resourceArn: string): Promise<readonly Tag[]>;
  /** A key that is there gets the new value. @throws ServiceError ResourceNotFound, TooManyTags */
  add(request: { readonly resourceArn: string; readonly tags: readonly Tag[] }): Promise<void>;
  /** Keys that are not there are no error. @throws ServiceError ResourceNotFound */
  remove(request: { readonly resourceArn: string; readonly tagKeys: readonly string[] }): Promise<void>;
}
