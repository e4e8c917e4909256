import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openSqliteStore } from "../src/index.js";
import { chunk, executionRow } from "./store-rows.js";
import { historyOf, openTestEngine, type TestEngineOptions, temporaryFolder } from "./test-engine.js";

const day = 86_400_000;
const hour = 3_600_000;
const passing = { StartAt: "Only", States: { Only: { Type: "Pass", End: true } } };
const failing = { StartAt: "Only", States: { Only: { Type: "Fail", Error: "Some" } } };
const open = (options: TestEngineOptions = {}) => openTestEngine({ keepClosed: 90 * day, ...options });
const gone = { code: "ExecutionDoesNotExist" };

describe("closed executions", () => {
  test("leave after 90 days, as if they had never been", async () => {
    const { engine, clock, machine, start, describe, rest } = await open();
    const stateMachineArn = await machine(passing);
    const old = await start(stateMachineArn, {}, "monday");
    await clock.turn(60 * day);
    const young = await start(stateMachineArn, {}, "tuesday");
    await clock.turn(30 * day - 1);
    expect(await describe(old)).toMatchObject({ status: "SUCCEEDED" });
    await clock.turn(2 * hour);
    await rest();
    await expect(describe(old)).rejects.toMatchObject(gone);
    await expect(historyOf(engine, old)).rejects.toMatchObject(gone);
    await expect(engine.executions.stop({ executionArn: old })).rejects.toMatchObject(gone);
    await expect(engine.executions.redrive({ executionArn: old })).rejects.toMatchObject(gone);
    await expect(engine.stateMachines.describeForExecution(old)).rejects.toMatchObject(gone);
    const { items } = await engine.executions.list({ stateMachineArn, maxResults: 10 });
    expect(items.map(({ executionArn }) => executionArn)).toEqual([young]);
    // The name is free again, as on the service.
    expect(await start(stateMachineArn, { another: "input" }, "monday")).toBe(old);
    expect(await describe(old)).toMatchObject({ input: '{"another":"input"}' });
  });

  test("stay while they run, however long ago they began", async () => {
    const { clock, machine, start, describe } = await open();
    const waiting = { StartAt: "Wait", States: { Wait: { Type: "Wait", Seconds: 200 * 86_400, End: true } } };
    const executionArn = await start(await machine(waiting));
    await clock.turn(199 * day);
    expect(await describe(executionArn)).toMatchObject({ status: "RUNNING" });
    await clock.turn(2 * day);
    expect(await describe(executionArn)).toMatchObject({ status: "SUCCEEDED" });
    await clock.turn(90 * day + 2 * hour);
    await expect(describe(executionArn)).rejects.toMatchObject(gone);
  });

  test("count their days from their last end, where they were redriven", async () => {
    const { engine, clock, machine, start, describe } = await open();
    const executionArn = await start(await machine(failing));
    await clock.turn(10 * day);
    await engine.executions.redrive({ executionArn });
    await clock.turn(85 * day);
    expect(await describe(executionArn)).toMatchObject({ status: "FAILED", redriveCount: 1 });
    await clock.turn(6 * day);
    await expect(describe(executionArn)).rejects.toMatchObject(gone);
  });

  test("stay for ever where nothing else is said", async () => {
    const { clock, machine, start, describe } = await openTestEngine();
    const executionArn = await start(await machine(failing));
    await clock.turn(3650 * day);
    expect(await describe(executionArn)).toMatchObject({ status: "FAILED" });
  });

  test("take the children of their map runs with them", async () => {
    const { engine, clock, machine, start, describe, rest } = await open();
    const stateMachineArn = await machine({
      StartAt: "Map",
      States: {
        Map: {
          Type: "Map",
          ItemProcessor: {
            ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
            StartAt: "Only",
            States: { Only: { Type: "Pass", End: true } },
          },
          End: true,
        },
      },
    });
    const parent = await start(stateMachineArn, [1, 2, 3]);
    await rest();
    expect(await describe(parent)).toMatchObject({ status: "SUCCEEDED" });
    const { items } = await engine.mapRuns.list({ executionArn: parent, maxResults: 10 });
    const { mapRunArn = "" } = items[0] ?? {};
    const children = (await engine.mapRuns.listExecutions({ mapRunArn, maxResults: 10 })).items;
    expect(children).toHaveLength(3);
    await clock.turn(90 * day + 2 * hour);
    await rest();
    for (const executionArn of [parent, ...children.map((child) => child.executionArn)]) {
      await expect(describe(executionArn)).rejects.toMatchObject(gone);
    }
    await expect(engine.mapRuns.describe(mapRunArn)).rejects.toMatchObject({ code: "ResourceNotFound" });
  });

  test("leave with the next process, where the last one did not live to see it", async () => {
    const folder = temporaryFolder();
    const first = await open({ folder });
    const executionArn = await first.start(await first.machine(passing));
    await first.rest();
    await first.kill();
    const second = await open({ folder, now: first.clock.now() + 91 * day });
    await second.clock.turn(1000);
    await second.rest();
    await expect(second.describe(executionArn)).rejects.toMatchObject(gone);
  });

  test("leave when the store works again", async () => {
    const { watch, clock, machine, start, describe, log, rest } = await open();
    const executionArn = await start(await machine(passing));
    await clock.turn(90 * day - 6 * hour);
    watch.break(new Error("the disk is full"));
    await clock.turn(9 * hour);
    expect(log).toContain("old executions stay for now: the disk is full");
    watch.mend();
    expect(await describe(executionArn)).toMatchObject({ status: "SUCCEEDED" });
    await clock.turn(2 * hour);
    await rest();
    await expect(describe(executionArn)).rejects.toMatchObject(gone);
  });

  test("leave in small commits, which others share", async () => {
    const { watch, clock, machine, start, rest, engine } = await open();
    const stateMachineArn = await machine(passing);
    await Promise.all(Array.from({ length: 300 }, () => start(stateMachineArn)));
    await clock.turn(90 * day - 6 * hour);
    await rest();
    const before = watch.commits.length;
    await clock.turn(9 * hour);
    await rest();
    const removals = watch.commits.slice(before).flatMap(({ removal }) => (removal === undefined ? [] : [removal]));
    expect(removals.flatMap(({ executions }) => executions)).toHaveLength(300);
    expect(Math.max(...removals.map(({ executions }) => executions.length))).toBeLessThanOrEqual(64);
    expect((await engine.executions.list({ stateMachineArn, maxResults: 10 })).items).toEqual([]);
  });
});

describe("what is kept for a redrive", () => {
  test("leaves after 14 days; the execution stays", async () => {
    const folder = temporaryFolder();
    const { engine, clock, machine, start, describe, rest } = await open({ folder });
    const executionArn = await start(await machine(failing));
    await clock.turn(13 * day);
    expect(await describe(executionArn)).toMatchObject({ redriveStatus: "REDRIVABLE" });
    await clock.turn(day + 2 * hour);
    await rest();
    expect(await describe(executionArn)).toMatchObject({
      status: "FAILED",
      redriveStatus: "NOT_REDRIVABLE",
      redriveStatusReason: "Execution redrivable period exceeded",
    });
    expect(await historyOf(engine, executionArn)).toHaveLength(3);
    await engine.close();
    const store = await openSqliteStore({ folder });
    const row = await store.execution(executionArn);
    expect(await store.branches(row?.id ?? 0)).toEqual([]);
    await store.close();
  });

  test("a redrive of an execution that is just leaving is refused, or happens whole", async () => {
    const { engine, clock, machine, start, describe, rest, watch } = await open({ keepClosed: day });
    const executionArn = await start(await machine(failing));
    await clock.turn(day - hour / 2);
    // The removal is on its way to the store when the redrive is asked for.
    watch.hold();
    await clock.turn(hour);
    const redriven = engine.executions.redrive({ executionArn });
    watch.letGo();
    await expect(redriven).rejects.toMatchObject(gone);
    await rest();
    await expect(describe(executionArn)).rejects.toMatchObject(gone);
  });
});

test("the space of what left is used again", async () => {
  const folder = temporaryFolder();
  const store = await openSqliteStore({ folder });
  const size = () => statSync(join(folder, "pawl.db")).size;
  const fill = async (stopDate: number): Promise<void> => {
    for (let commit = 0; commit < 50; commit++) {
      const rows = Array.from({ length: 100 }, () =>
        executionRow(store.nextExecutionId(), { status: "SUCCEEDED", stopDate, output: "x".repeat(200) }),
      );
      await store.commit({
        executions: rows.map((row) => ({ id: row.id, insert: row, history: chunk(1, 5, "x".repeat(500)) })),
      });
    }
  };
  const empty = async (closed: number): Promise<void> => {
    for (;;) {
      const { executions, pastRedrive, hasRemains } = await store.removable({ closed, ended: closed, limit: 64 });
      if (executions.length === 0 && !hasRemains) return;
      await store.commit({ removal: { executions, pastRedrive } });
    }
  };
  await fill(1);
  await empty(2);
  const first = size();
  for (let round = 0; round < 3; round++) {
    await fill(1);
    await empty(2);
  }
  expect(size()).toBeLessThan(first * 1.2);
  await store.close();
});
