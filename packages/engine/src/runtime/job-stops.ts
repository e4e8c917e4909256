import { parseJson } from "@pawl/asl";
import type { Clock } from "../clock.js";
import type { Changes, JobStopKey, JobStopRow, Store } from "../store/store.js";
import { StoreError } from "../store/store-error.js";
import type { TaskHandler } from "../tasks/task-handler.js";
import { type JobStop, readJobStop } from "./job-stop.js";

/**
 * Stops jobs that nobody waits for any more: a nested execution whose parent was stopped, a job of a task that has timed out. That
 * one is to be stopped is in the commit that ended the wait for it, and is forgotten when it was done: where the process dies
 * between the two, the next one does it.
 */
export class JobStops {
  readonly #host: JobStopHost;
  readonly #underWay = new Set<string>();
  /** Done, and not yet forgotten by the store. */
  #ended: JobStopKey[] = [];
  #isWriting = false;
  readonly #closing = new AbortController();

  constructor(host: JobStopHost) {
    this.#host = host;
  }

  /**
   * Stops a job. That it is to be stopped is durable.
   * @param starting what the call that starts it gives, where it is under way
   */
  begin(stop: JobStop, starting: Promise<string> | undefined): void {
    void this.#begin(stop, starting);
  }

  async #begin(stop: JobStop, starting: Promise<string> | undefined): Promise<void> {
    const { request } = stop;
    if (request.submitted !== undefined) return this.#stop(stop);
    // This process has made no call that could have started it.
    if (starting === undefined) return this.#forget(stop);
    try {
      const submitted = parseJson(await starting);
      return this.#stop({ ...stop, request: { ...request, submitted } });
    } catch (error) {
      // A commit that failed may have been done after all.
      return error instanceof StoreError || this.#closing.signal.aborted ? this.#stop(stop) : this.#forget(stop);
    }
  }

  /** Stops what the last process has left. Resolves when that was tried. @throws StoreError */
  async takeUp(): Promise<void> {
    for (let after: JobStopKey | undefined; ; ) {
      const rows: JobStopRow[] = await this.#host.store.jobStops(ROWS_A_READ, after);
      await Promise.all(rows.map((row) => this.#takeUp(row)));
      after = rows.at(-1);
      if (after === undefined || rows.length < ROWS_A_READ) return;
    }
  }

  async #takeUp(row: JobStopRow): Promise<void> {
    let stop: JobStop;
    try {
      stop = readJobStop(row);
    } catch (error) {
      // It stays: another version of Pawl may know better.
      this.#host.log(
        `a job of execution ${row.executionId} is not stopped, because it cannot be read: ${(error as Error).message}`,
      );
      return;
    }
    await this.#stop(stop);
  }

  async #stop(stop: JobStop): Promise<void> {
    const key = `${stop.executionId}/${stop.attempt}`;
    if (this.#underWay.has(key)) return;
    this.#underWay.add(key);
    if (await this.#tryToStop(stop)) this.#forget(stop);
    this.#underWay.delete(key);
  }

  #forget({ executionId, attempt }: JobStop): void {
    this.#ended.push({ executionId, attempt });
    if (!this.#isWriting) void this.#forgetEnded();
  }

  /** False where the engine was closed before: the next process does it. */
  async #tryToStop({ request }: JobStop): Promise<boolean> {
    const { runTask, log } = this.#host;
    const { signal } = this.#closing;
    for (let tries = 1; !signal.aborted; ) {
      try {
        await runTask(request, signal);
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        // What Pawl's own store keeps from being done is done when it can be.
        if (!(error instanceof StoreError) && tries++ >= MOST_TRIES) {
          const { resource, execution } = request;
          log(
            `the job of ${resource.arn} that ${execution.arn} waited for is not stopped: ${(error as Error).message}`,
          );
          return true;
        }
      }
      await this.#pause(tries * RETRY_MILLISECONDS);
    }
    return false;
  }

  /** In one commit what ended while the last one was written. */
  async #forgetEnded(): Promise<void> {
    this.#isWriting = true;
    while (this.#ended.length > 0 && !this.#closing.signal.aborted) {
      const endedJobStops = this.#ended;
      this.#ended = [];
      try {
        await this.#host.commit({ endedJobStops });
      } catch {
        this.#ended = [...endedJobStops, ...this.#ended];
        await this.#pause(RETRY_MILLISECONDS);
      }
    }
    this.#isWriting = false;
  }

  #pause(milliseconds: number): Promise<void> {
    const { clock } = this.#host;
    return new Promise((resolve) => clock.at(clock.now() + milliseconds, resolve));
  }

  close(): void {
    this.#closing.abort();
  }
}

export interface JobStopHost {
  readonly store: Store;
  readonly clock: Clock;
  readonly runTask: TaskHandler;
  /** Writes changes that are no execution's. They are durable when this resolves. */
  readonly commit: (changes: Changes) => Promise<void>;
  readonly log: (message: string) => void;
}

const ROWS_A_READ = 100;
/** How often a service is asked to stop a job, where it can or will not. */
const MOST_TRIES = 5;
/** Each pause is this much longer than the one before. */
const RETRY_MILLISECONDS = 1000;
