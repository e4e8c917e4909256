import type { LogEntry } from "./log-record.js";
import type { LogGroup } from "./log-settings.js";

/** Records of one state machine for one log group. */
export interface LogStream {
  readonly group: LogGroup;
  readonly stateMachineName: string;
}

/** A way out for log records: a folder, standard output, CloudWatch Logs. */
export interface LogTransport {
  /** For messages and metrics, such as `CloudWatch Logs`. */
  readonly name: string;
  /** The most that one call of `send` takes. */
  readonly batch: {
    readonly entries: number;
    /** Of all messages in UTF-8, with `overhead` bytes for each. */
    readonly bytes: number;
    readonly overhead: number;
    /** The longest time, in milliseconds, between the first and the last entry. */
    readonly span?: number;
  };
  /**
   * Hands a batch on, oldest entry first; called for a stream when the last call for it has ended.
   * @returns how many of the entries were refused for good; 0 where absent
   * @throws LogRefusedError where the batch will never be taken, any other error where it may be later
   */
  send(stream: LogStream, entries: readonly LogEntry[], signal: AbortSignal): Promise<number | undefined>;
  /** False where the log group is known not to exist. */
  hasGroup?(group: LogGroup): Promise<boolean>;
  close?(): void;
}

/** It makes no sense to try again. */
export class LogRefusedError extends Error {
  override readonly name = "LogRefusedError";
}
