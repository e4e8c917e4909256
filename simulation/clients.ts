import type { Machine } from "./machines.js";
import type { SeededRandom } from "./random.js";
import { LostError, type World } from "./world.js";

/** An execution that a client has asked for, and what it was told of it. */
export interface Asked {
  readonly machine: Machine;
  readonly stateMachineArn: string;
  readonly executionArn: string;
  readonly name: string;
  readonly input: string;
  /** True once a start was acknowledged. */
  isStarted: boolean;
  /** True once a stop was asked for: it may have come, even where nobody heard of it. */
  isStopAsked: boolean;
  isStopped: boolean;
  /** Redrives that were acknowledged. */
  redrives: number;
  /** Redrives that were asked for. */
  redrivesAsked: number;
  /** The last end that a client saw; undefined before, and again after a redrive was asked for. */
  end: { readonly status: string; readonly output: string | undefined } | undefined;
}

/** A start of an express execution: its number is the input of its task. */
export interface AskedExpress {
  readonly number: number;
  isStarted: boolean;
}

/** What clients may count on, because it was acknowledged. */
export interface Ledger {
  readonly executions: Asked[];
  readonly express: AskedExpress[];
  /** What a client saw that must not be: the run fails with it. */
  readonly faults: string[];
}

/** A client that starts executions, looks at them, stops some, redrives some. */
export class Client {
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #random: SeededRandom;

  constructor(world: World, ledger: Ledger) {
    this.#world = world;
    this.#ledger = ledger;
    this.#random = world.random.fork();
  }

  /** Starts an execution and sees to it, until it has ended or the client has had enough. */
  async startAndWatch(machine: Machine, stateMachineArn: string, name: string, n: number): Promise<void> {
    const random = this.#random;
    const input = JSON.stringify({ n });
    const asked: Asked = {
      machine,
      stateMachineArn,
      executionArn: `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${name}`,
      name,
      input,
      isStarted: false,
      isStopAsked: false,
      isStopped: false,
      redrives: 0,
      redrivesAsked: 0,
      end: undefined,
    };
    this.#ledger.executions.push(asked);
    await this.start(asked);
    if (random.chance(0.3)) await this.#startAgain(asked);
    if (random.chance(0.15)) {
      await this.#pause(random.pick([10, 1000, 100_000]));
      await this.#stop(asked);
    }
    for (let look = random.below(4); look > 0; look--) {
      await this.#pause(random.pick([100, 10_000, 300_000]));
      await this.look(asked);
    }
    if (machine.isRedriven && random.chance(0.5)) {
      await this.#pause(random.pick([100, 10_000, 300_000]));
      await this.redrive(asked);
    }
  }

  /** Asks until it is acknowledged. */
  async start(asked: Asked): Promise<void> {
    const { stateMachineArn, name, input } = asked;
    for (;;) {
      try {
        const { executionArn } = await this.#world.request((engine) =>
          engine.executions.start({ stateMachineArn, name, input }),
        );
        if (executionArn !== asked.executionArn) this.#fault(`the start of ${name} gave ${executionArn}`);
        break;
      } catch (error) {
        // It has ended since a start whose answer was lost.
        if (codeOf(error) === "ExecutionAlreadyExists") break;
        await this.#retryAfter(error);
      }
    }
    if (!asked.isStarted) this.#world.trace(`started ${name}`);
    asked.isStarted = true;
  }

  async startExpress(stateMachineArn: string, asked: AskedExpress): Promise<void> {
    this.#ledger.express.push(asked);
    const input = JSON.stringify({ n: asked.number });
    for (;;) {
      try {
        await this.#world.request((engine) => engine.executions.start({ stateMachineArn, input }));
        asked.isStarted = true;
        return;
      } catch (error) {
        await this.#retryAfter(error);
      }
    }
  }

  /** The same name with the same input is the same execution while it runs; with another input it is refused. */
  async #startAgain(asked: Asked): Promise<void> {
    const { stateMachineArn, name, input } = asked;
    const isOther = this.#random.chance(0.5);
    try {
      const { executionArn } = await this.#world.request((engine) =>
        engine.executions.start({ stateMachineArn, name, input: isOther ? '{"n":-1}' : input }),
      );
      if (isOther) this.#fault(`${name} was started with another input`);
      if (executionArn !== asked.executionArn) this.#fault(`the second start of ${name} gave ${executionArn}`);
    } catch (error) {
      const code = codeOf(error);
      if (code !== undefined && code !== "ExecutionAlreadyExists")
        this.#fault(`a second start of ${name} gave ${code}`);
    }
  }

  async #stop(asked: Asked): Promise<void> {
    const { executionArn, name } = asked;
    asked.isStopAsked = true;
    try {
      await this.#world.request((engine) =>
        engine.executions.stop({ executionArn, error: "Sim.Stopped", cause: name }),
      );
      asked.isStopped = true;
      this.#world.trace(`stopped ${name}`);
    } catch (error) {
      this.#check(error, `stop of ${name}`);
    }
  }

  /** Describes it and compares with what was known. */
  async look(asked: Asked): Promise<void> {
    const { executionArn, name } = asked;
    const redrivesBefore = asked.redrivesAsked;
    const endBefore = asked.end;
    try {
      const { status, output, input } = await this.#world.request((engine) => engine.executions.describe(executionArn));
      if (input !== asked.input) this.#fault(`${name} has the input ${input}`);
      if (asked.redrivesAsked !== redrivesBefore) return;
      if (endBefore !== undefined && (endBefore.status !== status || endBefore.output !== output)) {
        this.#fault(`${name} had ended ${endBefore.status} ${endBefore.output}, and is now ${status} ${output}`);
      }
      if (asked.isStopped && status === "RUNNING" && asked.redrivesAsked === 0)
        this.#fault(`${name} runs after its stop`);
      if (status !== "RUNNING") asked.end = { status, output };
    } catch (error) {
      this.#check(error, `look at ${name}`);
    }
  }

  async redrive(asked: Asked): Promise<void> {
    const { executionArn, name } = asked;
    asked.redrivesAsked += 1;
    asked.end = undefined;
    try {
      await this.#world.request((engine) => engine.executions.redrive({ executionArn }));
      asked.redrives += 1;
      this.#world.trace(`redrove ${name}`);
    } catch (error) {
      if (codeOf(error) !== "ExecutionNotRedrivable") this.#check(error, `redrive of ${name}`);
    }
  }

  /** Whoever was told that an execution was started must find it. Requests may be lost, and the disk may fail. */
  #check(error: unknown, what: string): void {
    const code = codeOf(error);
    if (code !== undefined) this.#fault(`${what} gave ${code}: ${(error as Error).message}`);
  }

  async #retryAfter(error: unknown): Promise<void> {
    const code = codeOf(error);
    if (code !== undefined) this.#fault(`a start gave ${code}: ${(error as Error).message}`);
    await this.#pause(500);
  }

  #fault(text: string): void {
    this.#ledger.faults.push(text);
  }

  #pause(milliseconds: number): Promise<void> {
    return this.#world.schedule.pause(milliseconds * this.#random.next());
  }
}

/** The service's name of the error; undefined where the request was lost or the server itself failed. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof LostError) return undefined;
  const { name, code } = error as { readonly name: string; readonly code?: string };
  return name === "ServiceError" ? code : undefined;
}
