import { type Api, Fault, NoAnswer } from "./api.js";
import type { SeededRandom } from "./seeded-random.js";
import type { Description, HistoryEvent } from "./well-formed.js";
import { activityName, type Workload, workerResult, workloads } from "./workload.js";

/** An execution as the load knows it. */
export interface Started {
  readonly workload: Workload;
  readonly name: string;
  readonly input: unknown;
  /** Known once the start was acknowledged. */
  executionArn: string | undefined;
  stop: "not asked" | "asked" | "acknowledged";
}

/** What was read of an execution at some moment: the end must not contradict it. */
export interface Seen {
  readonly started: Started;
  readonly description: Description;
  readonly history: readonly HistoryEvent[];
}

const STARTERS = 8;
const WORKERS = 4;

/** Clients that go on whatever happens to the process they talk to: they start, stop and watch executions, and work. */
export class Load {
  readonly started: Started[] = [];
  readonly seen: Seen[] = [];
  readonly #api: Api;
  readonly #random: SeededRandom;
  readonly #machines = new Map<Workload, string>();
  readonly #clients: Promise<void>[] = [];
  #starting = true;
  #working = true;

  constructor(api: Api, random: SeededRandom) {
    this.#api = api;
    this.#random = random;
  }

  machineArn(workload: Workload): string {
    return this.#machines.get(workload) ?? "";
  }

  async begin(): Promise<void> {
    for (const workload of workloads) {
      const { stateMachineArn } = await this.#api.insist("CreateStateMachine", {
        name: workload.name,
        type: workload.type,
        definition: JSON.stringify(workload.definition),
        roleArn: "arn:aws:iam::123456789012:role/durability",
      });
      this.#machines.set(workload, String(stateMachineArn));
    }
    const { activityArn } = await this.#api.insist("CreateActivity", { name: activityName });
    for (let client = 0; client < STARTERS; client += 1) this.#clients.push(this.#start());
    for (let client = 0; client < WORKERS; client += 1) this.#clients.push(this.#work(String(activityArn)));
    this.#clients.push(this.#watch());
  }

  /** Starts nothing more; the workers go on. */
  async endStarting(): Promise<void> {
    this.#starting = false;
    await Promise.all(this.#clients.filter((_, index) => index < STARTERS || index === STARTERS + WORKERS));
  }

  /** @throws what went wrong with a client, as something that was answered and should not have been */
  async end(): Promise<void> {
    this.#starting = false;
    this.#working = false;
    await Promise.all(this.#clients);
  }

  /** Reports the end of a task, until someone hears it. */
  async report(taskToken: string, input: { n: number }): Promise<void> {
    try {
      await this.#api.insist("SendTaskSuccess", { taskToken, output: JSON.stringify(workerResult(input)) });
    } catch (error) {
      // Its time was over, or the word of before the crash was heard after all.
      if (!(error instanceof Fault) || error.code !== "TaskTimedOut") throw error;
    }
  }

  async #start(): Promise<void> {
    const random = this.#random;
    while (this.#starting) {
      if (this.#api.url === undefined) {
        await pause(20);
        continue;
      }
      const workload = workloads[random.below(workloads.length)] as Workload;
      const name = `${workload.name}-${this.started.length}`;
      const input = workload.input(random, name);
      const started: Started = { workload, name, input, executionArn: undefined, stop: "not asked" };
      this.started.push(started);
      await this.#startOne(started);
      if (started.executionArn !== undefined && workload.type === "STANDARD" && random.chance(0.04)) {
        await this.#stopOne(started, started.executionArn);
      }
      await pause(random.below(25));
    }
  }

  async #startOne(started: Started): Promise<void> {
    const { workload, name } = started;
    const stateMachineArn = this.machineArn(workload);
    const request = { stateMachineArn, name, input: JSON.stringify(started.input) };
    for (;;) {
      try {
        const { executionArn } = await this.#api.call("StartExecution", request);
        started.executionArn = String(executionArn);
        return;
      } catch (error) {
        if (error instanceof Fault && error.code === "ExecutionAlreadyExists") {
          // The start that got no answer was done, and the execution has ended since.
          started.executionArn = `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${name}`;
          return;
        }
        if (!(error instanceof NoAnswer)) throw error;
        // Some give up: what becomes of their executions is open.
        if (!this.#starting || this.#random.chance(0.3)) return;
        await pause(20);
      }
    }
  }

  async #stopOne(started: Started, executionArn: string): Promise<void> {
    await pause(this.#random.below(500));
    started.stop = "asked";
    try {
      const { stopDate } = await this.#api.call("StopExecution", { executionArn, error: "Stopped" });
      if (stopDate !== undefined) started.stop = "acknowledged";
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
  }

  async #work(activityArn: string): Promise<void> {
    const random = this.#random;
    while (this.#working) {
      try {
        const task = await this.#api.call("GetActivityTask", { activityArn, workerName: "worker" });
        const taskToken = task.taskToken;
        if (typeof taskToken !== "string") continue;
        // Some workers die over their task.
        if (random.chance(0.03)) continue;
        if (random.chance(0.2)) await pause(random.below(100));
        if (random.chance(0.2)) await this.#api.call("SendTaskHeartbeat", { taskToken });
        await this.report(taskToken, JSON.parse(String(task.input)));
      } catch (error) {
        const isTooLate = error instanceof Fault && error.code === "TaskTimedOut";
        if (!isTooLate && !(error instanceof NoAnswer)) throw error;
        await pause(20);
      }
    }
  }

  async #watch(): Promise<void> {
    while (this.#starting) {
      await pause(30);
      const started = this.started[this.#random.below(this.started.length)];
      if (started?.executionArn === undefined || started.workload.type === "EXPRESS") continue;
      try {
        const { executionArn } = started;
        const description = (await this.#api.call("DescribeExecution", { executionArn })) as unknown as Description;
        const { events } = await this.#api.call("GetExecutionHistory", { executionArn, maxResults: 1000 });
        this.seen.push({ started, description, history: events as HistoryEvent[] });
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
      }
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
