import { describe, expect, it } from "vitest";
import { AnsweredByHand } from "./answered-by-hand.js";
import { eventTypes, historyOf, openTestEngine } from "./test-engine.js";
import { settled } from "./turned-clock.js";

const full = new Error("no space left");
const hello = { StartAt: "Hello", States: { Hello: { Type: "Pass", End: true } } };
const wait = (seconds: number) => ({ StartAt: "W", States: { W: { Type: "Wait", Seconds: seconds, End: true } } });
const call = { StartAt: "Call", States: { Call: AnsweredByHand.state() } };
const anybody = (): AbortSignal => new AbortController().signal;

describe("what callers asked for", () => {
  it("is refused with the store's error and leaves nothing behind", async () => {
    const { engine, machine, start, watch } = await openTestEngine();
    const arn = await machine(wait(5));
    watch.break(full);
    const starts = await Promise.allSettled([start(arn, {}, "a"), start(arn, {}, "b")]);
    expect(starts).toEqual([
      { status: "rejected", reason: full },
      { status: "rejected", reason: full },
    ]);
    watch.mend();
    expect((await engine.executions.list({ stateMachineArn: arn, maxResults: 10 })).items).toEqual([]);
    // The names are free.
    expect(await start(arn, { other: "input" }, "a")).toContain(":a");
  });

  it("is refused for all that stands on it, and only for that", async () => {
    const { engine, machine, start, watch } = await openTestEngine();
    const arn = await machine(hello);
    watch.hold();
    watch.break(full);
    const lost = [start(arn, {}, "a")];
    await settled();
    watch.mend();
    lost.push(start(arn, {}, "b"));
    await settled();
    watch.letGo();
    expect((await Promise.allSettled(lost)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await start(arn, {}, "c");
    const { items } = await engine.executions.list({ stateMachineArn: arn, maxResults: 10 });
    expect(items.map(({ name }) => name)).toEqual(["c"]);
  });

  it("can be asked for again: a worker's word", async () => {
    const { engine, machine, start, watch, activity, describe: look } = await openTestEngine();
    const activityArn = await activity();
    const arn = await machine({ StartAt: "T", States: { T: { Type: "Task", Resource: activityArn, End: true } } });
    const execution = await start(arn);
    watch.break(full);
    await expect(engine.activities.task({ activityArn }, anybody())).rejects.toBe(full);
    watch.mend();
    const { taskToken = "" } = (await engine.activities.task({ activityArn }, anybody())) ?? {};
    watch.break(full);
    await expect(engine.activities.succeed({ taskToken, output: "1" })).rejects.toBe(full);
    await expect(engine.activities.heartbeat({ taskToken })).rejects.toBe(full);
    expect(await look(execution)).toMatchObject({ status: "RUNNING" });
    watch.mend();
    await engine.activities.succeed({ taskToken, output: "2" });
    expect(await look(execution)).toMatchObject({ status: "SUCCEEDED", output: "2" });
    expect(await eventTypes(engine, execution)).toEqual([
      "ExecutionStarted",
      "TaskStateEntered",
      "ActivityScheduled",
      "ActivityStarted",
      "ActivitySucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ]);
  });

  it("can be asked for again: state machines and activities", async () => {
    const { engine, machine, activity, watch } = await openTestEngine();
    const arn = await machine(hello);
    watch.break(full);
    await expect(machine(hello)).rejects.toBe(full);
    await expect(activity()).rejects.toBe(full);
    await expect(engine.stateMachines.delete(arn)).rejects.toBe(full);
    await expect(engine.stateMachines.update({ stateMachineArn: arn, roleArn: "arn:aws:iam::1:role/x" })).rejects.toBe(
      full,
    );
    watch.mend();
    expect((await engine.stateMachines.describe(arn)).status).toBe("ACTIVE");
    expect((await engine.stateMachines.describe(arn)).roleArn).toBe("arn:aws:iam::123456789012:role/role");
    expect((await engine.stateMachines.list({ maxResults: 10 })).items).toHaveLength(1);
    expect((await engine.activities.list({ maxResults: 10 })).items).toEqual([]);
    expect(await activity()).toContain(":activity:");
    await engine.stateMachines.delete(arn);
    await expect(engine.stateMachines.describe(arn)).rejects.toMatchObject({ code: "StateMachineDoesNotExist" });
  });
});

describe("what comes from inside comes again", () => {
  it("the end of a Wait", async () => {
    const { engine, machine, start, watch, clock, describe: look } = await openTestEngine();
    const execution = await start(await machine(wait(5)));
    watch.break(full);
    await clock.turn(30_000);
    expect(await look(execution)).toMatchObject({ status: "RUNNING" });
    watch.mend();
    await clock.turn(1000);
    expect(await look(execution)).toMatchObject({ status: "SUCCEEDED" });
    expect(await eventTypes(engine, execution)).toEqual([
      "ExecutionStarted",
      "WaitStateEntered",
      "WaitStateExited",
      "ExecutionSucceeded",
    ]);
  });

  it("the result of a call, which is made once", async () => {
    const task = new AnsweredByHand();
    const { machine, start, watch, clock, log, describe: look } = await openTestEngine(task);
    const execution = await start(await machine(call));
    await settled();
    watch.break(full);
    task.calls[0]?.succeed('"done"');
    await clock.turn(30_000);
    expect(await look(execution)).toMatchObject({ status: "RUNNING" });
    expect(log.join("\n")).toContain("no space left");
    watch.mend();
    await clock.turn(1000);
    expect(await look(execution)).toMatchObject({ status: "SUCCEEDED", output: '"done"' });
    expect(task.calls).toHaveLength(1);
  });

  it("the children of a map run, each of which runs once", async () => {
    const task = new AnsweredByHand();
    const { engine, machine, start, watch, clock } = await openTestEngine(task);
    const arn = await machine({
      StartAt: "Each",
      States: {
        Each: {
          Type: "Map",
          MaxConcurrency: 2,
          ItemProcessor: {
            ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
            StartAt: "Call",
            States: { Call: AnsweredByHand.state() },
          },
          End: true,
        },
      },
    });
    // The start is stored, the children that it wishes for are not.
    watch.hold();
    const started = start(arn, [1, 2, 3, 4, 5]);
    await settled();
    watch.letGo();
    const execution = await started;
    watch.break(full);
    await clock.turn(5000);
    expect(task.calls).toHaveLength(0);
    for (let answered = 0; answered < 5; ) {
      watch.mend();
      await clock.turn(2000);
      const call = task.calls[answered];
      if (call === undefined) throw new Error(`only ${answered} children were called for`);
      // Some of their ends cannot be stored, nor the starts of those that come next.
      if (answered % 2 === 0) watch.break(full);
      call.succeed(String(task.inputs[answered]));
      await clock.turn(3000);
      answered += 1;
    }
    watch.mend();
    await clock.turn(2000);
    expect(await engine.executions.ended(execution)).toMatchObject({ status: "SUCCEEDED", output: "[1,2,3,4,5]" });
    expect([...task.inputs].sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it("the rest of a long loop", async () => {
    const { engine, machine, start, watch, clock } = await openTestEngine();
    const arn = await machine({
      StartAt: "Count",
      States: {
        Count: { Type: "Pass", Parameters: { "n.$": "States.MathAdd($.n, 1)" }, Next: "Again" },
        Again: { Type: "Choice", Choices: [{ Variable: "$.n", NumericLessThan: 600, Next: "Count" }], Default: "Done" },
        Done: { Type: "Succeed" },
      },
    });
    const first = start(arn, { n: 0 });
    // The start is committed; what is left of the loop comes in commits of its own.
    const before = watch.commits.length;
    while (watch.commits.length === before) await new Promise<void>((resolve) => setImmediate(resolve));
    watch.break(full);
    const execution = await first;
    await clock.turn(5000);
    watch.mend();
    await clock.turn(1000);
    expect(await engine.executions.ended(execution)).toMatchObject({ status: "SUCCEEDED", output: '{"n":600}' });
    expect((await historyOf(engine, execution)).map(({ id }) => id)).toEqual(
      Array.from({ length: 2 * 1200 + 4 }, (_, index) => index + 1),
    );
  });
});

describe("what memory knew ahead of the store is taken back", () => {
  it("goes on to wait where a stop could not be stored", async () => {
    const { engine, machine, start, watch, clock, activity, describe: look } = await openTestEngine();
    const activityArn = await activity();
    const execution = await start(
      await machine({
        StartAt: "T",
        States: { T: { Type: "Task", Resource: activityArn, Next: "W" }, W: { Type: "Wait", Seconds: 60, End: true } },
      }),
    );
    const { taskToken = "" } = (await engine.activities.task({ activityArn }, anybody())) ?? {};
    watch.hold();
    const report = engine.activities.succeed({ taskToken, output: "1" });
    await settled();
    // While that is being written, memory already holds the stop: nobody sets an alarm for the Wait.
    watch.break(full);
    const stop = engine.executions.stop({ executionArn: execution });
    await settled();
    watch.letGo();
    await report;
    await expect(stop).rejects.toBe(full);
    watch.mend();
    await clock.turn(60_000);
    expect(await look(execution)).toMatchObject({ status: "SUCCEEDED", output: "1" });
  });

  it("makes the call that a stop had made needless, where the stop could not be stored", async () => {
    const task = new AnsweredByHand();
    const { engine, machine, start, watch, clock, activity, describe: look } = await openTestEngine(task);
    const activityArn = await activity();
    const execution = await start(
      await machine({
        StartAt: "T",
        States: { T: { Type: "Task", Resource: activityArn, Next: "Call" }, Call: AnsweredByHand.state() },
      }),
    );
    const { taskToken = "" } = (await engine.activities.task({ activityArn }, anybody())) ?? {};
    watch.hold();
    const report = engine.activities.succeed({ taskToken, output: "1" });
    await settled();
    watch.break(full);
    const stop = engine.executions.stop({ executionArn: execution });
    await settled();
    watch.letGo();
    await report;
    await expect(stop).rejects.toBe(full);
    await clock.turn(3000);
    watch.mend();
    await clock.turn(1000);
    expect(task.inputs).toEqual([1]);
    task.calls[0]?.succeed("2");
    await settled();
    expect(await look(execution)).toMatchObject({ status: "SUCCEEDED", output: "2" });
  });

  it("makes no call that is not stored yet, when it takes up again what was under way", async () => {
    const task = new AnsweredByHand();
    const { engine, machine, start, watch, clock, activity } = await openTestEngine(task);
    const activityArn = await activity();
    const execution = await start(
      await machine({
        StartAt: "T",
        States: { T: { Type: "Task", Resource: activityArn, Next: "Call" }, Call: AnsweredByHand.state() },
      }),
    );
    const { taskToken = "" } = (await engine.activities.task({ activityArn }, anybody())) ?? {};
    watch.break(full);
    await expect(engine.executions.stop({ executionArn: execution })).rejects.toBe(full);
    watch.mend();
    // What is read back goes on, and that is being written when the time comes to take it up.
    watch.hold();
    const report = engine.activities.succeed({ taskToken, output: "1" });
    await clock.turn(5000);
    expect(task.inputs).toEqual([]);
    watch.letGo();
    await report;
    await settled();
    expect(task.inputs).toEqual([1]);
  });

  it("does not make a call twice that is under way", async () => {
    const task = new AnsweredByHand();
    const { engine, machine, start, watch, clock, describe: look } = await openTestEngine(task);
    const execution = await start(await machine(call));
    await settled();
    watch.break(full);
    await expect(engine.executions.stop({ executionArn: execution })).rejects.toBe(full);
    watch.mend();
    await clock.turn(5000);
    expect(task.calls).toHaveLength(1);
    expect(task.calls[0]?.signal.aborted).toBe(false);
    task.calls[0]?.succeed("1");
    await settled();
    expect(await look(execution)).toMatchObject({ status: "SUCCEEDED" });
  });

  it("tells of no end that was not stored", async () => {
    const { engine, machine, start, watch } = await openTestEngine();
    const execution = await start(await machine(wait(60)));
    const end = engine.executions.ended(execution);
    let told = false;
    void end.then(() => {
      told = true;
    });
    watch.break(full);
    await expect(engine.executions.stop({ executionArn: execution, error: "First" })).rejects.toBe(full);
    await settled();
    expect(told).toBe(false);
    watch.mend();
    await engine.executions.stop({ executionArn: execution, error: "Second" });
    expect(await end).toMatchObject({ status: "ABORTED", error: "Second" });
  });
});

describe("express executions", () => {
  it("run once, however often their end cannot be stored", async () => {
    const task = new AnsweredByHand();
    const { machine, start, watch, clock } = await openTestEngine(task);
    const arn = await machine(
      {
        StartAt: "Call",
        States: {
          Call: AnsweredByHand.state({ Next: "W" }),
          W: { Type: "Wait", Seconds: 2, Next: "End" },
          End: AnsweredByHand.state(),
        },
      },
      "EXPRESS",
    );
    await start(arn, "in");
    await settled();
    watch.break(full);
    task.calls[0]?.succeed('"first"');
    await clock.turn(10_000);
    expect(task.inputs).toEqual(["in", "first"]);
    task.calls[1]?.succeed('"second"');
    await clock.turn(10_000);
    expect(task.calls).toHaveLength(2);
    watch.mend();
    await clock.turn(1000);
    expect(watch.commits.at(-1)?.deletedExecutions).toHaveLength(1);
    const commits = watch.commits.length;
    await clock.turn(600_000);
    expect(watch.commits).toHaveLength(commits);
    expect(task.calls).toHaveLength(2);
  });

  it("do not run where their start could not be stored", async () => {
    const task = new AnsweredByHand();
    const { machine, start, watch, clock } = await openTestEngine(task);
    const arn = await machine(call, "EXPRESS");
    watch.break(full);
    await expect(start(arn)).rejects.toBe(full);
    watch.mend();
    await clock.turn(600_000);
    expect(task.calls).toHaveLength(0);
  });
});

describe("one execution that cannot be carried on", () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;

  it("fails, where JSON nests too deep for what a state does with it", async () => {
    const { engine, machine, start, activity, describe: look } = await openTestEngine();
    const activityArn = await activity();
    const arn = await machine({
      StartAt: "T",
      States: { T: { Type: "Task", Resource: activityArn, Next: "W" }, W: { Type: "Wait", Seconds: 9, End: true } },
    });
    const execution = await start(arn);
    const { taskToken = "" } = (await engine.activities.task({ activityArn }, anybody())) ?? {};
    await engine.activities.succeed({ taskToken, output: deep });
    expect(await look(execution)).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    expect((await eventTypes(engine, execution)).slice(-2)).toEqual(["ActivitySucceeded", "ExecutionFailed"]);
  });

  it("does not keep others out of the commit", async () => {
    const { engine, machine, start } = await openTestEngine();
    const stateMachineArn = await machine(wait(9));
    const deepStart = engine.executions.start({ stateMachineArn, input: deep });
    const [other] = await Promise.all([start(stateMachineArn), deepStart.catch(() => {})]);
    expect(await engine.executions.describe(other)).toMatchObject({ status: "RUNNING" });
    await expect(deepStart).rejects.toThrow();
    expect((await engine.executions.list({ stateMachineArn, maxResults: 9 })).items).toHaveLength(1);
  });
});
