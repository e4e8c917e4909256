import { describe, expect, it } from "vitest";
import { AnsweredByHand } from "./answered-by-hand.js";
import { historyOf, openTestEngine } from "./test-engine.js";
import { settled } from "./turned-clock.js";

const hello = { StartAt: "Hello", States: { Hello: { Type: "Pass", Result: "Hello World!", End: true } } };
const call = { StartAt: "Call", States: { Call: AnsweredByHand.state() } };

describe("commits are shared", () => {
  it("writes what starts in one turn of the event loop in one commit", async () => {
    const { engine, machine, start, watch } = await openTestEngine();
    const arn = await machine(hello);
    const before = watch.commits.length;
    const executions = await Promise.all(Array.from({ length: 200 }, () => start(arn)));
    expect(watch.commits.length - before).toBe(1);
    expect(watch.commits.at(-1)?.executions).toHaveLength(200);
    expect(new Set(executions).size).toBe(200);
    for (const execution of executions) {
      expect(await engine.executions.describe(execution)).toMatchObject({ status: "SUCCEEDED" });
    }
  });

  it("writes an execution that waits for nothing once, from its start to its end", async () => {
    const { machine, start, watch } = await openTestEngine();
    const arn = await machine({
      StartAt: "M",
      States: {
        M: {
          Type: "Map",
          ItemProcessor: { StartAt: "I", States: { I: { Type: "Pass", End: true } } },
          Next: "P",
        },
        P: {
          Type: "Parallel",
          Branches: [
            { StartAt: "A", States: { A: { Type: "Pass", End: true } } },
            { StartAt: "B", States: { B: { Type: "Wait", Seconds: 0, End: true } } },
          ],
          End: true,
        },
      },
    });
    const before = watch.commits.length;
    await start(arn, [1, 2, 3]);
    await settled();
    expect(watch.commits.length - before).toBe(1);
    const [change] = watch.commits.at(-1)?.executions ?? [];
    expect(change).toMatchObject({ insert: { status: "SUCCEEDED" } });
    expect(change?.branches).toBeUndefined();
  });

  it("fills the next commit while one is being written", async () => {
    const { machine, start, watch } = await openTestEngine();
    const arn = await machine(hello);
    const before = watch.commits.length;
    watch.hold();
    const first = start(arn);
    await settled();
    const others = [start(arn), start(arn)];
    await settled();
    const last = start(arn);
    await settled();
    expect(watch.commits.length - before).toBe(1);
    watch.letGo();
    await Promise.all([first, ...others, last]);
    expect(watch.commits.slice(before).map(({ executions }) => executions?.length)).toEqual([1, 3]);
  });

  it("writes one thing after the other, never two at a time", async () => {
    const { engine, machine, start, watch, activity } = await openTestEngine();
    const [arn, other] = [await machine(hello), await machine(hello)];
    watch.hold();
    const work: Promise<unknown>[] = [start(arn), activity("a"), engine.stateMachines.delete(other)];
    await settled();
    work.push(start(arn), activity("b"), machine(hello));
    for (let step = 0; step < 8; step += 1) {
      watch.letGo();
      watch.hold();
      await settled();
    }
    await Promise.all(work);
    expect(watch.mostAtOnce).toBe(1);
  });
});

describe("nothing leaves before it is durable", () => {
  it("answers a start after its commit", async () => {
    const { engine, machine, start, watch } = await openTestEngine();
    const arn = await machine(hello);
    watch.hold();
    let answered = false;
    const started = start(arn, {}, "name").then((execution) => {
      answered = true;
      return execution;
    });
    await settled();
    expect(answered).toBe(false);
    const execution = `${arn.replace("stateMachine", "execution")}:name`;
    await expect(engine.executions.describe(execution)).rejects.toMatchObject({ code: "ExecutionDoesNotExist" });
    watch.letGo();
    expect(await started).toBe(execution);
    expect(await engine.executions.describe(execution)).toMatchObject({ status: "SUCCEEDED" });
  });

  it("calls what a task names after the commit that schedules it", async () => {
    const task = new AnsweredByHand();
    const { engine, machine, start, watch } = await openTestEngine(task);
    const arn = await machine(call);
    watch.hold();
    const started = start(arn, { a: 1 });
    await settled();
    expect(task.calls).toHaveLength(0);
    watch.letGo();
    const execution = await started;
    await settled();
    expect(task.inputs).toEqual([{ a: 1 }]);
    task.calls[0]?.succeed('"done"');
    expect(await engine.executions.ended(execution)).toMatchObject({ status: "SUCCEEDED", output: '"done"' });
  });

  it("does not make a call that was cancelled before its commit", async () => {
    const task = new AnsweredByHand();
    const { engine, machine, start, watch, clock } = await openTestEngine(task);
    const wait = { Type: "Wait", Seconds: 5, Next: "Call" };
    const execution = await start(await machine({ StartAt: "Wait", States: { Wait: wait, ...call.States } }));
    watch.hold();
    // Something else is being written: what comes of the alarm and of the stop waits for the next commit.
    const other = engine.activities.create({ name: "other", tags: [] });
    await clock.turn(5000);
    const stopped = engine.executions.stop({ executionArn: execution });
    await settled();
    watch.letGo();
    await Promise.all([other, stopped]);
    await settled();
    expect((await historyOf(engine, execution)).map(({ type }) => type)).toContain("TaskScheduled");
    expect(task.calls).toHaveLength(0);
  });

  it("hands out a task after the commit that says who took it", async () => {
    const { engine, machine, start, watch, activity } = await openTestEngine();
    const activityArn = await activity();
    const arn = await machine({
      StartAt: "Work",
      States: { Work: { Type: "Task", Resource: activityArn, End: true } },
    });
    await start(arn, { a: 1 });
    watch.hold();
    const before = watch.commits.length;
    let handedOut = false;
    const task = engine.activities.task({ activityArn, workerName: "w" }, new AbortController().signal).then((got) => {
      handedOut = true;
      return got;
    });
    await settled();
    expect(watch.commits.length - before).toBe(1);
    expect(handedOut).toBe(false);
    watch.letGo();
    expect(await task).toMatchObject({ input: '{"a":1}' });
  });

  it("takes a worker's word after the commit of what follows from it", async () => {
    const { engine, machine, start, watch, activity, describe: look } = await openTestEngine();
    const activityArn = await activity();
    const arn = await machine({
      StartAt: "Work",
      States: { Work: { Type: "Task", Resource: activityArn, End: true } },
    });
    const execution = await start(arn);
    const task = await engine.activities.task({ activityArn }, new AbortController().signal);
    watch.hold();
    let taken = false;
    const report = engine.activities.succeed({ taskToken: task?.taskToken ?? "", output: "1" }).then(() => {
      taken = true;
    });
    await settled();
    expect(taken).toBe(false);
    expect(await look(execution)).toMatchObject({ status: "RUNNING" });
    watch.letGo();
    await report;
    expect(await look(execution)).toMatchObject({ status: "SUCCEEDED", output: "1" });
  });

  it("tells of an end after the commit that holds it", async () => {
    const { engine, machine, start, watch } = await openTestEngine();
    const execution = await start(
      await machine({ StartAt: "W", States: { W: { Type: "Wait", Seconds: 9, End: true } } }),
    );
    let told = false;
    const end = engine.executions.ended(execution).then((description) => {
      told = true;
      return description;
    });
    watch.hold();
    const stopped = engine.executions.stop({ executionArn: execution, error: "E" });
    await settled();
    expect(told).toBe(false);
    watch.letGo();
    expect(await end).toMatchObject({ status: "ABORTED", error: "E" });
    await stopped;
  });
});
