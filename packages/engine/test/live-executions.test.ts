import { expect, test } from "vitest";
import { LiveExecution, type Revision } from "../src/runtime/live-execution.js";
import { LiveExecutions } from "../src/runtime/live-executions.js";
import { executionRow } from "./store-rows.js";

const revision: Revision = {
  id: 1,
  stateMachineArn: "arn:aws:states:us-east-1:123456789012:stateMachine:m",
  type: "STANDARD",
  roleArn: "role",
  program: { startAt: "A", names: [], states: new Map() },
};

const waiting = (id: number, input = "{}", of = revision): LiveExecution =>
  LiveExecution.load(of, executionRow(id, { input }), [], 1);

test("small executions stay in memory by the thousand, and the first to come is the first to leave", () => {
  const all = new LiveExecutions();
  for (let id = 1; id <= 10_003; id++) all.add(waiting(id));
  all.evictIdle();
  expect(all.count).toBe(10_000);
  expect([1, 2, 3, 4].map((id) => all.has(id))).toEqual([false, false, false, true]);
});

test("large ones leave earlier", () => {
  const all = new LiveExecutions();
  const input = JSON.stringify("x".repeat(2 ** 18));
  for (let id = 1; id <= 1_010; id++) all.add(waiting(id, input));
  all.evictIdle();
  expect(all.count).toBe(1_000);
  // What has left makes room.
  for (let id = 11; id <= 1_010; id++) all.delete(id);
  for (let id = 2_001; id <= 4_000; id++) all.add(waiting(id));
  all.evictIdle();
  expect(all.count).toBe(2_000);
});

test("what grows is noticed", () => {
  const all = new LiveExecutions();
  for (let id = 1; id <= 1_100; id++) all.add(waiting(id));
  all.evictIdle();
  expect(all.count).toBe(1_100);
  for (let id = 1; id <= 1_100; id++) {
    const live = all.get(id);
    if (live === undefined) continue;
    live.execution.branches.set(0, { inputText: "x".repeat(2 ** 18), waiting: { kind: "turn" } } as never);
    all.measure(live);
  }
  all.evictIdle();
  expect(all.count).toBe(1_000);
});

test("those that a commit has changes of stay, and express ones, which the store keeps no steps of", () => {
  const all = new LiveExecutions();
  const busy = waiting(1);
  busy.batches = 1;
  all.add(busy);
  all.add(waiting(2, "{}", { ...revision, type: "EXPRESS" }));
  for (let id = 3; id <= 10_010; id++) all.add(waiting(id));
  all.evictIdle();
  expect([1, 2, 3].map((id) => all.has(id))).toEqual([true, true, false]);
});
