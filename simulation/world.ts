import { evaluateRequest } from "@pawl/asl";
import { type Engine, openEngine, type TaskHandler } from "../packages/engine/src/index.js";
import { stepFunctionsTasks } from "../packages/server/src/step-functions-tasks.js";
import type { SeededRandom } from "./random.js";
import { Schedule, settled } from "./schedule.js";
import { SimulatedClock } from "./simulated-clock.js";
import { SimulatedDisk } from "./simulated-disk.js";
import { type DiskFaults, SimulatedStore } from "./simulated-store.js";

/** What may go wrong in a run. Probabilities, and milliseconds at most. */
export interface Faults {
  readonly disk: DiskFaults;
  /** What a reply of a task, of the server or of a client takes on its way. */
  readonly networkMilliseconds: number;
  /** A reply is lost. */
  readonly lostReply: number;
  /** A request of a client or a worker is sent again though it was answered. */
  readonly repeatedRequest: number;
  /** Clocks are put forward and back. */
  readonly clockJumps: boolean;
  /** How often the process dies. */
  readonly deaths: number;
  /** A process that dies is first replaced, and goes on for a while without knowing. */
  readonly lateDeaths: boolean;
}

export const NO_FAULTS: Faults = {
  disk: { failedCommit: 0, failedRead: 0, commitMilliseconds: 1, slowCommit: 0 },
  networkMilliseconds: 1,
  lostReply: 0,
  repeatedRequest: 0,
  clockJumps: false,
  deaths: 0,
  lateDeaths: false,
};

/** After this nothing of a process that was stopped keeps it from ending, in milliseconds. */
const REST_MILLISECONDS = 60_000;

/** The request or its answer was lost: nobody knows what became of it. */
export class LostError extends Error {
  override readonly name = "LostError";
}

/** One process that runs the engine. */
interface Process {
  readonly engine: Engine;
  readonly clock: SimulatedClock;
  readonly store: SimulatedStore;
  /** Requests that wait for an answer. */
  readonly waiting: Set<(error: Error) => void>;
  dead: boolean;
}

export interface WorldOptions {
  readonly random: SeededRandom;
  readonly faults: Faults;
  /** Handlers of tasks by `service:action`, besides those of the engine's own API. */
  readonly tasks: ReadonlyMap<string, TaskHandler>;
  readonly trace: (line: string) => void;
}

/**
 * One disk, one process at a time on it, and time that stands still until everything has come to rest: the real engine, with
 * everything around it simulated.
 */
export class World {
  readonly schedule = new Schedule(Date.UTC(2026, 0, 1));
  readonly disk = new SimulatedDisk();
  readonly random: SeededRandom;
  readonly trace: (line: string) => void;
  faults: Faults;
  /** Failing tasks that can be healed do not fail any more. */
  isHealed = false;
  readonly #tasks: ReadonlyMap<string, TaskHandler>;
  #process: Process | undefined;
  #offset = 0;
  /** Processes that were opened. */
  opened = 0;
  /** What processes that were stopped did not come to rest with. */
  readonly unrest: string[] = [];

  constructor({ random, faults, tasks, trace }: WorldOptions) {
    this.random = random;
    this.faults = faults;
    this.#tasks = tasks;
    this.trace = (line) => trace(`${String(this.schedule.now - Date.UTC(2026, 0, 1)).padStart(9)}  ${line}`);
  }

  get isUp(): boolean {
    return this.#process !== undefined;
  }

  /** The engine that runs now. */
  get engine(): Engine | undefined {
    return this.#process?.engine;
  }

  /** Opens a process on the disk; tries again while that fails. */
  async open(): Promise<void> {
    for (;;) {
      const store = new SimulatedStore(this.disk, this.schedule, this.random, this.faults.disk);
      const clock = new SimulatedClock(this.schedule, this.#offset);
      this.opened += 1;
      const random = this.random.fork();
      const opening = openEngine({
        store: store.store,
        clock,
        random: random.next,
        evaluate: async (request) =>
          evaluateRequest(
            request,
            { random: random.next, uuid: () => "00000000-0000-4000-8000-000000000000" },
            () => false,
          ),
        integrations: (engine) => new Map([...stepFunctionsTasks(engine), ...this.#tasks]),
        log: (message) => this.trace(`process says: ${message}`),
      });
      // Commits on the way take simulated time.
      let engine: Engine | undefined;
      let failure: unknown;
      opening.then(
        (opened) => {
          engine = opened;
        },
        (error) => {
          failure = error;
        },
      );
      await this.#until(() => engine !== undefined || failure !== undefined);
      if (engine !== undefined) {
        this.#process = { engine, clock, store, waiting: new Set(), dead: false };
        this.trace(`process ${this.opened} runs`);
        return;
      }
      this.trace(`process ${this.opened} does not start: ${(failure as Error).message}`);
      clock.stop();
      await this.pass(100);
    }
  }

  /** Sends a request to the process that runs now. Rejects with a LostError where it dies before it answers. */
  request<Answer>(operation: (engine: Engine) => Promise<Answer>): Promise<Answer> {
    const process = this.#process;
    if (process === undefined) return Promise.reject(new LostError("nobody listens"));
    return new Promise((resolve, reject) => {
      const answered = (answer: () => void): void => {
        // Answers of a process that was replaced, too, count as what it has acknowledged.
        if (process.dead) return;
        process.waiting.delete(reject);
        answer();
      };
      process.waiting.add(reject);
      operation(process.engine).then(
        (answer) => answered(() => resolve(answer)),
        (error) => answered(() => reject(error)),
      );
    });
  }

  /** The process is killed: what it had in memory is gone, and so is everything that waits for it. */
  kill(): void {
    const process = this.#process;
    if (process === undefined) return;
    this.#process = undefined;
    process.store.fence();
    if (this.faults.lateDeaths && this.random.chance(0.5)) {
      this.trace("process is replaced, and does not know");
      this.schedule.after(this.random.below(5000), () => this.#bury(process));
    } else {
      this.trace("process is killed");
      this.#bury(process);
    }
  }

  #bury(process: Process): void {
    this.#hangUp(process);
    process.clock.stop();
  }

  /** Nobody hears of the process any more. */
  #hangUp(process: Process): void {
    process.dead = true;
    for (const reject of process.waiting) reject(new LostError("the process has ended"));
    process.waiting.clear();
  }

  jumpClock(milliseconds: number): void {
    this.trace(`clock jumps by ${milliseconds}`);
    this.#offset += milliseconds;
    this.#process?.clock.jump(milliseconds);
  }

  /** Ends the process as an operator does: nobody listens any more, and it comes to its end by itself. */
  async stop(): Promise<void> {
    const process = this.#process;
    if (process === undefined) return;
    this.trace("process is stopped");
    this.#process = undefined;
    this.#hangUp(process);
    let isClosed = false;
    void process.engine.close().then(() => {
      isClosed = true;
    });
    await this.#until(() => isClosed);
    this.schedule.after(REST_MILLISECONDS, () => {
      const { alarms } = process.clock;
      if (alarms > 0) this.unrest.push(`a process that was stopped has ${alarms} alarms set a minute later`);
      process.clock.stop();
    });
  }

  /** Lets simulated time pass. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.schedule.now + milliseconds;
    let isOver = false;
    this.schedule.after(milliseconds, () => {
      isOver = true;
    });
    await settled();
    while (!isOver && this.schedule.step(end)) await settled();
  }

  /** Lets time pass until something is so. False where it is not within `milliseconds`, or nothing is left that could make it so. */
  async passUntil(condition: () => boolean, milliseconds: number): Promise<boolean> {
    const end = this.schedule.now + milliseconds;
    await settled();
    while (!condition()) {
      if (!this.schedule.step(end)) return condition();
      await settled();
    }
    return true;
  }

  async #until(condition: () => boolean): Promise<void> {
    if (!(await this.passUntil(condition, 3_600_000))) throw new Error("the process hangs while it starts or stops");
  }
}
