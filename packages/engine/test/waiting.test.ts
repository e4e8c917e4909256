import { describe, expect, it } from "vitest";
import { AnsweredByHand } from "./answered-by-hand.js";
import { historyOf, openTestEngine, temporaryFolder } from "./test-engine.js";

/** So large that memory has room for a thousand executions that wait. */
const large = (seconds: number) => ({ seconds, text: "x".repeat(20_000) });
const waitLarge = { StartAt: "W", States: { W: { Type: "Wait", SecondsPath: "$.seconds", End: true } } };
const waitSeconds = { StartAt: "W", States: { W: { Type: "Wait", SecondsPath: "$", End: true } } };
const days = 24 * 60 * 60;

describe("waiting executions", () => {
  it("leave memory and come back when they are due", async () => {
    const { engine, machine, start, watch, clock, rest } = await openTestEngine();
    const arn = await machine(waitLarge);
    const executions = await Promise.all(
      Array.from({ length: 3000 }, (_, index) => start(arn, large(60 + (index % 3)))),
    );
    await rest();
    // What is in memory is not read from the store: most are not in memory.
    const before = watch.calls("executionById");
    await Promise.all(executions.map((executionArn) => engine.executions.stop({ executionArn: `${executionArn}` })));
    expect(watch.calls("executionById") - before).toBe(2000);

    const others = await Promise.all(Array.from({ length: 3000 }, (_, index) => start(arn, large(60 + (index % 3)))));
    await clock.turn(62_000);
    for (const [index, execution] of others.entries()) {
      const { status, output, startDate, stopDate } = await engine.executions.describe(execution);
      expect(status).toBe("SUCCEEDED");
      expect(JSON.parse(output ?? "")).toMatchObject({ seconds: 60 + (index % 3) });
      expect((stopDate ?? 0) - startDate).toBe(1000 * (60 + (index % 3)));
    }
  });

  it("are held once, however many events call one back at a time", async () => {
    const { engine, machine, start, watch, clock, rest, activity } = await openTestEngine();
    const activityArn = await activity();
    const branch = (name: string, state: object) => ({ StartAt: name, States: { [name]: { ...state, End: true } } });
    const waits = Array.from({ length: 9 }, (_, index) => branch(`W${index}`, { Type: "Wait", Seconds: 30 }));
    const work = branch("T", { Type: "Task", Resource: activityArn });
    const arn = await machine({
      StartAt: "All",
      States: { All: { Type: "Parallel", Branches: [work, ...waits], End: true } },
    });
    const execution = await start(arn, "in");
    const { taskToken = "" } = (await engine.activities.task({ activityArn }, new AbortController().signal)) ?? {};
    // Others push it out of memory.
    const pass = await machine(waitLarge);
    await Promise.all(Array.from({ length: 1100 }, () => start(pass, large(100_000))));
    await rest();
    const before = watch.calls("executionById");
    const word = clock.turn(30_000);
    await engine.activities.succeed({ taskToken, output: '"done"' });
    await word;
    expect(watch.calls("executionById") - before).toBe(1);
    expect(await engine.executions.describe(execution)).toMatchObject({ status: "SUCCEEDED" });
    const ids = (await historyOf(engine, execution)).map(({ id }) => id);
    expect(ids).toEqual(ids.map((_, index) => index + 1));
  });

  it("are not held twice where one leaves memory just when it has come back", async () => {
    const { engine, machine, start, watch, rest } = await openTestEngine();
    const arn = await machine(waitLarge);
    await Promise.all(Array.from({ length: 1100 }, () => start(arn, large(100_000))));
    for (let ticks = 0; ticks < 12; ticks += 1) {
      const executionArn = await start(arn, large(100_000));
      await Promise.all(Array.from({ length: 1100 }, () => start(arn, large(100_000))));
      await rest();
      // It is read back at the end of a commit, while all the room there is holds executions of the next one.
      watch.hold();
      const others = [start(arn, large(100_000))];
      await rest();
      others.push(...Array.from({ length: 1100 }, () => start(arn, large(100_000))));
      await rest();
      const arrive = watch.late("lastEventId");
      const stops = [engine.executions.stop({ executionArn, error: "first" })];
      await rest();
      watch.letGo();
      for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
      arrive();
      for (let tick = 0; tick < 10; tick += 1) await Promise.resolve();
      stops.push(engine.executions.stop({ executionArn, error: "second" }));
      await Promise.all([...others, ...stops]);
      const types = (await historyOf(engine, executionArn)).map(({ type }) => type);
      expect(types).toEqual(["ExecutionStarted", "WaitStateEntered", "ExecutionAborted"]);
    }
  });
});

describe("timers", () => {
  it("fire in the order of their times, also after the engine was closed and opened again", async () => {
    const folder = temporaryFolder();
    const one = await openTestEngine({ folder });
    const arn = await one.machine(waitSeconds);
    const seconds = [50, 10, 40, 20, 30];
    const executions = await Promise.all(seconds.map((count) => one.start(arn, count)));
    await one.clock.turn(15_000);
    await one.engine.close();

    const two = await openTestEngine({ folder, now: one.clock.now() });
    const stopDates: number[] = [];
    while (await two.clock.turnToNext()) stopDates.push(two.clock.now());
    const start = one.clock.now() - 15_000;
    expect(stopDates).toEqual([20, 30, 40, 50].map((count) => start + count * 1000));
    for (const [index, execution] of executions.entries()) {
      expect(await two.describe(execution)).toMatchObject({
        status: "SUCCEEDED",
        stopDate: start + (seconds[index] ?? 0) * 1000,
      });
    }
  });

  it("fire at once where they were due while nothing ran", async () => {
    const folder = temporaryFolder();
    const one = await openTestEngine({ folder });
    const execution = await one.start(await one.machine(waitSeconds), 10);
    await one.engine.close();
    const two = await openTestEngine({ folder, now: one.clock.now() + 3_600_000 });
    await two.rest();
    expect(await two.describe(execution)).toMatchObject({ status: "SUCCEEDED", stopDate: two.clock.now() });
  });

  it("do not fire early after more than 2^31 milliseconds", async () => {
    const { machine, start, clock, describe: look } = await openTestEngine();
    const execution = await start(await machine(waitSeconds), 365 * days);
    await clock.turn(365 * days * 1000 - 1);
    expect(await look(execution)).toMatchObject({ status: "RUNNING" });
    await clock.turn(1);
    expect(await look(execution)).toMatchObject({ status: "SUCCEEDED" });
  });

  it("of thousands that are due at one time share commits", async () => {
    const { machine, start, clock, watch, engine } = await openTestEngine();
    const arn = await machine(waitSeconds);
    const executions = await Promise.all(Array.from({ length: 2000 }, () => start(arn, 10)));
    const before = watch.commits.length;
    await clock.turn(10_000);
    // 500 at a time.
    expect(watch.commits.length - before).toBe(4);
    for (const execution of executions) expect((await engine.executions.describe(execution)).status).toBe("SUCCEEDED");
  });

  it("end the execution when the machine's TimeoutSeconds are over, also after the engine was closed", async () => {
    const folder = temporaryFolder();
    const one = await openTestEngine({ folder });
    const arn = await one.machine({ ...waitSeconds, TimeoutSeconds: 100 });
    const execution = await one.start(arn, 1000);
    await one.clock.turn(50_000);
    await one.engine.close();
    const two = await openTestEngine({ folder, now: one.clock.now() });
    await two.clock.turn(49_999);
    expect(await two.describe(execution)).toMatchObject({ status: "RUNNING" });
    await two.clock.turn(1);
    expect(await two.describe(execution)).toMatchObject({ status: "TIMED_OUT" });
  });
});

describe("tasks that call", () => {
  it("are aborted when their time is over", async () => {
    const task = new AnsweredByHand();
    const { machine, start, clock, rest, describe: look } = await openTestEngine(task);
    const state = AnsweredByHand.state({ TimeoutSeconds: 30, End: true });
    const execution = await start(await machine({ StartAt: "T", States: { T: state } }));
    await clock.turn(29_999);
    expect(task.calls[0]?.signal.aborted).toBe(false);
    await clock.turn(1);
    expect(task.calls[0]?.signal.aborted).toBe(true);
    expect(await look(execution)).toMatchObject({ status: "FAILED", error: "States.Timeout" });
    task.calls[0]?.succeed("1");
    await rest();
    expect(await look(execution)).toMatchObject({ status: "FAILED" });
  });

  it("are aborted when the execution is stopped or the engine closes", async () => {
    const task = new AnsweredByHand();
    const { engine, machine, start, rest } = await openTestEngine(task);
    const arn = await machine({ StartAt: "T", States: { T: AnsweredByHand.state() } });
    const executionArn = await start(arn);
    await start(arn);
    await rest();
    await engine.executions.stop({ executionArn });
    expect(task.calls.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    await engine.close();
    expect(task.calls.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });
});
