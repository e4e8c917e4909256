import type { Engine, ExecutionDescription, HistoryRequest } from "../packages/engine/src/index.js";
import { type Asked, Client, type Ledger } from "./clients.js";
import { earlyWakes, faultsOfHistory, type HistoryEvent, isMarkedByFaults, shapeOfHistory } from "./histories.js";
import { drawMachine, type Machine, type Surroundings } from "./machines.js";
import { SeededRandom } from "./random.js";
import { CALL } from "./work.js";
import { Workers } from "./workers.js";
import { type Faults, NO_FAULTS, World } from "./world.js";

const ROLE = "arn:aws:iam::123456789012:role/pawl";
const ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:work";

/** What came of a run. */
export interface RunResult {
  readonly seed: number;
  /** What must not be; empty where all is well. */
  readonly faults: readonly string[];
  /** What happened, line by line. */
  readonly trace: readonly string[];
  readonly executions: number;
  readonly commits: number;
  readonly deaths: number;
  /** Simulated milliseconds. */
  readonly milliseconds: number;
}

/** Runs a world that the seed decides, with faults, and looks whether everything holds that must hold. */
export async function simulate(seed: number): Promise<RunResult> {
  const random = new SeededRandom(seed);
  const trace: string[] = [];
  const plan = drawPlan(random, new SeededRandom(-2 - seed).chance(0.5));
  const faults: string[] = [];
  let world: World | undefined;
  const ledger: Ledger = { executions: [], express: [], faults };
  try {
    const workers = new Workers();
    world = new World({
      random: random.fork(),
      faults: plan.faults,
      tasks: workers.tasks,
      trace: (line) => trace.push(line),
    });
    await runWithFaults(world, workers, plan, ledger);
    await checkAll(world, workers, plan, ledger);
  } catch (error) {
    faults.push(`the simulation itself fails: ${(error as Error).stack}`);
  }
  if (faults.length > 0) {
    for (const { name, status, error, cause, mapRunArn, input } of world?.disk.executions() ?? []) {
      const child = mapRunArn === null ? "" : ` child of ${mapRunArn.split(":").at(-1)}`;
      trace.push(
        `at the end: ${name}${child} ${input.slice(0, 80)} ${status} ${error ?? ""} ${cause?.slice(0, 200) ?? ""}`,
      );
    }
  }
  return {
    seed,
    faults,
    trace,
    executions: ledger.executions.length + ledger.express.length,
    commits: world?.disk.commits ?? 0,
    deaths: (world?.opened ?? 1) - 1,
    milliseconds: (world?.schedule.now ?? 0) - Date.UTC(2026, 0, 1),
  };
}

/** What a run is made of. */
interface Plan {
  readonly faults: Faults;
  readonly machines: readonly Machine[];
  readonly starts: readonly Start[];
  readonly hasExpress: boolean;
  /** When the process dies, in milliseconds. */
  readonly deaths: readonly number[];
  readonly jumps: readonly number[];
}

interface Start {
  readonly machine: Machine;
  readonly name: string;
  readonly n: number;
  /** Milliseconds after the beginning. */
  readonly time: number;
}

/** @param hasEndless a draw of its own, so that the worlds without it are what they were before there was one */
function drawPlan(random: SeededRandom, hasEndless: boolean): Plan {
  const isLossless = random.chance(0.5);
  const deaths = random.below(5);
  const faults: Faults = {
    disk: {
      failedCommit: random.pick([0, 0, 0.02, 0.2]),
      failedRead: random.pick([0, 0, 0, 0.02]),
      commitMilliseconds: random.pick([0, 2, 20, 500]),
      slowCommit: random.pick([0, 0, 0.05]),
    },
    networkMilliseconds: random.pick([0, 5, 200, 5000]),
    lostReply: isLossless ? 0 : random.pick([0, 0.1, 0.4]),
    repeatedRequest: random.pick([0, 0.3]),
    clockJumps: random.chance(0.2),
    deaths,
    lateDeaths: random.chance(0.5),
  };
  const nested: Machine = {
    name: "nested",
    isRedriven: false,
    definition: {
      StartAt: "Call",
      States: {
        Call: { Type: "Task", Resource: CALL, Parameters: { op: "work", "n.$": "$.n" }, End: true },
      },
    },
  };
  const surroundings: Surroundings = {
    activities: random.chance(0.7) ? [ACTIVITY] : [],
    nested: random.chance(0.5) ? machineArn("nested") : undefined,
    endless: hasEndless ? machineArn("endless") : undefined,
    mayBeExpress: !faults.clockJumps,
  };
  const machines = Array.from({ length: random.between(1, 3) }, (_, index) =>
    drawMachine(`machine-${index}`, random, surroundings),
  );
  const span = random.pick([100, 5000, 400_000]);
  const starts = Array.from({ length: random.between(1, 10) }, (_, index) => ({
    machine: random.pick(machines),
    name: `execution-${index}`,
    n: random.between(1, 999),
    time: random.below(span),
  }));
  return {
    faults,
    machines: [nested, ...(hasEndless ? [ENDLESS] : []), ...machines],
    starts,
    hasExpress: random.chance(0.3),
    deaths: Array.from({ length: deaths }, () => random.below(random.pick([span, 2 * span, 1_000_000]))),
    jumps: faults.clockJumps ? Array.from({ length: random.between(1, 3) }, () => random.below(2 * span)) : [],
  };
}

/** Nobody starts it but tasks that time out, or are stopped: it ends only where it is stopped with them. */
const ENDLESS: Machine = {
  name: "endless",
  isRedriven: false,
  definition: { StartAt: "Wait", States: { Wait: { Type: "Wait", Seconds: 90_000_000, End: true } } },
};

const EXPRESS: Machine = {
  name: "express",
  isRedriven: false,
  definition: {
    StartAt: "Call",
    States: { Call: { Type: "Task", Resource: CALL, Parameters: { op: "work", "n.$": "$.n" }, End: true } },
  },
};

async function createAll(world: World, machines: readonly Machine[]): Promise<void> {
  await create(world, (engine) => engine.activities.create({ name: "work", tags: [] }));
  for (const { name, definition } of machines) {
    const type = name === "express" ? "EXPRESS" : "STANDARD";
    const request = { name, definition: JSON.stringify(definition), roleArn: ROLE, type, tags: [] } as const;
    await create(world, (engine) => engine.stateMachines.create(request));
  }
}

async function create(world: World, operation: (engine: Engine) => Promise<unknown>): Promise<void> {
  for (;;) {
    let outcome: unknown = "waiting";
    world.request(operation).then(
      () => {
        outcome = "done";
      },
      (error) => {
        outcome = error;
      },
    );
    await world.passUntil(() => outcome !== "waiting", 3_600_000);
    if (outcome === "done") return;
    if ((outcome as Error).name === "ServiceError") throw outcome;
  }
}

const machineArn = (name: string): string => `arn:aws:states:us-east-1:123456789012:stateMachine:${name}`;

async function runWithFaults(world: World, workers: Workers, plan: Plan, ledger: Ledger): Promise<void> {
  await world.open();
  await createAll(world, [...plan.machines, EXPRESS]);
  workers.begin(world, [ACTIVITY], 2);
  const underWay = new Set<Promise<void>>();
  const begin = (work: Promise<void>): void => {
    const done = work
      .catch((error) => void ledger.faults.push(`a client fails: ${(error as Error).stack}`))
      .finally(() => underWay.delete(done));
    underWay.add(done);
  };
  for (const { machine, name, n, time } of plan.starts) {
    world.schedule.after(time, () =>
      begin(new Client(world, ledger).startAndWatch(machine, machineArn(machine.name), name, n)),
    );
  }
  if (plan.hasExpress) {
    for (let number = 1_000_000; number < 1_000_005; number++) {
      world.schedule.after(number % 7, () =>
        begin(new Client(world, ledger).startExpress(machineArn("express"), { number, isStarted: false })),
      );
    }
  }
  for (const time of plan.jumps) {
    world.schedule.after(time, () => world.jumpClock(world.random.pick([-3_600_000, -1500, 1500, 86_400_000])));
  }
  const began = world.schedule.now;
  let allHaveBegun = false;
  world.schedule.after(Math.max(10, ...plan.starts.map(({ time }) => time)) + 1, () => {
    allHaveBegun = true;
  });
  const stops = world.random.fork();
  for (const time of [...plan.deaths].sort((one, other) => one - other)) {
    await world.pass(Math.max(0, began + time - world.schedule.now));
    if (stops.chance(0.3)) await world.stop();
    else world.kill();
    await world.pass(world.random.below(3000));
    await world.open();
  }
  // The clients come to an end of their own.
  await world.passUntil(() => allHaveBegun && underWay.size === 0, 20_000_000);
  if (underWay.size > 0) ledger.faults.push(`${underWay.size} clients wait for ever`);
  await heal(world, ledger);
}

/** No more faults: what has failed is redriven, and everything comes to its end. */
async function heal(world: World, ledger: Ledger): Promise<void> {
  world.trace("healed");
  world.faults = { ...NO_FAULTS, disk: world.faults.disk };
  world.isHealed = true;
  // The disk of the last process stays as bad as it was: the next one has a good one.
  await world.stop();
  world.faults = NO_FAULTS;
  await world.open();
  await restOf(world);
  const isOver = (): boolean => world.disk.executions().every(({ status }) => status !== "RUNNING");
  if (!(await world.passUntil(isOver, 50_000_000))) {
    for (const { name, status } of world.disk.executions()) {
      if (status === "RUNNING") ledger.faults.push(`${name} never ends`);
    }
  }
  const failed = ledger.executions.filter(
    ({ machine, executionArn }) => machine.isRedriven && world.disk.execution(executionArn)?.status === "FAILED",
  );
  for (const asked of failed) {
    let isDone = false;
    void new Client(world, ledger).redrive(asked).then(() => {
      isDone = true;
    });
    await world.passUntil(() => isDone, 1_000_000);
  }
  await restOf(world);
  await world.passUntil(isOver, 50_000_000);
  await restOf(world);
}

/** What is still on its way arrives. */
async function restOf(world: World): Promise<void> {
  await world.pass(10_000);
}

async function checkAll(world: World, workers: Workers, plan: Plan, ledger: Ledger): Promise<void> {
  const { faults } = ledger;
  const expected = await runWithoutFaults(plan);
  for (const asked of ledger.executions) {
    const found = await ask(world, (engine) => engine.executions.describe(asked.executionArn));
    if (found === undefined) {
      if (asked.isStarted) faults.push(`${asked.name} was acknowledged and is lost`);
      continue;
    }
    const events = await historyOf(world, asked.executionArn);
    const hasSteadyClock = plan.jumps.length === 0;
    faults.push(
      ...[
        ...faultsOfHistory(events, found.status, asked.redrives),
        ...(hasSteadyClock ? earlyWakes(events, asked.machine.definition) : []),
      ].map((fault) => `${asked.name}: ${fault}`),
    );
    checkEnd(asked, found, events, expected, faults);
  }
  await checkListing(world, ledger);
  for (const [token, times] of workers.acknowledged) if (times > 1) faults.push(`${token} was answered ${times} times`);
  for (const [token, times] of workers.handedOut) if (times > 1) faults.push(`${token} was handed out ${times} times`);
  for (const { number, isStarted } of ledger.express) {
    if (isStarted && !workers.calls.has(number))
      faults.push(`the express execution ${number} was acknowledged and never ran`);
  }
  checkChildren(world, faults);
  const metrics = world.engine?.metrics();
  if (metrics?.queueLength !== 0) faults.push(`${metrics?.queueLength} events are not durable at the end`);
  if (metrics?.liveExecutions !== 0) faults.push(`${metrics?.liveExecutions} executions are still in memory`);
  faults.push(...world.unrest);
  const jobStops = world.disk.jobStops(1000);
  if (jobStops.length > 0) faults.push(`${jobStops.length} jobs are still to be stopped`);
  const kept = world.disk.executions().filter(({ parent, arn }) => parent === null && arn.includes(":express:"));
  if (kept.length > 0) faults.push(`${kept.length} express executions are still stored`);
  workers.end();
  await world.stop();
}

/** The end must be that of the run without faults, and so must the history where no fault has left its mark in it. */
function checkEnd(
  asked: Asked,
  found: ExecutionDescription,
  events: readonly HistoryEvent[],
  expected: ReadonlyMap<string, Expected>,
  faults: string[],
): void {
  const { name } = asked;
  const { status, output, error } = found;
  if (asked.end !== undefined && (asked.end.status !== status || asked.end.output !== output)) {
    faults.push(`${name} was seen ${asked.end.status} ${asked.end.output}, and is ${status} ${output}`);
  }
  if (
    asked.isStopped &&
    asked.redrivesAsked === 0 &&
    status !== "ABORTED" &&
    !events.some(({ type }) => type.startsWith("Execution") && type !== "ExecutionStarted")
  ) {
    faults.push(`${name} was stopped and is ${status}`);
  }
  if (status === "ABORTED") {
    if (!asked.isStopAsked) faults.push(`${name} is ABORTED, and nobody stopped it`);
    return;
  }
  const wanted = expected.get(keyOf(asked.machine, asked.input));
  if (wanted === undefined) throw new Error(`nothing is known of ${name}`);
  if (wanted.status !== status || wanted.output !== output || wanted.error !== error) {
    faults.push(
      `${name} is ${status} ${output} ${error ?? ""}, without faults it is ${wanted.status} ${wanted.output} ${wanted.error ?? ""}`,
    );
    return;
  }
  if (wanted.shape === undefined || isMarkedByFaults(events)) return;
  const shape = shapeOfHistory(events);
  if (shape !== wanted.shape) {
    faults.push(`${name} has another history than without faults:\n${difference(shape, wanted.shape)}`);
  }
}

function difference(one: string, other: string): string {
  const [left, right] = [one.split("\n"), other.split("\n")];
  const missing = right.filter((line) => !left.includes(line)).map((line) => `  - ${line}`);
  const more = left.filter((line) => !right.includes(line)).map((line) => `  + ${line}`);
  return [...missing, ...more].slice(0, 12).join("\n");
}

/** Whatever was acknowledged is in the list of its state machine, once. */
async function checkListing(world: World, { executions, faults }: Ledger): Promise<void> {
  for (const stateMachineArn of new Set(executions.map((asked) => asked.stateMachineArn))) {
    const listed: string[] = [];
    let nextToken: string | undefined;
    do {
      const token = nextToken;
      const page = await ask(world, (engine) =>
        engine.executions.list({
          stateMachineArn,
          maxResults: 3,
          ...(token === undefined ? {} : { nextToken: token }),
        }),
      );
      listed.push(...(page?.items ?? []).map(({ executionArn }) => executionArn));
      nextToken = page?.nextToken;
    } while (nextToken !== undefined);
    if (new Set(listed).size !== listed.length) faults.push(`${stateMachineArn} lists an execution twice`);
    for (const asked of executions) {
      if (asked.stateMachineArn === stateMachineArn && asked.isStarted && !listed.includes(asked.executionArn)) {
        faults.push(`${asked.name} is not listed`);
      }
    }
  }
}

/** A child of a map run that has succeeded is not run again. */
function checkChildren(world: World, faults: string[]): void {
  const succeeded = new Set<string>();
  for (const { mapRunArn, parent, status } of world.disk.executions()) {
    if (mapRunArn === null || status !== "SUCCEEDED") continue;
    const { index } = JSON.parse(parent ?? "{}") as { readonly index: number };
    const child = `${mapRunArn} ${index}`;
    if (succeeded.has(child)) faults.push(`the child ${child} succeeded twice`);
    succeeded.add(child);
  }
}

interface Expected {
  readonly status: string;
  readonly output: string | undefined;
  readonly error: string | undefined;
  /** Undefined where a task timed out because the workers had too much to do: that is another matter in each world. */
  readonly shape: string | undefined;
}

const keyOf = (machine: Machine, input: string): string => `${machine.name} ${input}`;

/** The same starts in a world where nothing goes wrong. */
async function runWithoutFaults(plan: Plan): Promise<Map<string, Expected>> {
  const workers = new Workers();
  const world = new World({ random: new SeededRandom(1), faults: NO_FAULTS, tasks: workers.tasks, trace: () => {} });
  world.isHealed = true;
  await world.open();
  await createAll(world, plan.machines);
  workers.begin(world, [ACTIVITY], 2);
  for (const { machine, name, n } of plan.starts) {
    await create(world, (engine) =>
      engine.executions.start({ stateMachineArn: machineArn(machine.name), name, input: JSON.stringify({ n }) }),
    );
  }
  await world.passUntil(() => world.disk.executions().every(({ status }) => status !== "RUNNING"), 50_000_000);
  await world.pass(10_000);
  const expected = new Map<string, Expected>();
  for (const { machine, name, n } of plan.starts) {
    const executionArn = `${machineArn(machine.name).replace(":stateMachine:", ":execution:")}:${name}`;
    const { status, output, error } = (await ask(world, (engine) => engine.executions.describe(executionArn))) ?? {};
    const events = await historyOf(world, executionArn);
    if (status === undefined || status === "RUNNING") throw new Error(`${name} does not end without faults`);
    const shape = isMarkedByFaults(events) ? undefined : shapeOfHistory(events);
    expected.set(keyOf(machine, JSON.stringify({ n })), { status, output, error, shape });
  }
  workers.end();
  await world.stop();
  return expected;
}

/** Asks the engine, which has nothing else to do. Undefined where there is no such thing. */
async function ask<Answer>(world: World, operation: (engine: Engine) => Promise<Answer>): Promise<Answer | undefined> {
  const { engine } = world;
  if (engine === undefined) throw new Error("no process runs");
  try {
    return await operation(engine);
  } catch (error) {
    if ((error as { code?: string }).code === "ExecutionDoesNotExist") return undefined;
    throw error;
  }
}

async function historyOf(world: World, executionArn: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let request: HistoryRequest | undefined = { executionArn, maxResults: 1000, reverseOrder: false };
  while (request !== undefined) {
    const asked: HistoryRequest = request;
    const page = await ask(world, (engine) => engine.executions.history(asked));
    events.push(...(page?.items ?? []).map((text) => JSON.parse(text) as HistoryEvent));
    request = page?.nextToken === undefined ? undefined : { ...asked, nextToken: page.nextToken };
  }
  return events;
}
