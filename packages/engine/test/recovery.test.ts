import { describe, expect, it } from "vitest";
import { openEngine, openSqliteStore } from "../src/index.js";
import { AnsweredByHand } from "./answered-by-hand.js";
import { branch, chunk, executionRow, revision, stateMachine } from "./store-rows.js";
import {
  eventTypes,
  historyOf,
  openTestEngine,
  type TestEngine,
  type TestEngineOptions,
  temporaryFolder,
} from "./test-engine.js";
import { watchStore } from "./watched-store.js";

const anybody = (): AbortSignal => new AbortController().signal;
const work = (activityArn: string, more: object = {}) => ({
  StartAt: "Work",
  States: { Work: { Type: "Task", Resource: activityArn, ...more, End: true } },
});

/** The next process on the same folder, after one that was closed or killed. */
async function next(before: TestEngine, end: "close" | "kill", folder: string, options: TestEngineOptions = {}) {
  if (end === "close") await before.engine.close();
  else await before.kill();
  return openTestEngine({ ...options, folder, now: before.clock.now() });
}

describe.each(["close", "kill"] as const)("after a %s", (end) => {
  it("retries go on to be counted", async () => {
    const folder = temporaryFolder();
    const task = new AnsweredByHand();
    let test = await openTestEngine({ ...task, folder });
    const state = AnsweredByHand.state({
      Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 3 }],
      End: true,
    });
    const execution = await test.start(await test.machine({ StartAt: "T", States: { T: state } }));
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await test.rest();
      expect(task.calls).toHaveLength(attempt + 1);
      task.calls[attempt]?.fail(new Error("no"));
      await test.rest();
      test = await next(test, end, folder, task);
      if (attempt === 3) break;
      const delay = 2000 * 2 ** attempt;
      await test.clock.turn(delay - 1);
      expect(task.calls).toHaveLength(attempt + 1);
      await test.clock.turn(1);
    }
    expect(await test.describe(execution)).toMatchObject({ status: "FAILED", error: "States.TaskFailed", cause: "no" });
  });

  it("calls under way are made again, with the same input and token", async () => {
    const folder = temporaryFolder();
    const first = new AnsweredByHand();
    const one = await openTestEngine({ ...first, folder });
    const state = {
      Type: "Task",
      Resource: `${AnsweredByHand.resource}.waitForTaskToken`,
      Parameters: { "input.$": "$", "token.$": "$$.Task.Token" },
      End: true,
    };
    const execution = await one.start(await one.machine({ StartAt: "T", States: { T: state } }), { a: 1 });
    await one.rest();
    const second = new AnsweredByHand();
    const two = await next(one, end, folder, second);
    await two.rest();
    expect(second.calls.map(({ request }) => request.parameters)).toEqual(
      first.calls.map(({ request }) => request.parameters),
    );
    second.calls[0]?.succeed("{}");
    await two.rest();
    // Now the call has returned: it is not made a third time.
    const third = new AnsweredByHand();
    const three = await next(two, end, folder, third);
    await three.rest();
    expect(third.calls).toHaveLength(0);
    const { taskToken = "" } = first.calls[0]?.request ?? {};
    await three.engine.activities.succeed({ taskToken, output: '"done"' });
    expect(await three.describe(execution)).toMatchObject({ status: "SUCCEEDED", output: '"done"' });
    expect(await eventTypes(three.engine, execution)).toEqual([
      "ExecutionStarted",
      "TaskStateEntered",
      "TaskScheduled",
      "TaskStarted",
      "TaskSubmitted",
      "TaskSucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ]);
  });

  it("a task's time goes on to run", async () => {
    const folder = temporaryFolder();
    const task = new AnsweredByHand();
    const one = await openTestEngine({ ...task, folder });
    const state = AnsweredByHand.state({ TimeoutSeconds: 60, End: true });
    const execution = await one.start(await one.machine({ StartAt: "T", States: { T: state } }));
    await one.clock.turn(40_000);
    const two = await next(one, end, folder, task);
    await two.clock.turn(19_999);
    expect(task.calls[1]?.signal.aborted).toBe(false);
    await two.clock.turn(1);
    expect(task.calls[1]?.signal.aborted).toBe(true);
    expect(await two.describe(execution)).toMatchObject({ status: "FAILED", error: "States.Timeout" });
  });

  it("activity tasks keep their place in the queue and their tokens", async () => {
    const folder = temporaryFolder();
    const one = await openTestEngine({ folder });
    const activityArn = await one.activity();
    const arn = await one.machine(work(activityArn));
    const executions = [];
    for (let count = 0; count < 4; count += 1) executions.push(await one.start(arn, count));
    const taken = await one.engine.activities.task({ activityArn, workerName: "w" }, anybody());
    const two = await next(one, end, folder);
    const { activities } = two.engine;
    await activities.succeed({ taskToken: taken?.taskToken ?? "", output: '"by the first"' });
    expect(await two.describe(executions[0] ?? "")).toMatchObject({ status: "SUCCEEDED", output: '"by the first"' });
    const inputs = [];
    for (let count = 1; count < 4; count += 1) inputs.push((await activities.task({ activityArn }, anybody()))?.input);
    expect(inputs).toEqual(["1", "2", "3"]);
  });

  it("a worker's heartbeats go on to count", async () => {
    const folder = temporaryFolder();
    let test = await openTestEngine({ folder });
    const activityArn = await test.activity();
    const execution = await test.start(await test.machine(work(activityArn, { HeartbeatSeconds: 10 })));
    const { taskToken = "" } = (await test.engine.activities.task({ activityArn }, anybody())) ?? {};
    for (let count = 0; count < 3; count += 1) {
      await test.clock.turn(6000);
      test = await next(test, end, folder);
      await test.clock.turn(3000);
      await test.engine.activities.heartbeat({ taskToken });
    }
    await test.clock.turn(5000);
    test = await next(test, end, folder);
    await test.clock.turn(4999);
    expect(await test.describe(execution)).toMatchObject({ status: "RUNNING" });
    await test.clock.turn(1);
    expect(await test.describe(execution)).toMatchObject({ status: "FAILED", error: "States.Timeout" });
  });

  it("a long loop goes on where it was", async () => {
    const folder = temporaryFolder();
    const one = await openTestEngine({ folder });
    const arn = await one.machine({
      StartAt: "Count",
      States: {
        Count: { Type: "Pass", Parameters: { "n.$": "States.MathAdd($.n, 1)" }, Next: "Again" },
        Again: {
          Type: "Choice",
          Choices: [{ Variable: "$.n", NumericLessThan: 2000, Next: "Count" }],
          Default: "Done",
        },
        Done: { Type: "Succeed" },
      },
    });
    // The answer comes after the first of several transitions.
    const execution = await one.start(arn, { n: 0 });
    const two = await next(one, end, folder);
    expect(await two.engine.executions.ended(execution)).toMatchObject({ status: "SUCCEEDED", output: '{"n":2000}' });
    const ids = (await historyOf(two.engine, execution)).map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: 2 * 4000 + 4 }, (_, index) => index + 1));
  });

  it("an express execution runs again from its start", async () => {
    const folder = temporaryFolder();
    const task = new AnsweredByHand();
    const one = await openTestEngine({ ...task, folder });
    const states = { First: AnsweredByHand.state({ Next: "Second" }), Second: AnsweredByHand.state() };
    const arn = await one.machine({ StartAt: "First", States: states }, "EXPRESS");
    await one.start(arn, "in");
    await one.rest();
    task.calls[0]?.succeed('"first"');
    await one.rest();
    const two = await next(one, end, folder, task);
    await two.rest();
    expect(task.inputs).toEqual(["in", "first", "in"]);
    task.calls[2]?.succeed('"first"');
    await two.rest();
    task.calls[3]?.succeed('"second"');
    await two.rest();
    expect(two.watch.commits.at(-1)?.deletedExecutions).toHaveLength(1);
    const three = await next(two, end, folder, task);
    await three.rest();
    expect(task.calls).toHaveLength(4);
  });

  it("an express execution whose state machine is gone still ends", async () => {
    const folder = temporaryFolder();
    const task = new AnsweredByHand();
    const one = await openTestEngine({ ...task, folder });
    const arn = await one.machine({ StartAt: "T", States: { T: AnsweredByHand.state() } }, "EXPRESS");
    await one.start(arn);
    await one.rest();
    await one.watch.store.commit({ deletedStateMachines: [arn] });
    const two = await next(one, end, folder, task);
    await two.rest();
    task.calls[1]?.succeed("1");
    await two.rest();
    expect(two.watch.commits.at(-1)?.deletedExecutions).toHaveLength(1);
  });

  it("a Map of a hundred activity tasks ends with its results in order", async () => {
    const folder = temporaryFolder();
    let test = await openTestEngine({ folder });
    const activityArn = await test.activity();
    const iteration = {
      StartAt: "Work",
      States: {
        Work: { Type: "Task", Resource: activityArn, ResultPath: "$.result", Next: "Wait" },
        Wait: { Type: "Wait", SecondsPath: "$.wait", End: true },
      },
    };
    const map = { Type: "Map", ItemProcessor: iteration, End: true };
    const items = Array.from({ length: 100 }, (_, n) => ({ n, wait: n % 7 }));
    const execution = await test.start(await test.machine({ StartAt: "Map", States: { Map: map } }), items);

    const answered = new Set<number>();
    const held: { taskToken: string; n: number }[] = [];
    // Five workers, who take their time and answer in no order; the process ends every third round.
    for (let round = 0; (await test.describe(execution)).status === "RUNNING"; round += 1) {
      expect(round).toBeLessThan(200);
      const caller = new AbortController();
      const polls = Array.from({ length: 5 }, (_, worker) =>
        test.engine.activities.task({ activityArn, workerName: `worker-${worker}` }, caller.signal),
      );
      await test.rest();
      caller.abort();
      for (const task of await Promise.all(polls)) {
        if (task !== undefined) held.push({ taskToken: task.taskToken, n: JSON.parse(task.input).n });
      }
      for (let count = 0; count < 4 && held.length > 0; count += 1) {
        const [{ taskToken, n } = { taskToken: "", n: -1 }] = held.splice((round * 7 + count) % held.length, 1);
        expect(answered.has(n)).toBe(false);
        answered.add(n);
        await test.engine.activities.succeed({ taskToken, output: JSON.stringify(n * n) });
      }
      await test.clock.turn(1000);
      if (round % 3 === 2) test = await next(test, end, folder);
    }
    const { status, output = "" } = await test.describe(execution);
    expect(status).toBe("SUCCEEDED");
    expect(JSON.parse(output)).toEqual(items.map((item) => ({ ...item, result: item.n * item.n })));
    const history = await historyOf(test.engine, execution);
    expect(history.map(({ id }) => id)).toEqual(history.map((_, index) => index + 1));
    const count = (type: string): number => history.filter((event) => event.type === type).length;
    expect(count("MapIterationStarted")).toBe(100);
    expect(count("MapIterationSucceeded")).toBe(100);
    expect(count("ActivityStarted")).toBe(100);
  });
});

describe("a process that is killed", () => {
  it("loses what it had told nobody, and only that", async () => {
    const folder = temporaryFolder();
    const one = await openTestEngine({ folder });
    const arn = await one.machine({ StartAt: "W", States: { W: { Type: "Wait", Seconds: 5, End: true } } });
    const told = await one.start(arn, {}, "told");
    one.watch.hold();
    void one.start(arn, {}, "not-told").catch(() => {});
    await one.rest();
    const two = await next(one, "kill", folder);
    const { items } = await two.engine.executions.list({ stateMachineArn: arn, maxResults: 10 });
    expect(items.map(({ executionArn }) => executionArn)).toEqual([told]);
    await two.clock.turn(5000);
    expect(await two.describe(told)).toMatchObject({ status: "SUCCEEDED" });
  });

  it("opens although one of its executions cannot be read back", async () => {
    const folder = temporaryFolder();
    const task = new AnsweredByHand();
    const one = await openTestEngine({ ...task, folder });
    const call = { StartAt: "T", States: { T: AnsweredByHand.state() } };
    const [broken, whole] = [await one.machine(call), await one.machine(call)];
    await one.start(broken);
    const execution = await one.start(whole);
    await one.rest();
    // As a definition would be that this version refuses and another one accepted.
    const [id = 0] = await one.watch.store.restarting();
    const branch = { id: 0, data: "not JSON", dueAt: null, activityArn: null, restart: true };
    await one.watch.store.commit({ executions: [{ id, branches: [branch] }] });
    const two = await next(one, "kill", folder, task);
    await two.rest();
    expect(two.log.join("\n")).toContain(`execution ${id} cannot be taken up`);
    task.calls.at(-1)?.succeed("1");
    await two.rest();
    expect(await two.describe(execution)).toMatchObject({ status: "SUCCEEDED" });
  });
});

describe("an engine that cannot be opened", () => {
  it("leaves the folder to the next one", async () => {
    const folder = temporaryFolder();
    const broken = watchStore(await openSqliteStore({ folder }));
    broken.break(new Error("cannot be read"), "restarting");
    await expect(openEngine({ store: broken.store })).rejects.toThrow("cannot be read");
    await openTestEngine({ folder });
  });
});

describe("an execution whose definition cannot be read back", () => {
  it("holds up no other, and can be stopped", async () => {
    const folder = temporaryFolder();
    const store = await openSqliteStore({ folder });
    const [id, revisionId] = [store.nextExecutionId(), store.nextRevisionId()];
    const row = executionRow(id, { revisionId });
    await store.commit({
      stateMachines: [{ ...stateMachine("orders", 1), revisionId }],
      revisions: [{ ...revision(revisionId), definition: "of a later version" }],
      executions: [{ id, insert: row, history: chunk(1, 2), branches: [branch(0, { dueAt: 1, data: "{}" })] }],
    });
    await store.close();
    const { engine, machine, start, describe, rest, log } = await openTestEngine({ folder });
    await rest();
    const other = await start(await machine({ StartAt: "Only", States: { Only: { Type: "Pass", End: true } } }));
    expect(await describe(other)).toMatchObject({ status: "SUCCEEDED" });
    expect(await describe(row.arn)).toMatchObject({ status: "RUNNING" });
    const stop = () => engine.executions.stop({ executionArn: row.arn, error: "Gone", cause: "why" });
    await Promise.all([stop(), stop()]);
    expect(await describe(row.arn)).toMatchObject({ status: "ABORTED", error: "Gone", cause: "why" });
    const { items } = await engine.executions.history({ executionArn: row.arn, maxResults: 1, reverseOrder: true });
    expect(items).toEqual([expect.stringContaining('"type":"ExecutionAborted","id":3')]);
    expect(log.join()).toContain("is not valid");
  });
});

describe("closing", () => {
  it("waits for what was accepted, and starts nothing more", async () => {
    const task = new AnsweredByHand();
    const folder = temporaryFolder();
    const one = await openTestEngine({ ...task, folder });
    const arn = await one.machine({ StartAt: "T", States: { T: AnsweredByHand.state() } });
    one.watch.hold();
    const started = one.start(arn);
    await one.rest();
    const closed = one.engine.close();
    await one.rest();
    one.watch.letGo();
    await Promise.all([started, closed]);
    expect(task.calls).toHaveLength(0);
    await expect(one.start(arn)).rejects.toThrow();
    const two = await openTestEngine({ ...task, folder, now: one.clock.now() });
    await two.rest();
    task.calls[0]?.succeed("1");
    await two.rest();
    expect(await two.describe(await started)).toMatchObject({ status: "SUCCEEDED" });
  });

  it("ends while the store fails", async () => {
    const task = new AnsweredByHand();
    const one = await openTestEngine(task);
    const arn = await one.machine({ StartAt: "T", States: { T: AnsweredByHand.state() } }, "EXPRESS");
    await one.start(arn);
    await one.rest();
    one.watch.break(new Error("no space left"));
    task.calls[0]?.succeed("1");
    await one.rest();
    await one.engine.close();
  });
});
