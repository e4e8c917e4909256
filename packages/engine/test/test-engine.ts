import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Engine, EngineOptions, ExecutionDescription } from "../src/index.js";
import { openEngine, openSqliteStore } from "../src/index.js";
import { settled, TurnedClock } from "./turned-clock.js";
import { type Watch, watchStore } from "./watched-store.js";

/** An engine on a store that the test watches and a clock that it turns. */
export interface TestEngine {
  readonly engine: Engine;
  readonly clock: TurnedClock;
  readonly watch: Watch;
  /** What an operator would have read. */
  readonly log: readonly string[];
  /** Creates a state machine and returns its ARN. */
  machine(definition: object, type?: "STANDARD" | "EXPRESS"): Promise<string>;
  /** Creates an activity and returns its ARN. */
  activity(name?: string): Promise<string>;
  /** Starts an execution and returns its ARN. */
  start(stateMachineArn: string, input?: unknown, name?: string): Promise<string>;
  describe(executionArn: string): Promise<ExecutionDescription>;
  /** Lets everything come to rest that waits for neither time nor the test. */
  rest(): Promise<void>;
  /** Ends as a process does that is killed: what is not committed is gone. The clock goes on to stand where it stood. */
  kill(): Promise<void>;
}

export interface TestEngineOptions extends Omit<Partial<EngineOptions>, "store" | "clock" | "log"> {
  /** Default: a database in memory. */
  readonly folder?: string;
  /** Where the clock stands. */
  readonly now?: number;
}

let machines = 0;

/** Closed when the test ends. */
export async function openTestEngine({ folder, now, ...options }: TestEngineOptions = {}): Promise<TestEngine> {
  const store = await openSqliteStore(folder === undefined ? "memory" : { folder });
  const watch = watchStore(store);
  const clock = new TurnedClock(now, () => watch.busy);
  const log: string[] = [];
  const engine = await openEngine({ ...options, store: watch.store, clock, log: (message) => log.push(message) });
  onTestFinished(async () => {
    watch.mend();
    watch.letGo();
    await engine.close();
  });
  return {
    engine,
    clock,
    watch,
    log,
    async machine(definition, type = "STANDARD") {
      const { stateMachineArn } = await engine.stateMachines.create({
        name: `machine-${++machines}`,
        definition: JSON.stringify(definition),
        roleArn: "arn:aws:iam::123456789012:role/role",
        type,
        tags: [],
      });
      return stateMachineArn;
    },
    async activity(name = "activity") {
      return (await engine.activities.create({ name, tags: [] })).activityArn;
    },
    async start(stateMachineArn, input = {}, name) {
      const request = { stateMachineArn, input: JSON.stringify(input) };
      return (await engine.executions.start(name === undefined ? request : { ...request, name })).executionArn;
    },
    describe: (executionArn) => engine.executions.describe(executionArn),
    rest: () => settled(() => watch.busy),
    async kill() {
      // Its timers stand with its clock, and what it still tries fails: the file belongs to the next process.
      await store.close();
    },
  };
}

/** A folder that is gone when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pawl-engine-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  readonly timestamp: number;
  readonly [details: string]: unknown;
}

/** The whole history of an execution. */
export async function historyOf(engine: Engine, executionArn: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await engine.executions.history({
      executionArn,
      maxResults: 1000,
      reverseOrder: false,
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    events.push(...page.items.map((text) => JSON.parse(text) as HistoryEvent));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return events;
}

/** The types of an execution's events. */
export async function eventTypes(engine: Engine, executionArn: string): Promise<string[]> {
  return (await historyOf(engine, executionArn)).map(({ type }) => type);
}
