/**
 * What must survive. A store holds rows and knows nothing of what they mean.
 *
 * Everything that changes goes through {@link Store.commit}: one call, one transaction, durable on disk when its promise
 * resolves, or not done at all when it rejects. Times are milliseconds since the epoch.
 */
export interface Store {
  /** The next free execution id; ids only grow. Reserving costs no commit. */
  nextExecutionId(): number;
  /** The next free revision id; ids only grow. */
  nextRevisionId(): number;

  commit(changes: Changes): Promise<void>;

  execution(arn: string): Promise<ExecutionRow | undefined>;
  executionById(id: number): Promise<ExecutionRow | undefined>;
  /**
   * At most `limit`, only those before `before` where given: of a state machine by {@link listedAt}, then id, descending; of a map run
   * by id, descending.
   */
  listExecutions(query: ExecutionQuery): Promise<ExecutionRow[]>;
  /** Children of a map run, by id ascending, at most `limit`, only ids above `after` where given. */
  mapRunExecutions(mapRunArn: string, limit: number, after?: number): Promise<ExecutionRow[]>;
  /** The same without what may be large. */
  mapRunChildren(mapRunArn: string, limit: number, after?: number): Promise<ChildRow[]>;
  /** Children that are RUNNING, of one map run where it is given, else of all: by id ascending, at most `limit`, above `after`. */
  runningChildren(query: {
    readonly mapRunArn?: string;
    readonly limit: number;
    readonly after?: number;
  }): Promise<ChildRow[]>;
  mapRun(arn: string): Promise<MapRunRow | undefined>;
  /** Map runs of an execution, newest first, at most `limit`, only those that were stored before the run `before` where given. */
  mapRuns(executionId: number, limit: number, before?: string): Promise<MapRunRow[]>;
  /** True while an execution of this state machine is RUNNING. */
  hasRunningExecution(stateMachineArn: string): Promise<boolean>;

  /** Whole chunks that hold events from `from` to `to`, both included, in order. */
  history(executionId: number, from: number, to: number): Promise<HistoryChunk[]>;
  /** The id of the execution's last event; 0 where it has none. */
  lastEventId(executionId: number): Promise<number>;

  /** All branches of an execution, by id ascending. */
  branches(executionId: number): Promise<BranchRow[]>;
  /** Branches whose `dueAt` is at or before `time`, earliest first, at most `limit`. */
  due(time: number, limit: number): Promise<BranchKey[]>;
  /** The earliest `dueAt` of all branches. */
  nextDue(): Promise<number | undefined>;
  /** Branches of activity tasks that no worker has taken, first queued first, at most `limit`, only after `after` where given. */
  queued(activityArn: string, limit: number, after?: number): Promise<QueuedTask[]>;
  /** Ids of executions with a branch that has `restart` set: what a new process must take up at once. */
  restarting(): Promise<number[]>;
  /** Jobs that are to be stopped, by execution and attempt, at most `limit`, only those after `after` where given. */
  jobStops(limit: number, after?: JobStopKey): Promise<JobStopRow[]>;

  stateMachine(arn: string): Promise<StateMachineRow | undefined>;
  /** By ARN, those after the ARN `after` where given. */
  listStateMachines(limit: number, after?: string): Promise<StateMachineRow[]>;
  revision(id: number): Promise<RevisionRow | undefined>;
  /** All versions of a state machine, newest first (by number). */
  versions(stateMachineArn: string): Promise<VersionRow[]>;
  /** All aliases of a state machine, by name ascending. */
  aliases(stateMachineArn: string): Promise<AliasRow[]>;

  activity(arn: string): Promise<ActivityRow | undefined>;
  /** By ARN, those after the ARN `after` where given. */
  listActivities(limit: number, after?: string): Promise<ActivityRow[]>;

  /**
   * What can be removed: executions that closed before `closed`, and those whose redrive nobody can ask for because they ended
   * without success before `ended`; of each the first to stop first, at most `limit`. Children of map runs are none of them: they
   * go with the execution that started them.
   */
  removable(query: { readonly closed: number; readonly ended: number; readonly limit: number }): Promise<Removable>;

  /**
   * Writes everything that is committed to a new file, which is whole and on disk when this resolves; commits and reads wait
   * meanwhile. Rejects where the file exists.
   */
  backup(file: string): Promise<void>;
  /** Waits for nothing: every commit is already durable. */
  close(): Promise<void>;
}

export interface Removable {
  readonly executions: readonly number[];
  /** In order; those that a commit has named are not given again. */
  readonly pastRedrive: readonly StoppedExecution[];
  /** True while something is left of what was removed. */
  readonly hasRemains: boolean;
}

export interface StoppedExecution {
  readonly id: number;
  readonly stopDate: number;
}

/** One transaction. Absent members change nothing. */
export interface Changes {
  /** At most one for an execution. */
  readonly executions?: readonly ExecutionChange[];
  /** Ids; their history, branches and map runs go with them. */
  readonly deletedExecutions?: readonly number[];
  /** Jobs that have been stopped, or need not be any more. */
  readonly endedJobStops?: readonly JobStopKey[];
  readonly removal?: Removal;
  readonly revisions?: readonly RevisionRow[];
  /** Inserted, or replaced by ARN. */
  readonly stateMachines?: readonly StateMachineRow[];
  /** ARNs; their versions and aliases go with them, their revisions stay. */
  readonly deletedStateMachines?: readonly string[];
  readonly versions?: readonly VersionRow[];
  readonly deletedVersions?: readonly Pick<VersionRow, "stateMachineArn" | "number">[];
  /** Inserted, or replaced by state machine and name. */
  readonly aliases?: readonly AliasRow[];
  readonly deletedAliases?: readonly Pick<AliasRow, "stateMachineArn" | "name">[];
  readonly activities?: readonly ActivityRow[];
  readonly deletedActivities?: readonly string[];
}

/**
 * Old executions that leave. They are not there after the commit; what belongs to them (history, branches, children) goes with
 * this commit and later ones, a bounded number of rows with each, so that none of them takes long.
 */
export interface Removal {
  /** Ids of closed executions. */
  readonly executions: readonly number[];
  /** Executions that stay without the branches that they kept for a redrive, as {@link Store.removable} gave them. */
  readonly pastRedrive: readonly StoppedExecution[];
}

export interface ExecutionChange {
  readonly id: number;
  /** `insert` for a new execution, never redriven; `update` where its status changed; absent where the row stays as it is. */
  readonly insert?: ExecutionRow;
  readonly update?: ExecutionOutcome;
  readonly history?: HistoryChunk;
  /** Branches to insert or replace. */
  readonly branches?: readonly BranchRow[];
  /** Ids of branches to delete; `all` where the execution ended. */
  readonly deletedBranches?: readonly number[] | "all";
  /** Map runs of the execution: inserted, or replaced by ARN. */
  readonly mapRuns?: readonly MapRunRow[];
  /** Jobs that its tasks have started and that are to be stopped: inserted, or replaced by attempt. */
  readonly jobStops?: readonly JobStopRow[];
}

export interface ExecutionRow extends ExecutionOutcome {
  readonly id: number;
  readonly arn: string;
  readonly name: string;
  /** The unqualified ARN of the state machine. */
  readonly stateMachineArn: string;
  /** The version that it runs and the alias that chose it, where it was started with one of them. */
  readonly stateMachineVersionArn: string | null;
  readonly stateMachineAliasArn: string | null;
  /** The revision whose definition it runs. */
  readonly revisionId: number;
  readonly startDate: number;
  /** JSON text. */
  readonly input: string;
  readonly traceHeader: string | null;
  /** The map run that it is a child of; null where it is none. */
  readonly mapRunArn: string | null;
  /** JSON text that says whom to tell of its end; null where it is no child. */
  readonly parent: string | null;
  /** The test case of the mock configuration that it runs; absent where it runs none. */
  readonly testCase?: string;
}

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

export interface ExecutionOutcome {
  readonly status: ExecutionStatus;
  readonly stopDate: number | null;
  /** JSON text. */
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
  /** JSON text of what is known of its redrives. Absent where there was none; in an update, where it stays as it is. */
  readonly redrive?: string;
}

export type ExecutionQuery = (StateMachineQuery | MapRunQuery) & {
  readonly status?: ExecutionStatus;
  readonly limit: number;
};

export interface StateMachineQuery {
  readonly stateMachineArn: string;
  /** Only those that were started with this version, or with this alias. */
  readonly stateMachineVersionArn?: string;
  readonly stateMachineAliasArn?: string;
  readonly before?: ListedPlace;
}

/**
 * A place in a list of a state machine's executions, which is in the order of their last start or end
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html): {@link listedAt}, then id.
 */
export interface ListedPlace {
  /** Milliseconds since the epoch. */
  readonly listedAt: number;
  readonly id: number;
}

/** When the execution ended; of one that runs, when it was redriven, or started. */
export function listedAt({ stopDate, startDate, redrive }: ExecutionRow): number {
  return stopDate ?? (redrive === undefined ? startDate : (JSON.parse(redrive) as { date: number }).date);
}

export interface MapRunQuery {
  /** The children of this map run. */
  readonly mapRunArn: string;
  /** Only those that were redriven, or only those that were not. */
  readonly redriven?: boolean;
  /** Only those with ids below. */
  readonly before?: number;
}

/** What of a child execution tells how far its map run is. */
export type ChildRow = Pick<ExecutionRow, "id" | "status" | "mapRunArn" | "parent" | "redrive">;

export interface MapRunRow {
  readonly arn: string;
  /** The execution that it belongs to. */
  readonly executionId: number;
  readonly status: MapRunStatus;
  readonly startDate: number;
  readonly stopDate: number | null;
  /** JSON text: its settings and, once it has ended, its counts. */
  readonly data: string;
}

export type MapRunStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "ABORTED";

/** The events that one commit appended, oldest first: one a line, in the form of `history/event-text.ts`. */
export interface HistoryChunk {
  readonly firstEventId: number;
  readonly lastEventId: number;
  readonly events: string;
}

/**
 * A store may cut a chunk after every so many events, counted from the chunk's first: the parts stand by themselves. Pages of 100 to 1,000
 * are read; with parts as long as a commit's chunk, 4,096, a page of 1,000 read four times as much as it shows.
 */
export const EVENTS_OF_A_PART = 250;

/** One branch of a running execution, and what wakes it. */
export interface BranchRow {
  readonly id: number;
  /** JSON text of the branch. */
  readonly data: string;
  /** The next time at which the branch must be looked at; null where time does not wake it. */
  readonly dueAt: number | null;
  /** ARN of the activity whose queue the branch's task stands in, until a worker takes it. */
  readonly activityArn: string | null;
  /** True where the branch waits for something that a process does and that dies with it, such as a call to a function. */
  readonly restart: boolean;
}

export interface JobStopKey {
  readonly executionId: number;
  /** Of the task, as in the branch that waited for the job. */
  readonly attempt: number;
}

/** A job that nobody waits for any more. It stays when its execution goes, until the job is stopped. */
export interface JobStopRow extends JobStopKey {
  /** JSON text of what is needed to stop it. */
  readonly data: string;
}

export interface BranchKey {
  readonly executionId: number;
  readonly branchId: number;
  readonly dueAt: number;
}

export interface QueuedTask {
  readonly executionId: number;
  readonly branchId: number;
  /** Grows with the order of queueing. */
  readonly position: number;
}

export interface StateMachineRow {
  readonly arn: string;
  readonly name: string;
  readonly type: "STANDARD" | "EXPRESS";
  readonly status: "ACTIVE" | "DELETING";
  readonly creationDate: number;
  /** The current revision. */
  readonly revisionId: number;
  /** The highest number that a version of it was given, deleted or not; 0 before the first. */
  readonly lastVersion: number;
  /** JSON text of what does not depend on the revision: tags. */
  readonly settings: string;
}

/** What a state machine was at one time: an effective update makes a new revision. */
export interface RevisionRow {
  readonly id: number;
  readonly stateMachineArn: string;
  /** The service's revision id (a UUID); null for the first revision. */
  readonly revision: string | null;
  readonly updateDate: number;
  readonly definition: string;
  readonly roleArn: string;
  /** JSON text: logging, tracing and encryption configuration. */
  readonly configuration: string;
}

/** A revision that was published. */
export interface VersionRow {
  readonly stateMachineArn: string;
  /** From 1 on. The version's ARN is that of the state machine, a colon and this number. */
  readonly number: number;
  readonly revisionId: number;
  readonly creationDate: number;
  readonly description: string | null;
}

export interface AliasRow {
  readonly stateMachineArn: string;
  /** The alias's ARN is that of the state machine, a colon and this name. */
  readonly name: string;
  readonly creationDate: number;
  /** Null before the first update. */
  readonly updateDate: number | null;
  readonly description: string | null;
  /** JSON text: the versions that it points to, and their weights. */
  readonly routing: string;
}

export interface ActivityRow {
  readonly arn: string;
  readonly name: string;
  readonly creationDate: number;
  /** JSON text: tags, encryption configuration. */
  readonly settings: string;
}
