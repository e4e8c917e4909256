import { describe, expect, it } from "vitest";
import { AnsweredByHand } from "./answered-by-hand.js";
import { openTestEngine, temporaryFolder } from "./test-engine.js";
import { settled } from "./turned-clock.js";

const hello = { StartAt: "Hello", States: { Hello: { Type: "Pass", End: true } } };
const wait = { StartAt: "W", States: { W: { Type: "Wait", Seconds: 60, End: true } } };
const call = { StartAt: "Call", States: { Call: AnsweredByHand.state() } };

describe("the name of a STANDARD execution", () => {
  it("with the same input gives the running execution again", async () => {
    const { engine, machine, clock } = await openTestEngine();
    const request = { stateMachineArn: await machine(wait), name: "name", input: '{"a":1}' };
    const first = await engine.executions.start(request);
    await clock.turn(5000);
    expect(await engine.executions.start(request)).toEqual(first);
    expect((await engine.executions.list({ ...request, maxResults: 10 })).items).toHaveLength(1);
  });

  it("gives one execution to two that start it at the same time", async () => {
    const { engine, machine } = await openTestEngine();
    const request = { stateMachineArn: await machine(wait), name: "name", input: "{}" };
    const starts = await Promise.all(Array.from({ length: 5 }, () => engine.executions.start(request)));
    expect(new Set(starts.map(({ executionArn }) => executionArn)).size).toBe(1);
    expect((await engine.executions.list({ ...request, maxResults: 10 })).items).toHaveLength(1);
  });

  it("lets the second of two starts try where the first could not be stored", async () => {
    const { engine, machine, watch } = await openTestEngine();
    const request = { stateMachineArn: await machine(wait), name: "name", input: "{}" };
    watch.hold();
    watch.break(new Error("no space left"));
    const first = engine.executions.start(request);
    await settled();
    watch.mend();
    const second = engine.executions.start(request);
    await settled();
    watch.letGo();
    await expect(first).rejects.toThrow("no space left");
    const { executionArn } = await second;
    expect(await engine.executions.describe(executionArn)).toMatchObject({ status: "RUNNING" });
  });

  it.each([
    ["another input", wait, '{"a":2}'],
    ["the same input in other words", wait, '{ "a": 1 }'],
    ["the same input after the end", hello, '{"a":1}'],
  ])("is refused with %s", async (_what, definition, input) => {
    const { engine, machine } = await openTestEngine();
    const stateMachineArn = await machine(definition);
    const { executionArn } = await engine.executions.start({ stateMachineArn, name: "name", input: '{"a":1}' });
    await expect(engine.executions.start({ stateMachineArn, name: "name", input })).rejects.toMatchObject({
      code: "ExecutionAlreadyExists",
      message: `Execution Already Exists: '${executionArn}'`,
    });
  });

  it("is remembered by the next process", async () => {
    const folder = temporaryFolder();
    const one = await openTestEngine({ folder });
    const stateMachineArn = await one.machine(wait);
    const request = { stateMachineArn, name: "name", input: "{}" };
    const first = await one.engine.executions.start(request);
    await one.engine.close();
    const { engine } = await openTestEngine({ folder, now: one.clock.now() + 1000 });
    expect(await engine.executions.start(request)).toEqual(first);
    await expect(engine.executions.start({ ...request, input: "1" })).rejects.toMatchObject({
      code: "ExecutionAlreadyExists",
    });
  });

  it("is a UUID where none is given", async () => {
    const { engine, machine } = await openTestEngine();
    const stateMachineArn = await machine(hello);
    const starts = await Promise.all(
      Array.from({ length: 1000 }, () => engine.executions.start({ stateMachineArn, input: "{}" })),
    );
    const names = starts.map(({ executionArn }) => executionArn.split(":")[7]);
    expect(new Set(names).size).toBe(1000);
    for (const name of names) {
      expect(name).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });
});

describe("EXPRESS executions", () => {
  it("are new with every start, whatever their name", async () => {
    const task = new AnsweredByHand();
    const { engine, machine } = await openTestEngine(task);
    const stateMachineArn = await machine(call, "EXPRESS");
    const request = { stateMachineArn, name: "name", input: "{}" };
    const arns = [];
    for (let count = 0; count < 3; count += 1) arns.push((await engine.executions.start(request)).executionArn);
    expect(new Set(arns).size).toBe(3);
    for (const arn of arns) expect(arn).toMatch(/:express:machine-\d+:name:[0-9a-f-]{36}$/);
    await settled();
    expect(task.calls).toHaveLength(3);
  });

  it("run to their end and leave nothing in the store", async () => {
    const task = new AnsweredByHand();
    const { machine, start, watch } = await openTestEngine(task);
    const arn = await machine(call, "EXPRESS");
    await start(arn);
    await settled();
    task.calls[0]?.succeed("1");
    await settled();
    expect(watch.commits.at(-1)?.deletedExecutions).toHaveLength(1);
    expect(await watch.store.hasRunningExecution(arn)).toBe(false);
  });

  it("end after five minutes", async () => {
    const task = new AnsweredByHand();
    const { machine, start, watch, clock } = await openTestEngine(task);
    await start(await machine(call, "EXPRESS"));
    await clock.turn(299_999);
    expect(task.calls[0]?.signal.aborted).toBe(false);
    await clock.turn(1);
    expect(task.calls[0]?.signal.aborted).toBe(true);
    expect(watch.commits.at(-1)?.deletedExecutions).toHaveLength(1);
  });
});

describe("what cannot be started", () => {
  it.each([
    ["", ""],
    ["-other", ""],
    [":1", "Version "],
    [":alias", "Alias "],
  ])("a state machine with the ARN …%s that is not there", async (suffix, what) => {
    const { engine, machine } = await openTestEngine();
    const there = await machine(hello);
    const stateMachineArn = suffix === "" ? there.replace("machine-", "gone-") : `${there}${suffix}`;
    await expect(engine.executions.start({ stateMachineArn, input: "{}" })).rejects.toMatchObject({
      code: "StateMachineDoesNotExist",
      message: `State Machine ${what}Does Not Exist: '${stateMachineArn}'`,
    });
  });

  it("a state machine that was deleted", async () => {
    const { engine, machine, start, describe: look } = await openTestEngine();
    const arn = await machine(wait);
    const execution = await start(arn);
    await engine.stateMachines.delete(arn);
    await expect(start(arn)).rejects.toMatchObject({ code: "StateMachineDoesNotExist" });
    expect(await look(execution)).toMatchObject({ status: "ABORTED" });
    expect((await engine.stateMachines.describeForExecution(execution)).definition).toBe(JSON.stringify(wait));
  });

  it("a state machine that is being deleted", async () => {
    const { engine, machine, start, watch } = await openTestEngine();
    const arn = await machine(wait);
    watch.hold();
    const before = start(arn, {}, "before");
    await settled();
    const deleted = engine.stateMachines.delete(arn);
    await expect(start(arn, {}, "after")).rejects.toMatchObject({ code: "StateMachineDeleting" });
    await settled();
    watch.letGo();
    const execution = await before;
    await deleted;
    // What was accepted before is not forgotten: it was stopped.
    expect(await engine.executions.describe(execution)).toMatchObject({ status: "ABORTED" });
  });
});

describe("a deletion that a crash cut short", () => {
  it("is finished by the next process", async () => {
    const folder = temporaryFolder();
    const one = await openTestEngine({ folder });
    const arn = await one.machine(wait);
    const execution = await one.start(arn);
    // The machine is marked; what would come next is not stored.
    const before = one.watch.commits.length;
    const deleted = one.engine.stateMachines.delete(arn).catch(() => {});
    while (one.watch.commits.length === before) await new Promise<void>((resolve) => setImmediate(resolve));
    one.watch.break(new Error("killed"));
    await deleted;
    expect((await one.engine.stateMachines.describe(arn)).status).toBe("DELETING");
    await one.kill();
    const { engine } = await openTestEngine({ folder });
    await expect(engine.stateMachines.describe(arn)).rejects.toMatchObject({ code: "StateMachineDoesNotExist" });
    expect(await engine.executions.describe(execution)).toMatchObject({ status: "ABORTED" });
  });
});
