import { describe, expect, it } from "vitest";
import { openTestEngine, type TestEngine } from "./test-engine.js";
import { settled } from "./turned-clock.js";

const anybody = (): AbortSignal => new AbortController().signal;
const work = (activityArn: string, more: object = {}) => ({
  StartAt: "Work",
  States: { Work: { Type: "Task", Resource: activityArn, ...more, End: true } },
});

/** A poll, and what it was answered: undefined where it waits. */
function poll({ engine }: TestEngine, activityArn: string, signal = anybody()) {
  const state: { answer?: { taskToken: string; input: string } | "nothing" } = {};
  const answered = engine.activities.task({ activityArn }, signal).then((task) => {
    state.answer = task ?? "nothing";
    return task;
  });
  return { state, answered };
}

describe("the queue of an activity", () => {
  it("is first in, first out", async () => {
    const test = await openTestEngine();
    const activityArn = await test.activity();
    const arn = await test.machine(work(activityArn));
    for (let count = 0; count < 5; count += 1) await test.start(arn, count);
    const inputs = [];
    for (let count = 0; count < 5; count += 1) {
      inputs.push((await test.engine.activities.task({ activityArn }, anybody()))?.input);
    }
    expect(inputs).toEqual(["0", "1", "2", "3", "4"]);
  });

  it("serves those who wait in the order in which they came, each task once", async () => {
    const test = await openTestEngine();
    const activityArn = await test.activity();
    const arn = await test.machine(work(activityArn));
    const polls = Array.from({ length: 5 }, () => poll(test, activityArn));
    await settled();
    await Promise.all([0, 1, 2].map((input) => test.start(arn, input)));
    await settled();
    const answers = polls.map(({ state }) => (state.answer === "nothing" ? "nothing" : state.answer?.input));
    expect(answers).toEqual(["0", "1", "2", undefined, undefined]);
  });

  it("hands on in the next turn what more workers ask for", async () => {
    const test = await openTestEngine();
    const activityArn = await test.activity();
    const arn = await test.machine(work(activityArn));
    await Promise.all(Array.from({ length: 30 }, (_, input) => test.start(arn, input)));
    const tasks = await Promise.all(
      Array.from({ length: 30 }, () => test.engine.activities.task({ activityArn }, anybody())),
    );
    expect(tasks.map((task) => Number(task?.input))).toEqual(Array.from({ length: 30 }, (_, input) => input));
    expect(new Set(tasks.map((task) => task?.taskToken)).size).toBe(30);
  });

  it("misses nothing that is queued while it is being read", async () => {
    const test = await openTestEngine();
    const activityArn = await test.activity();
    const arn = await test.machine(work(activityArn));
    // The store's answer "nothing is queued" arrives after the commit that queues something.
    const arrive = test.watch.late("queued");
    const { state } = poll(test, activityArn);
    await settled();
    await test.start(arn, "queued meanwhile");
    await settled();
    expect(test.watch.calls("queued")).toBe(1);
    arrive();
    await settled();
    expect(state.answer).toMatchObject({ input: '"queued meanwhile"' });
  });

  it("forgets a task that timed out before a worker came", async () => {
    const test = await openTestEngine();
    const activityArn = await test.activity();
    const execution = await test.start(await test.machine(work(activityArn, { TimeoutSeconds: 30 })));
    await test.clock.turn(30_000);
    expect(await test.describe(execution)).toMatchObject({ status: "FAILED", error: "States.Timeout" });
    const { state } = poll(test, activityArn);
    await settled();
    expect(state.answer).toBeUndefined();
  });

  it("belongs to one activity", async () => {
    const test = await openTestEngine();
    const [one, other] = [await test.activity("one"), await test.activity("other")];
    await test.start(await test.machine(work(one)));
    const { state } = poll(test, other);
    await settled();
    expect(state.answer).toBeUndefined();
  });
});

describe("a poll", () => {
  it("waits 60 seconds", async () => {
    const test = await openTestEngine();
    const { state } = poll(test, await test.activity());
    await test.clock.turn(59_999);
    expect(state.answer).toBeUndefined();
    await test.clock.turn(1);
    expect(state.answer).toBe("nothing");
  });

  it("of a caller who has gone gets nothing, and the task goes to the next", async () => {
    const test = await openTestEngine();
    const activityArn = await test.activity();
    const caller = new AbortController();
    const gone = poll(test, activityArn, caller.signal);
    const next = poll(test, activityArn);
    await settled();
    caller.abort();
    await test.start(await test.machine(work(activityArn)), "in");
    await settled();
    expect(gone.state.answer).toBe("nothing");
    expect(next.state.answer).toMatchObject({ input: '"in"' });
    expect(test.clock.alarms).toEqual([]);
  });

  it("of a caller who had gone before gets nothing", async () => {
    const test = await openTestEngine();
    const activityArn = await test.activity();
    await test.start(await test.machine(work(activityArn)));
    expect(await test.engine.activities.task({ activityArn }, AbortSignal.abort())).toBeUndefined();
    expect(await test.engine.activities.task({ activityArn }, anybody())).toMatchObject({ input: "{}" });
  });

  it("is one of a thousand at most", async () => {
    const test = await openTestEngine();
    const activityArn = await test.activity();
    const callers = Array.from({ length: 1000 }, () => new AbortController());
    const polls = callers.map(({ signal }) => poll(test, activityArn, signal));
    await settled();
    await expect(test.engine.activities.task({ activityArn }, anybody())).rejects.toMatchObject({
      code: "ActivityWorkerLimitExceeded",
      message: "The maximum number of workers concurrently polling for activity tasks has been reached.",
    });
    // Other activities have places of their own.
    poll(test, await test.activity("other"));
    for (const caller of callers) caller.abort();
    await Promise.all(polls.map(({ answered }) => answered));
    await test.start(await test.machine(work(activityArn)));
    expect(await test.engine.activities.task({ activityArn }, anybody())).toBeDefined();
  });

  it("is answered when the engine closes", async () => {
    const test = await openTestEngine();
    const { answered } = poll(test, await test.activity());
    await test.engine.close();
    expect(await answered).toBeUndefined();
  });

  it("needs an activity that exists", async () => {
    const test = await openTestEngine();
    const activityArn = "arn:aws:states:us-east-1:123456789012:activity:none";
    await expect(test.engine.activities.task({ activityArn }, anybody())).rejects.toMatchObject({
      code: "ActivityDoesNotExist",
      message: `Activity Does Not Exist: '${activityArn}'`,
    });
  });
});

describe("a worker's word", () => {
  it("ends the task once", async () => {
    const test = await openTestEngine();
    const activityArn = await test.activity();
    const execution = await test.start(await test.machine(work(activityArn)));
    const { taskToken = "" } = (await test.engine.activities.task({ activityArn }, anybody())) ?? {};
    const { activities } = test.engine;
    const words = await Promise.allSettled([
      activities.succeed({ taskToken, output: "1" }),
      activities.succeed({ taskToken, output: "2" }),
      activities.fail({ taskToken, error: "E" }),
    ]);
    expect(words.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(await test.describe(execution)).toMatchObject({ status: "SUCCEEDED", output: "1" });
    await expect(activities.heartbeat({ taskToken })).rejects.toMatchObject({ code: "TaskTimedOut" });
  });

  it("fails the task with its error and cause", async () => {
    const test = await openTestEngine();
    const activityArn = await test.activity();
    const execution = await test.start(await test.machine(work(activityArn)));
    const { taskToken = "" } = (await test.engine.activities.task({ activityArn }, anybody())) ?? {};
    await test.engine.activities.fail({ taskToken, error: "E", cause: "C" });
    expect(await test.describe(execution)).toMatchObject({ status: "FAILED", error: "E", cause: "C" });
  });

  it("keeps the task alive while heartbeats come", async () => {
    const test = await openTestEngine();
    const activityArn = await test.activity();
    const execution = await test.start(await test.machine(work(activityArn, { HeartbeatSeconds: 10 })));
    // The time before a worker comes does not count.
    await test.clock.turn(100_000);
    const { taskToken = "" } = (await test.engine.activities.task({ activityArn }, anybody())) ?? {};
    for (let count = 0; count < 5; count += 1) {
      await test.clock.turn(9_999);
      await test.engine.activities.heartbeat({ taskToken });
    }
    expect(await test.describe(execution)).toMatchObject({ status: "RUNNING" });
    await test.clock.turn(10_000);
    expect(await test.describe(execution)).toMatchObject({ status: "FAILED", error: "States.Timeout" });
    await expect(test.engine.activities.succeed({ taskToken, output: "1" })).rejects.toMatchObject({
      code: "TaskTimedOut",
    });
  });

  it("needs a token that was given out", async () => {
    const test = await openTestEngine();
    const { activities } = test.engine;
    await expect(activities.succeed({ taskToken: "anything", output: "1" })).rejects.toMatchObject({
      code: "InvalidToken",
    });
    const activityArn = await test.activity();
    await test.start(await test.machine(work(activityArn)));
    const { taskToken = "" } = (await activities.task({ activityArn }, anybody())) ?? {};
    const text = Buffer.from(taskToken, "base64url").toString();
    const forged = (change: string) => ({ taskToken: Buffer.from(change).toString("base64url") });
    await expect(
      activities.heartbeat(forged(text.replace(/.$/, (last) => (last === "0" ? "1" : "0")))),
    ).rejects.toMatchObject({
      code: "TaskTimedOut",
    });
    await expect(activities.heartbeat(forged(text.replace(/^\d+/, "999")))).rejects.toMatchObject({
      code: "TaskDoesNotExist",
    });
    await activities.heartbeat({ taskToken });
  });
});

describe("the list of activities", () => {
  it("creates by name, once", async () => {
    const test = await openTestEngine();
    const first = await test.engine.activities.create({ name: "a", tags: [] });
    await test.clock.turn(1000);
    expect(await test.engine.activities.create({ name: "a", tags: [] })).toEqual(first);
    expect((await test.engine.activities.list({ maxResults: 10 })).items).toHaveLength(1);
    expect(await test.engine.activities.describe(first.activityArn)).toMatchObject({ name: "a" });
  });

  it("deletes: tasks can no longer be asked for or scheduled", async () => {
    const test = await openTestEngine();
    const activityArn = await test.activity();
    const arn = await test.machine(work(activityArn));
    const waiting = await test.start(arn);
    await test.engine.activities.delete(activityArn);
    await test.engine.activities.delete(activityArn);
    await expect(test.engine.activities.describe(activityArn)).rejects.toMatchObject({ code: "ActivityDoesNotExist" });
    await expect(test.engine.activities.task({ activityArn }, anybody())).rejects.toMatchObject({
      code: "ActivityDoesNotExist",
    });
    expect(await test.describe(await test.start(arn))).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    // What was scheduled before waits for the activity to come back.
    await test.activity();
    const { taskToken = "" } = (await test.engine.activities.task({ activityArn }, anybody())) ?? {};
    await test.engine.activities.succeed({ taskToken, output: "1" });
    expect(await test.describe(waiting)).toMatchObject({ status: "SUCCEEDED" });
  });

  it("is paged, by name", async () => {
    const test = await openTestEngine();
    for (let count = 0; count < 7; count += 1) {
      await test.activity(`activity-${(count * 3) % 7}`);
      await test.clock.turn(count % 2);
    }
    const all = (await test.engine.activities.list({ maxResults: 100 })).items;
    expect(all.map(({ name }) => name)).toEqual([0, 1, 2, 3, 4, 5, 6].map((number) => `activity-${number}`));
    for (let maxResults = 1; maxResults <= 8; maxResults += 1) {
      const seen = [];
      let nextToken: string | undefined;
      do {
        const page = await test.engine.activities.list({
          maxResults,
          ...(nextToken === undefined ? {} : { nextToken }),
        });
        expect(page.items.length).toBeLessThanOrEqual(maxResults);
        seen.push(...page.items);
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      expect(seen).toEqual(all);
    }
  });
});
