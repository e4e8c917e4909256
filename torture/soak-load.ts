import { type Api, Fault } from "../test/durability/api.js";
import type { SeededRandom } from "../test/durability/seeded-random.js";
import { pause } from "../test/durability/trial.js";
import { activityName, type Workload, workerResult, workloads } from "../test/durability/workload.js";

/** Of a thousand executions. The rest says hello. */
const SHARES: Readonly<Record<string, number>> = {
  chain: 100,
  express: 60,
  wait: 60,
  parallel: 40,
  map: 20,
  retry: 20,
  activity: 20,
  fail: 20,
  callback: 10,
  catch: 10,
  jsonata: 5,
  distributed: 2,
};

/** The one whose executions are counted: few enough to be listed, enough to stand for all. */
const COUNTED = "parallel";

const WORKERS = 8;

/** Executions of many kinds, started one by one by whoever asks, and those who work for them. */
export class SoakLoad {
  /** Starts that were answered. */
  acknowledged = 0;
  /** What was answered and should not have been. */
  readonly faults: string[] = [];
  readonly #api: Api;
  readonly #random: SeededRandom;
  readonly #machines = new Map<string, string>();
  readonly #picks: Workload[] = [];
  readonly #workers: Promise<void>[] = [];
  #isWorking = true;
  #started = 0;
  #underWay = 0;
  #latencies: number[] = [];

  constructor(api: Api, random: SeededRandom) {
    this.#api = api;
    this.#random = random;
  }

  async begin(): Promise<void> {
    const { activityArn } = await this.#api.call("CreateActivity", { name: activityName });
    for (const workload of workloads) {
      const share = SHARES[workload.name] ?? 0;
      if (share === 0 && workload.name !== "hello") continue;
      const { stateMachineArn } = await this.#api.call("CreateStateMachine", {
        name: workload.name,
        type: workload.type,
        definition: JSON.stringify(workload.definition),
        roleArn: "arn:aws:iam::123456789012:role/soak",
      });
      this.#machines.set(workload.name, String(stateMachineArn));
      for (let times = 0; times < share; times++) this.#picks.push(workload);
    }
    const hello = workloads.find(({ name }) => name === "hello") as Workload;
    while (this.#picks.length < 1000) this.#picks.push(hello);
    for (let worker = 0; worker < WORKERS; worker++) this.#workers.push(this.#work(String(activityArn)));
  }

  /** Resolves when the start was answered. */
  async start(): Promise<void> {
    const workload = this.#picks[this.#random.below(1000)] as Workload;
    const name = `${workload.name}-${this.#started++}`;
    const input = JSON.stringify(workload.input(this.#random, name));
    const began = performance.now();
    this.#underWay += 1;
    try {
      await this.#api.call("StartExecution", { stateMachineArn: this.#machines.get(workload.name), name, input });
      this.acknowledged += 1;
      this.#latencies.push(performance.now() - began);
    } catch (error) {
      this.faults.push(`${name}: ${(error as Error).message}`);
      // A server that has gone fails at once, and for ever.
      await pause(100);
    }
    this.#underWay -= 1;
  }

  /** Reports the end of a task. */
  async report(taskToken: string, input: { n: number }): Promise<void> {
    try {
      await this.#api.call("SendTaskSuccess", { taskToken, output: JSON.stringify(workerResult(input)) });
    } catch (error) {
      const isTooLate = error instanceof Fault && error.code === "TaskTimedOut";
      if (!isTooLate) this.faults.push(`a task's end: ${(error as Error).message}`);
    }
  }

  /** Of the starts since the last call, in milliseconds. */
  takeLatencies(): { readonly count: number; readonly p50: number; readonly p99: number } {
    const sorted = this.#latencies.sort((one, other) => one - other);
    this.#latencies = [];
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return { count: sorted.length, p50: at(0.5), p99: at(0.99) };
  }

  /** About how many executions there are, by those of one state machine. */
  async kept(): Promise<number> {
    const stateMachineArn = this.#machines.get(COUNTED);
    const listed = await this.#api.all<unknown>("ListExecutions", { stateMachineArn, maxResults: 1000 }, "executions");
    const kept = 1000 - (SHARES.express ?? 0);
    return Math.round((listed.length * kept) / (SHARES[COUNTED] ?? 1));
  }

  /** Resolves when nothing runs any more. @returns what does after a minute */
  async settled(): Promise<string[]> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const lists = await Promise.all(
        [...this.#machines]
          .filter(([name]) => name !== "express")
          .map(([, stateMachineArn]) =>
            this.#api.all<{ name: string }>(
              "ListExecutions",
              { stateMachineArn, statusFilter: "RUNNING" },
              "executions",
            ),
          ),
      );
      const left = lists.flat();
      if (left.length === 0 && this.#underWay === 0) return [];
      if (Date.now() > deadline) return left.map(({ name }) => `${name}: never ends`);
      await pause(200);
    }
  }

  /** @returns what was wrong at the end */
  async end(): Promise<string[]> {
    const left = await this.settled();
    this.#isWorking = false;
    return left;
  }

  async #work(activityArn: string): Promise<void> {
    while (this.#isWorking) {
      try {
        const { taskToken, input } = await this.#api.call("GetActivityTask", { activityArn });
        if (typeof taskToken === "string") await this.report(taskToken, JSON.parse(String(input)));
      } catch (error) {
        if (this.#isWorking) this.faults.push(`a worker: ${(error as Error).message}`);
        await pause(100);
      }
    }
  }
}
