import type { FunctionCounts } from "./functions/worker-pool.js";
import type { HistogramReading } from "./runtime/counters.js";
import type { ExecutionStatus } from "./store/store.js";

/** What those who run an engine ask of it, besides what its callers do. */
export interface Operating {
  /** Resolves where the store can be read and commits succeed. @throws Error that says what does not work */
  check(): Promise<void>;
  /** What this process has done, and what it has to do. Cheap: nothing is read from the store. */
  metrics(): EngineMetrics;
  /**
   * Writes everything that is durable when it begins to a new file: a database that `restore` takes. Commits and reads
   * wait meanwhile: 3 seconds for a gigabyte.
   * @param file must not exist
   * @throws StoreError
   */
  backup(file: string): Promise<void>;
}

/** Counts are those of this process, not of what the store holds. */
export interface EngineMetrics {
  readonly started: Readonly<Record<"STANDARD" | "EXPRESS", number>>;
  readonly ended: Readonly<Record<Exclude<ExecutionStatus, "RUNNING">, number>>;
  /** Events that executions took: starts, results of tasks, timers. */
  readonly transitions: number;
  readonly historyEvents: number;
  readonly failedCommits: number;
  /** Seconds. */
  readonly commitTime: HistogramReading;
  /** Executions in one commit. */
  readonly batchSize: HistogramReading;
  /** Events that are not durable yet. */
  readonly queueLength: number;
  /** Executions in memory. */
  readonly liveExecutions: number;
  /** Functions that run in processes of Pawl. */
  readonly functions: FunctionCounts;
  /** Records of executions' histories that were handed to those who keep logs, and those that were lost. */
  readonly logRecords: { readonly delivered: number; readonly lost: number };
}
