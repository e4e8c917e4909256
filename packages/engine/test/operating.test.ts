import { expect, test } from "vitest";
import { openSqliteStore, restoreBackup } from "../src/index.js";
import { openTestEngine, temporaryFolder } from "./test-engine.js";

const hello = { StartAt: "Hello", States: { Hello: { Type: "Pass", End: true } } };
const wait = { StartAt: "W", States: { W: { Type: "Wait", Seconds: 5, End: true } } };
const fail = { StartAt: "F", States: { F: { Type: "Fail" } } };

test("counts what is durable, once", async () => {
  const { engine, machine, start, clock, rest, watch } = await openTestEngine();
  const [short, long, failing, express] = [
    await machine(hello),
    await machine(wait),
    await machine(fail),
    await machine(hello, "EXPRESS"),
  ];
  const before = engine.metrics();
  await start(short);
  await start(failing);
  await start(express);
  const stopped = await start(long);
  await start(long);
  // Two stops in one commit: the second comes too late.
  await Promise.all([1, 2].map(() => engine.executions.stop({ executionArn: stopped })));
  await clock.turn(5000);
  await rest();
  watch.break(new Error("full"));
  await expect(start(long)).rejects.toThrow();
  watch.mend();

  const after = engine.metrics();
  expect(after.started).toEqual({ STANDARD: 4, EXPRESS: 1 });
  expect(after.ended).toEqual({ SUCCEEDED: 3, FAILED: 1, TIMED_OUT: 0, ABORTED: 1 });
  expect(after.failedCommits).toBe(1);
  expect(after.queueLength).toBe(0);
  expect(after.transitions - before.transitions).toBeGreaterThanOrEqual(8);
  expect(after.historyEvents).toBeGreaterThan(after.transitions);
  const commits = watch.commits.length - after.failedCommits;
  expect(after.commitTime.count).toBe(commits);
  expect(after.commitTime.sum).toBeGreaterThan(0);
  expect(after.batchSize.count).toBe(commits - before.commitTime.count);
  expect(after.batchSize.buckets.at(-1)?.count).toBe(after.batchSize.count);
});

test("events that are not durable yet are the queue", async () => {
  const { engine, machine, start, watch, rest } = await openTestEngine();
  const arn = await machine(wait);
  watch.hold();
  const first = [start(arn), start(arn)];
  await rest();
  const second = start(arn);
  await rest();
  expect(engine.metrics()).toMatchObject({ queueLength: 3, liveExecutions: 3 });
  watch.letGo();
  await Promise.all([...first, second]);
  expect(engine.metrics()).toMatchObject({ queueLength: 0, liveExecutions: 3 });
});

test("works while commits and reads do", async () => {
  const { engine, machine, start, watch } = await openTestEngine();
  const arn = await machine(hello);
  await engine.check();
  watch.break(new Error("full"));
  await expect(start(arn)).rejects.toThrow();
  await expect(engine.check()).rejects.toThrow("changes cannot be stored");
  watch.mend();
  await start(arn);
  await engine.check();
  watch.break(new Error("gone"), "nextDue");
  await expect(engine.check()).rejects.toThrow("gone");
});

test("a backup of an engine at work is what another engine goes on with", async () => {
  const folder = temporaryFolder();
  const { engine, machine, start } = await openTestEngine({ folder: `${folder}/data` });
  const arn = await machine(wait);
  const waiting = await start(arn);
  await engine.backup(`${folder}/backup`);
  await start(arn);
  await restoreBackup(`${folder}/backup`, `${folder}/other`, false);
  const store = await openSqliteStore({ folder: `${folder}/other` });
  await store.close();

  const other = await openTestEngine({ folder: `${folder}/other` });
  const { items } = await other.engine.executions.list({ stateMachineArn: arn, maxResults: 10 });
  expect(items.map(({ executionArn }) => executionArn)).toEqual([waiting]);
  await other.clock.turn(10_000);
  await other.rest();
  expect(await other.describe(waiting)).toMatchObject({ status: "SUCCEEDED" });
});
