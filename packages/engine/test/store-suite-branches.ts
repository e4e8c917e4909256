import { beforeEach, describe, expect, test } from "vitest";
import type { BranchRow, ExecutionRow } from "../src/index.js";
import { branch } from "./store-rows.js";
import type { StoreSuite } from "./store-suite.js";

/** What every store must do with branches, and with what wakes them. */
export function branchTests(suite: StoreSuite): void {
  describe("branches", () => {
    let row: ExecutionRow;
    const put = (...branches: BranchRow[]) => suite.store.commit({ executions: [{ id: row.id, branches }] });

    beforeEach(async () => {
      row = suite.execution();
      await suite.insert(row);
    });

    test("are listed by id", async () => {
      const rows = [branch(2), branch(0, { dueAt: 5, activityArn: "arn:activity", restart: true }), branch(10)];
      await put(...rows);
      expect(await suite.store.branches(row.id)).toEqual([rows[1], rows[0], rows[2]]);
      expect(await suite.store.branches(row.id + 1)).toEqual([]);
    });

    test("replace those with their id", async () => {
      await put(branch(1, { dueAt: 5, activityArn: "arn:activity", restart: true }), branch(2));
      const changed = branch(1, { data: '{"changed":true}', dueAt: 8 });
      await put(changed);
      expect(await suite.store.branches(row.id)).toEqual([changed, branch(2)]);
      expect(await suite.store.due(6, 10)).toEqual([]);
      expect(await suite.store.restarting()).toEqual([]);
      expect(await suite.store.queued("arn:activity", 10)).toEqual([]);
    });

    test("are deleted, one by one or all", async () => {
      await put(branch(1), branch(2), branch(3));
      await suite.store.commit({ executions: [{ id: row.id, deletedBranches: [1, 3, 4] }] });
      expect(await suite.store.branches(row.id)).toEqual([branch(2)]);
      await put(branch(5));
      await suite.store.commit({ executions: [{ id: row.id, deletedBranches: "all" }] });
      expect(await suite.store.branches(row.id)).toEqual([]);
    });

    test("are put after others of the same change were deleted", async () => {
      await put(branch(1), branch(2));
      const next = branch(2, { data: '"next"' });
      await suite.store.commit({ executions: [{ id: row.id, deletedBranches: "all", branches: [next] }] });
      expect(await suite.store.branches(row.id)).toEqual([next]);
    });

    test("are due in the order of their times", async () => {
      const other = suite.execution();
      await put(branch(1, { dueAt: 30 }), branch(2, { dueAt: 10 }), branch(3), branch(4, { dueAt: 0 }));
      await suite.store.commit({ executions: [{ id: other.id, insert: other, branches: [branch(1, { dueAt: 20 })] }] });
      const keys = [
        { executionId: row.id, branchId: 4, dueAt: 0 },
        { executionId: row.id, branchId: 2, dueAt: 10 },
        { executionId: other.id, branchId: 1, dueAt: 20 },
        { executionId: row.id, branchId: 1, dueAt: 30 },
      ];
      expect(await suite.store.due(30, 10)).toEqual(keys);
      expect(await suite.store.due(29, 10)).toEqual(keys.slice(0, 3));
      expect(await suite.store.due(30, 2)).toEqual(keys.slice(0, 2));
      expect(await suite.store.nextDue()).toBe(0);
      await suite.store.commit({ executions: [{ id: row.id, deletedBranches: [4] }] });
      expect(await suite.store.nextDue()).toBe(10);
    });

    test("without a time are never due", async () => {
      await put(branch(1));
      expect(await suite.store.nextDue()).toBeUndefined();
      expect(await suite.store.due(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
    });

    test("of activities queue in the order in which they came", async () => {
      await put(branch(3, { activityArn: "arn:a" }), branch(1, { activityArn: "arn:a" }));
      await put(branch(2, { activityArn: "arn:b" }), branch(0, { activityArn: "arn:a" }));
      const queue = await suite.store.queued("arn:a", 10);
      expect(queue.map(({ branchId }) => branchId)).toEqual([3, 1, 0]);
      expect(await suite.store.queued("arn:a", 2)).toEqual(queue.slice(0, 2));
      expect(await suite.store.queued("arn:a", 10, queue[0]?.position)).toEqual(queue.slice(1));
      expect((await suite.store.queued("arn:b", 10)).map(({ branchId }) => branchId)).toEqual([2]);
      expect(await suite.store.queued("arn:none", 10)).toEqual([]);
    });

    test("keep their place in the queue until they leave it", async () => {
      const activityArn = "arn:a";
      await put(branch(1, { activityArn }), branch(2, { activityArn }));
      await put(branch(1, { activityArn, dueAt: 99 }));
      expect((await suite.store.queued(activityArn, 10)).map(({ branchId }) => branchId)).toEqual([1, 2]);
      await put(branch(1));
      expect((await suite.store.queued(activityArn, 10)).map(({ branchId }) => branchId)).toEqual([2]);
      await put(branch(1, { activityArn }));
      expect((await suite.store.queued(activityArn, 10)).map(({ branchId }) => branchId)).toEqual([2, 1]);
    });

    suite.testIfKept("keep the queue's order in the next store", async () => {
      await put(branch(5, { activityArn: "arn:a" }));
      await suite.reopen();
      await put(branch(4, { activityArn: "arn:a" }));
      expect((await suite.store.queued("arn:a", 10)).map(({ branchId }) => branchId)).toEqual([5, 4]);
    });

    test("to restart name each execution once", async () => {
      const other = suite.execution();
      await put(branch(1, { restart: true }), branch(2, { restart: true }), branch(3));
      await suite.store.commit({
        executions: [{ id: other.id, insert: other, branches: [branch(1, { restart: true })] }],
      });
      expect(await suite.store.restarting()).toEqual([row.id, other.id]);
      await put(branch(1), branch(2));
      expect(await suite.store.restarting()).toEqual([other.id]);
    });
  });

  describe("jobs to be stopped", () => {
    const stop = (executionId: number, attempt: number, data = "{}") => ({ executionId, attempt, data });

    test("are listed by execution and attempt, until they are ended", async () => {
      const [one, other] = [suite.execution(), suite.execution()];
      await suite.insert(one, other);
      const stops = [stop(one.id, 4), stop(one.id, 30), stop(other.id, 4)];
      await suite.store.commit({
        executions: [
          { id: other.id, jobStops: stops.slice(2) },
          { id: one.id, jobStops: [stop(one.id, 30), stop(one.id, 4, '"before"')] },
        ],
      });
      await suite.store.commit({ executions: [{ id: one.id, jobStops: [stop(one.id, 4)] }] });
      expect(await suite.store.jobStops(10)).toEqual(stops);
      expect(await suite.store.jobStops(2)).toEqual(stops.slice(0, 2));
      expect(await suite.store.jobStops(10, stops[0])).toEqual(stops.slice(1));
      expect(await suite.store.jobStops(10, stops[2])).toEqual([]);
      const [, second] = stops;
      await suite.store.commit({ endedJobStops: [stop(one.id, 4), stop(99, 99), stop(other.id, 4)] });
      expect(await suite.store.jobStops(10)).toEqual([second]);
      await suite.store.commit({ deletedExecutions: [one.id] });
      expect(await suite.store.jobStops(10)).toEqual([second]);
    });
  });
}
