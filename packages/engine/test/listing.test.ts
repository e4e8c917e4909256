import { describe, expect, it } from "vitest";
import type { Page } from "../src/index.js";
import { type HistoryEvent, historyOf, openTestEngine, type TestEngine } from "./test-engine.js";

const hello = { StartAt: "Hello", States: { Hello: { Type: "Pass", End: true } } };
const wait = { StartAt: "W", States: { W: { Type: "Wait", Seconds: 60, End: true } } };
const fail = { StartAt: "F", States: { F: { Type: "Fail", Error: "E" } } };
const token = (listing: string, position: unknown): string =>
  Buffer.from(JSON.stringify([listing, position])).toString("base64url");
const other = token("another listing", "1");
/** Positions that no page ends with. */
const forged = ["", "x", "-1", "1.5", "1e400", '{"creationDate":true,"arn":{}}', 1, null, "true x", "NaN x"];
const invalidToken = { code: "InvalidToken", message: "Invalid Token: 'Invalid token'" };

/** All items of a listing, read page by page; every page but the last one is full. */
async function pages<Item>(maxResults: number, read: (token: { nextToken?: string }) => Promise<Page<Item>>) {
  const items: Item[] = [];
  let page = await read({});
  items.push(...page.items);
  while (page.nextToken !== undefined) {
    expect(page.items).toHaveLength(maxResults);
    page = await read({ nextToken: page.nextToken });
    items.push(...page.items);
  }
  return items;
}

describe("the history of an execution", () => {
  /** One whose history was written in many commits, of one event and of several. */
  async function execution(test: TestEngine): Promise<string> {
    const states: Record<string, object> = {};
    for (let count = 0; count < 5; count += 1) {
      states[`W${count}`] = { Type: "Wait", Seconds: 1, Next: `P${count}` };
      states[`P${count}`] = { Type: "Pass", Next: count === 4 ? "Done" : `W${count + 1}` };
    }
    const arn = await test.start(
      await test.machine({ StartAt: "W0", States: { ...states, Done: { Type: "Succeed" } } }),
    );
    await test.clock.turn(5000);
    return arn;
  }

  it("is paged with every page size, in both directions", async () => {
    const test = await openTestEngine();
    const executionArn = await execution(test);
    const all = await historyOf(test.engine, executionArn);
    expect(all.map(({ id }) => id)).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
    for (let maxResults = 1; maxResults <= 25; maxResults += 1) {
      for (const reverseOrder of [false, true]) {
        const texts = await pages(maxResults, (token) =>
          test.engine.executions.history({ executionArn, maxResults, reverseOrder, ...token }),
        );
        const events = texts.map((text) => JSON.parse(text) as HistoryEvent);
        expect(events).toEqual(reverseOrder ? [...all].reverse() : all);
      }
    }
  });

  it("grows while it is being read forward", async () => {
    const test = await openTestEngine();
    const executionArn = await test.start(await test.machine(wait));
    const read = { executionArn, maxResults: 1, reverseOrder: false };
    const first = await test.engine.executions.history(read);
    expect(first.nextToken).toBeDefined();
    await test.clock.turn(60_000);
    const types: string[] = [];
    for (let { nextToken } = first; nextToken !== undefined; ) {
      const page: Page<string> = await test.engine.executions.history({ ...read, nextToken });
      types.push(...page.items.map((text) => JSON.parse(text).type));
      nextToken = page.nextToken as string;
    }
    expect(types).toEqual(["WaitStateEntered", "WaitStateExited", "ExecutionSucceeded"]);
  });

  it("takes only tokens of its own", async () => {
    const test = await openTestEngine();
    const [one, two] = [await execution(test), await execution(test)];
    const read = { maxResults: 2, reverseOrder: false };
    const { nextToken = "" } = await test.engine.executions.history({ executionArn: one, ...read });
    const history = (request: object) =>
      test.engine.executions.history({ executionArn: one, ...read, nextToken, ...request });
    await history({});
    await expect(history({ executionArn: two })).rejects.toMatchObject(invalidToken);
    await expect(history({ reverseOrder: true })).rejects.toMatchObject(invalidToken);
    const ofForm = forged.map((position) => token(`history ${one} false`, position));
    for (const wrong of ["", "x", other, `${nextToken}x`, "bnVsbA", ...ofForm]) {
      await expect(history({ nextToken: wrong })).rejects.toMatchObject(invalidToken);
    }
  });

  it("is that of an execution that exists", async () => {
    const { engine } = await openTestEngine();
    const executionArn = "arn:aws:states:us-east-1:123456789012:execution:m:none";
    const request = { executionArn, maxResults: 10, reverseOrder: false };
    await expect(engine.executions.history(request)).rejects.toMatchObject({
      code: "ExecutionDoesNotExist",
      message: `Execution Does Not Exist: '${executionArn}'`,
    });
  });
});

describe("the executions of a state machine", () => {
  it("are paged with every page size, newest first, by status or all", async () => {
    const test = await openTestEngine();
    const arn = await test.machine({
      StartAt: "Which",
      States: {
        Which: {
          Type: "Choice",
          Choices: [
            { Variable: "$", NumericEquals: 0, Next: "W" },
            { Variable: "$", NumericEquals: 1, Next: "F" },
          ],
          Default: "Hello",
        },
        ...wait.States,
        ...fail.States,
        ...hello.States,
      },
    });
    const started: string[] = [];
    for (let count = 0; count < 20; count += 1) {
      started.unshift(await test.start(arn, count % 3));
      // Several have the same date.
      await test.clock.turn(count % 4 === 0 ? 10 : 0);
    }
    await test.engine.executions.stop({ executionArn: started[1] ?? "" });
    const list = (request: object) => (token: object) =>
      test.engine.executions.list({ stateMachineArn: arn, maxResults: 100, ...request, ...token });
    const all = await pages(100, list({}));
    expect(all.map(({ executionArn }) => executionArn)).toEqual(started);
    for (let maxResults = 1; maxResults <= 21; maxResults += 1) {
      expect(await pages(maxResults, list({ maxResults }))).toEqual(all);
      for (const status of ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"] as const) {
        const ofStatus = all.filter((execution) => execution.status === status);
        expect(await pages(maxResults, list({ maxResults, status }))).toEqual(ofStatus);
      }
    }
    expect(all.filter(({ status }) => status === "RUNNING")).toHaveLength(6);
    expect(all.filter(({ status }) => status === "ABORTED")).toHaveLength(1);
  });

  it("are in the order of their ends, those that run of their starts and redrives", async () => {
    const test = await openTestEngine();
    const arn = await test.machine({ StartAt: "W", States: { W: { Type: "Wait", SecondsPath: "$", End: true } } });
    const starts = [30, 5, 900, 10, 900];
    const executions: string[] = [];
    for (const [index, seconds] of starts.entries()) {
      executions.push(await test.start(arn, seconds, `e${index}`));
      await test.clock.turn(1000);
    }
    const stopped = await test.start(arn, 900, "stopped");
    await test.engine.executions.stop({ executionArn: stopped });
    await test.clock.turn(60_000);
    await test.engine.executions.redrive({ executionArn: stopped });
    const list = (maxResults: number) => (token: object) =>
      test.engine.executions.list({ stateMachineArn: arn, maxResults, ...token });
    const order = ["stopped", "e0", "e3", "e1", "e4", "e2"];
    for (let maxResults = 1; maxResults <= 7; maxResults += 1) {
      expect((await pages(maxResults, list(maxResults))).map(({ name }) => name)).toEqual(order);
    }
  });

  it("take only tokens of their own list", async () => {
    const test = await openTestEngine();
    const [one, two] = [await test.machine(hello), await test.machine(hello)];
    for (let count = 0; count < 3; count += 1) await Promise.all([test.start(one), test.start(two)]);
    const { nextToken = "" } = await test.engine.executions.list({ stateMachineArn: one, maxResults: 1 });
    const list = (request: object) =>
      test.engine.executions.list({ stateMachineArn: one, maxResults: 1, nextToken, ...request });
    await list({});
    await expect(list({ stateMachineArn: two })).rejects.toMatchObject(invalidToken);
    await expect(list({ status: "SUCCEEDED" })).rejects.toMatchObject(invalidToken);
    for (const wrong of ["", "x", other, ...forged.map((position) => token(`executions ${one} `, position))]) {
      await expect(list({ nextToken: wrong })).rejects.toMatchObject(invalidToken);
    }
  });

  it("belong to a state machine that exists and is STANDARD", async () => {
    const { engine, machine } = await openTestEngine();
    const express = await machine(hello, "EXPRESS");
    await expect(engine.executions.list({ stateMachineArn: express, maxResults: 1 })).rejects.toMatchObject({
      code: "StateMachineTypeNotSupported",
    });
    await expect(engine.executions.list({ stateMachineArn: `${express}-none`, maxResults: 1 })).rejects.toMatchObject({
      code: "StateMachineDoesNotExist",
    });
  });
});

describe("state machines", () => {
  it("are paged with every page size, by name", async () => {
    const test = await openTestEngine();
    for (let count = 0; count < 9; count += 1) {
      await test.machine(hello);
      await test.clock.turn(count % 2);
    }
    const list = (maxResults: number) => (token: object) => test.engine.stateMachines.list({ maxResults, ...token });
    const all = await pages(100, list(100));
    const names = all.map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    expect(new Set(all.map(({ stateMachineArn }) => stateMachineArn)).size).toBe(9);
    for (let maxResults = 1; maxResults <= 10; maxResults += 1) {
      expect(await pages(maxResults, list(maxResults))).toEqual(all);
    }
    await expect(list(3)({ nextToken: other })).rejects.toMatchObject(invalidToken);
    for (const position of forged) {
      await expect(list(3)({ nextToken: token("stateMachines", position) })).rejects.toMatchObject(invalidToken);
    }
  });
});

describe("waiting for an end", () => {
  it("gives what has ended at once", async () => {
    const { engine, machine, start } = await openTestEngine();
    expect(await engine.executions.ended(await start(await machine(hello)))).toMatchObject({ status: "SUCCEEDED" });
  });

  it("ends where the caller goes away", async () => {
    const { engine, machine, start } = await openTestEngine();
    const execution = await start(await machine(wait));
    await expect(engine.executions.ended(execution, AbortSignal.abort("gone"))).rejects.toBe("gone");
    const caller = new AbortController();
    const end = engine.executions.ended(execution, caller.signal);
    caller.abort("gone");
    await expect(end).rejects.toBe("gone");
  });

  it("serves any number of those who wait", async () => {
    const { engine, machine, start, clock } = await openTestEngine();
    const execution = await start(await machine(wait));
    const ends = Promise.all([1, 2, 3].map(() => engine.executions.ended(execution)));
    await clock.turn(60_000);
    expect((await ends).map(({ status }) => status)).toEqual(["SUCCEEDED", "SUCCEEDED", "SUCCEEDED"]);
  });
});
