import { type Changes, type Store, StoreError } from "../packages/engine/src/index.js";
import type { SeededRandom } from "./random.js";
import type { Schedule } from "./schedule.js";
import type { SimulatedDisk } from "./simulated-disk.js";

/** How a disk behaves: probabilities, and milliseconds at most. */
export interface DiskFaults {
  /** A commit fails, with nothing of it applied. */
  readonly failedCommit: number;
  /** A read fails. */
  readonly failedRead: number;
  /** What a commit takes. */
  readonly commitMilliseconds: number;
  /** A commit takes a hundred times as long. */
  readonly slowCommit: number;
}

/**
 * The store of one process: commits take time and may fail, and when the process dies, or another has taken its place, it can write
 * nothing any more. A commit that is under way then may have reached the disk or not.
 */
export class SimulatedStore {
  readonly store: Store;
  readonly #disk: SimulatedDisk;
  readonly #schedule: Schedule;
  readonly #random: SeededRandom;
  readonly #faults: DiskFaults;
  #end: "closed" | "fenced" | undefined;
  #isClosing = false;
  #underWay: (() => void) | undefined;
  /** The last commit that was asked for: they go one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(disk: SimulatedDisk, schedule: Schedule, random: SeededRandom, faults: DiskFaults) {
    this.#disk = disk;
    this.#schedule = schedule;
    this.#random = random;
    this.#faults = faults;
    let executionId = disk.lastExecutionId;
    let revisionId = disk.lastRevisionId;
    const read =
      <Arguments extends unknown[], Answer>(method: (...parameters: Arguments) => Answer) =>
      async (...parameters: Arguments): Promise<Answer> => {
        // Nobody sees a commit that is not over.
        await this.#last;
        if (this.#end !== undefined) throw new StoreError("closed", `the store is ${this.#end}`);
        if (this.#random.chance(this.#faults.failedRead)) throw new StoreError("failed", "the disk cannot be read");
        return method.apply(disk, parameters);
      };
    this.store = {
      nextExecutionId: () => ++executionId,
      nextRevisionId: () => ++revisionId,
      commit: (changes) => {
        if (this.#isClosing) return Promise.reject(new StoreError("closed", "the store is closed"));
        const committed = this.#last.then(() => this.#commit(changes));
        this.#last = committed.catch(() => {});
        return committed;
      },
      execution: read(disk.execution),
      executionById: read(disk.executionById),
      listExecutions: read(disk.listExecutions),
      mapRunExecutions: read(disk.mapRunExecutions),
      mapRunChildren: read(disk.mapRunChildren),
      mapRun: read(disk.mapRun),
      mapRuns: read(disk.mapRuns),
      runningChildren: read(disk.runningChildren),
      hasRunningExecution: read(disk.hasRunningExecution),
      history: read(disk.history),
      lastEventId: read(disk.lastEventId),
      branches: read(disk.branches),
      due: read(disk.due),
      nextDue: read(disk.nextDue),
      queued: read(disk.queued),
      restarting: read(disk.restarting),
      jobStops: read(disk.jobStops),
      stateMachine: read(disk.stateMachine),
      listStateMachines: read(disk.listStateMachines),
      revision: read(disk.revision),
      versions: read(disk.versions),
      aliases: read(disk.aliases),
      activity: read(disk.activity),
      listActivities: read(disk.listActivities),
      removable: read(disk.removable),
      backup: () => Promise.reject(new StoreError("failed", "there is nothing to back up to")),
      close: async () => {
        this.#isClosing = true;
        await this.#last;
        this.#end ??= "closed";
      },
    };
  }

  #commit(changes: Changes): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) {
        reject(new StoreError("closed", `the store is ${this.#end}`));
        return;
      }
      const { failedCommit, slowCommit, commitMilliseconds } = this.#faults;
      const random = this.#random;
      const milliseconds = random.next() * commitMilliseconds * (random.chance(slowCommit) ? 100 : 1);
      const fails = random.chance(failedCommit);
      // The disk has it at one time, the process hears of it at a later one.
      const written = milliseconds * random.next();
      let isApplied = false;
      const apply = (): void => {
        if (isApplied || fails) return;
        isApplied = true;
        this.#disk.apply(changes);
      };
      this.#underWay = apply;
      let fault: unknown;
      this.#schedule.after(written, () => {
        if (this.#end !== undefined) return;
        try {
          apply();
        } catch (error) {
          fault = error;
        }
      });
      this.#schedule.after(milliseconds, () => {
        if (this.#end !== undefined) return;
        this.#underWay = undefined;
        if (fails) reject(new StoreError("full", "the disk is full"));
        else if (fault !== undefined) reject(fault);
        else resolve();
      });
    });
  }

  /** Another process owns the disk from now on. What is being written may have arrived or not; nobody hears of it. */
  fence(): void {
    if (this.#end === "fenced") return;
    if (this.#end === undefined && this.#random.chance(0.5)) this.#underWay?.();
    this.#end = "fenced";
  }
}
