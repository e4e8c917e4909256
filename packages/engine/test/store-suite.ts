import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { BranchRow, ExecutionRow, ExecutionStatus, HistoryChunk, Store } from "../src/index.js";
import { activityRow, branch, chunk, executionRow, revision, stateMachine, stateMachineArn } from "./store-rows.js";

/** An empty place for data, and stores on it. */
export interface StoreFixture {
  /** Opens a store on the place. The one opened before was closed. */
  open(): Promise<Store>;
  dispose(): Promise<void>;
}

/** What every store must do. `keepsData`: what was committed is there for the next store that is opened. */
export function storeSuite(name: string, keepsData: boolean, create: () => Promise<StoreFixture>): void {
  describe(name, () => {
    let fixture: StoreFixture;
    let store: Store;

    const testIfKept = (title: string, run: () => Promise<void>) => {
      if (keepsData) test(title, run);
    };

    beforeEach(async () => {
      fixture = await create();
      store = await fixture.open();
    });

    afterEach(async () => {
      await store.close();
      await fixture.dispose();
    });

    async function reopen(): Promise<void> {
      await store.close();
      store = await fixture.open();
    }

    function insert(...rows: ExecutionRow[]): Promise<void> {
      return store.commit({ executions: rows.map((row) => ({ id: row.id, insert: row })) });
    }

    /** A new execution, not yet stored. */
    function execution(part: Partial<ExecutionRow> = {}): ExecutionRow {
      return executionRow(store.nextExecutionId(), part);
    }

    describe("executions", () => {
      test("are read by ARN and by id as they were written", async () => {
        const plain = execution();
        const full = execution({
          status: "FAILED",
          stopDate: 1_700_000_000_500,
          stateMachineVersionArn: `${stateMachineArn}:7`,
          stateMachineAliasArn: `${stateMachineArn}:live`,
          output: null,
          error: "Bad.\u0000Error\n\"'",
          cause: "\u0000\u0001 Zürich 😀 \u2028 \\u0000",
          traceHeader: "Root=1-5759e988-bd862e3fe1be46a994272793",
          input: '{"__proto__":{"a":12345678901234567890}}',
        });
        await insert(plain, full);
        expect(await store.execution(plain.arn)).toEqual(plain);
        expect(await store.execution(full.arn)).toEqual(full);
        expect(await store.executionById(full.id)).toEqual(full);
        expect(await store.execution(`${plain.arn}x`)).toBeUndefined();
        expect(await store.execution("arn:aws:states:eu-west-1:1:execution:other:x")).toBeUndefined();
        expect(await store.executionById(full.id + 1)).toBeUndefined();
      });

      test("may have ARNs of any form", async () => {
        const rows = [
          "x",
          "",
          "a:b",
          "arn:aws:states:us-east-1:1:express:machine:name:5d3a-2f",
          "arn:aws:states:us-east-1:1:execution:machine:",
          "::::::::::",
        ].map((arn) => execution({ arn, name: "name" }));
        await insert(...rows);
        for (const row of rows) expect(await store.execution(row.arn)).toEqual(row);
      });

      test("hold texts of a megabyte", async () => {
        const text = JSON.stringify("ü".repeat(500_000));
        const row = execution({ input: text, output: text, status: "SUCCEEDED", stopDate: 5 });
        const chunk = { firstEventId: 1, lastEventId: 2, events: text };
        await store.commit({ executions: [{ id: row.id, insert: row, history: chunk }] });
        expect(await store.execution(row.arn)).toEqual(row);
        expect(await store.history(row.id, 1, 2)).toEqual([chunk]);
      });

      test("get a new outcome", async () => {
        const row = execution();
        await insert(row);
        const outcome = {
          status: "SUCCEEDED",
          stopDate: 1_700_000_001_000,
          output: "7",
          error: null,
          cause: null,
        } as const;
        await store.commit({ executions: [{ id: row.id, update: outcome }] });
        expect(await store.execution(row.arn)).toEqual({ ...row, ...outcome });
      });

      test("are inserted and updated in one commit", async () => {
        const row = execution();
        const outcome = { status: "TIMED_OUT", stopDate: 9, output: null, error: "e", cause: "c" } as const;
        await store.commit({
          executions: [
            { id: row.id, insert: row },
            { id: row.id, update: outcome },
          ],
        });
        expect(await store.execution(row.arn)).toEqual({ ...row, ...outcome });
      });

      test("come in commits of any size", async () => {
        for (const size of [1, 2, 3, 4, 5, 15, 16, 17, 20, 21, 37, 64, 500]) {
          const rows = Array.from({ length: size }, () => execution({ status: "SUCCEEDED", stopDate: 1 }));
          await store.commit({
            executions: rows.map((row) => ({ id: row.id, insert: row, history: chunk(1, 6, `of ${row.name}`) })),
          });
          const listed = await store.listExecutions({ stateMachineArn, limit: size });
          expect(listed).toEqual(rows.toReversed());
          for (const row of rows) expect(await store.history(row.id, 1, 9)).toEqual([chunk(1, 6, `of ${row.name}`)]);
        }
      });

      test("go with all that belongs to them", async () => {
        const [gone, kept] = [execution(), execution()];
        for (const row of [gone, kept]) {
          await store.commit({
            executions: [
              { id: row.id, insert: row, history: chunk(1, 2), branches: [branch(1, { dueAt: 5, restart: true })] },
            ],
          });
        }
        await store.commit({ deletedExecutions: [gone.id, 999] });
        expect(await store.execution(gone.arn)).toBeUndefined();
        expect(await store.lastEventId(gone.id)).toBe(0);
        expect(await store.branches(gone.id)).toEqual([]);
        expect(await store.restarting()).toEqual([kept.id]);
        expect(await store.listExecutions({ stateMachineArn, limit: 10 })).toEqual([kept]);
        expect(await store.lastEventId(kept.id)).toBe(2);
      });
    });

    describe("ids", () => {
      test("only grow", () => {
        const ids = [store.nextExecutionId(), store.nextExecutionId(), store.nextExecutionId()];
        expect(ids).toEqual([1, 2, 3]);
        expect([store.nextRevisionId(), store.nextRevisionId()]).toEqual([1, 2]);
      });

      testIfKept("continue above what is stored", async () => {
        store.nextExecutionId();
        const row = execution();
        await insert(row);
        await store.commit({ revisions: [revision(store.nextRevisionId())] });
        await reopen();
        expect(store.nextExecutionId()).toBe(row.id + 1);
        expect(store.nextRevisionId()).toBe(2);
      });

      testIfKept("of deleted executions are not used again", async () => {
        const row = execution();
        await insert(row);
        await store.commit({ deletedExecutions: [row.id] });
        await reopen();
        expect(store.nextExecutionId()).toBe(row.id + 1);
      });
    });

    describe("lists of executions", () => {
      const statuses: ExecutionStatus[] = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"];
      let rows: ExecutionRow[];

      beforeEach(async () => {
        rows = Array.from({ length: 25 }, (_, index) => execution({ status: statuses[(index * 3) % 5] ?? "RUNNING" }));
        await insert(...rows, execution({ stateMachineArn: `${stateMachineArn}2` }));
        rows.reverse();
      });

      test("are newest first", async () => {
        expect(await store.listExecutions({ stateMachineArn, limit: 100 })).toEqual(rows);
        expect(await store.listExecutions({ stateMachineArn, limit: 7 })).toEqual(rows.slice(0, 7));
        expect(await store.listExecutions({ stateMachineArn, limit: 0 })).toEqual([]);
      });

      test("continue below an id", async () => {
        const before = rows[9]?.id ?? 0;
        expect(await store.listExecutions({ stateMachineArn, limit: 4, before })).toEqual(rows.slice(10, 14));
      });

      test("hold one status where it is asked for", async () => {
        for (const status of statuses) {
          const expected = rows.filter((row) => row.status === status);
          expect(expected).toHaveLength(5);
          expect(await store.listExecutions({ stateMachineArn, status, limit: 100 })).toEqual(expected);
          const before = expected[1]?.id ?? 0;
          const page = await store.listExecutions({ stateMachineArn, status, limit: 2, before });
          expect(page).toEqual(expected.slice(2, 4));
        }
      });

      test("are empty for a state machine without executions", async () => {
        expect(await store.listExecutions({ stateMachineArn: "arn:none", limit: 9 })).toEqual([]);
        expect(await store.hasRunningExecution("arn:none")).toBe(false);
      });

      test("say whether one is running", async () => {
        expect(await store.hasRunningExecution(stateMachineArn)).toBe(true);
        const outcome = { status: "ABORTED", stopDate: 1, output: null, error: null, cause: null } as const;
        const running = rows.filter((row) => row.status === "RUNNING");
        await store.commit({ executions: running.slice(1).map(({ id }) => ({ id, update: outcome })) });
        expect(await store.hasRunningExecution(stateMachineArn)).toBe(true);
        await store.commit({ executions: running.slice(0, 1).map(({ id }) => ({ id, update: outcome })) });
        expect(await store.hasRunningExecution(stateMachineArn)).toBe(false);
        expect(await store.hasRunningExecution(`${stateMachineArn}2`)).toBe(true);
      });
    });

    describe("children of map runs", () => {
      const mapRunArn = "arn:aws:states:us-east-1:123456789012:mapRun:orders/each:6f5d";
      const outcome = { status: "SUCCEEDED", stopDate: 1, output: "1", error: null, cause: null } as const;

      test("are listed by id, whatever their status", async () => {
        const rows = Array.from({ length: 450 }, (_, index) =>
          execution({ mapRunArn, parent: `{"index":${index}}`, status: index % 3 === 0 ? "FAILED" : "RUNNING" }),
        );
        await insert(...rows, execution({ mapRunArn: `${mapRunArn}2` }), execution());
        expect(await store.mapRunExecutions(mapRunArn)).toEqual(rows);
        expect(await store.mapRunExecutions(`${mapRunArn}2`)).toHaveLength(1);
        expect(await store.mapRunExecutions("arn:none")).toEqual([]);
      });

      test("are found while they run", async () => {
        const rows = [execution({ mapRunArn }), execution({ mapRunArn: `${mapRunArn}2` }), execution({ mapRunArn })];
        await insert(...rows, execution(), execution({ mapRunArn, status: "ABORTED" }));
        expect(await store.runningChildren()).toEqual(rows);
        await store.commit({ executions: rows.slice(0, 2).map(({ id }) => ({ id, update: outcome })) });
        expect(await store.runningChildren()).toEqual(rows.slice(2));
      });
    });

    describe("history", () => {
      test("gives the chunks that hold a range of events", async () => {
        const row = execution();
        const chunks = [chunk(1, 4), chunk(5, 5), chunk(6, 20), chunk(21, 30)];
        await insert(row);
        for (const history of chunks) await store.commit({ executions: [{ id: row.id, history }] });
        await store.commit({ executions: [{ id: row.id + 1, history: chunk(1, 99) }] });
        const cases: [from: number, to: number, chunks: HistoryChunk[]][] = [
          [1, 1_000, chunks],
          [1, 1, chunks.slice(0, 1)],
          [4, 5, chunks.slice(0, 2)],
          [5, 5, chunks.slice(1, 2)],
          [7, 20, chunks.slice(2, 3)],
          [20, 21, chunks.slice(2, 4)],
          [30, 40, chunks.slice(3)],
          [31, 40, []],
          [0, 1, chunks.slice(0, 1)],
        ];
        for (const [from, to, expected] of cases) expect(await store.history(row.id, from, to)).toEqual(expected);
        expect(await store.lastEventId(row.id)).toBe(30);
      });

      test("is empty where there is none", async () => {
        expect(await store.history(77, 1, 5)).toEqual([]);
        expect(await store.lastEventId(77)).toBe(0);
      });
    });

    describe("branches", () => {
      let row: ExecutionRow;
      const put = (...branches: BranchRow[]) => store.commit({ executions: [{ id: row.id, branches }] });

      beforeEach(async () => {
        row = execution();
        await insert(row);
      });

      test("are listed by id", async () => {
        const rows = [branch(2), branch(0, { dueAt: 5, activityArn: "arn:activity", restart: true }), branch(10)];
        await put(...rows);
        expect(await store.branches(row.id)).toEqual([rows[1], rows[0], rows[2]]);
        expect(await store.branches(row.id + 1)).toEqual([]);
      });

      test("replace those with their id", async () => {
        await put(branch(1, { dueAt: 5, activityArn: "arn:activity", restart: true }), branch(2));
        const changed = branch(1, { data: '{"changed":true}', dueAt: 8 });
        await put(changed);
        expect(await store.branches(row.id)).toEqual([changed, branch(2)]);
        expect(await store.due(6, 10)).toEqual([]);
        expect(await store.restarting()).toEqual([]);
        expect(await store.queued("arn:activity", 10)).toEqual([]);
      });

      test("are deleted, one by one or all", async () => {
        await put(branch(1), branch(2), branch(3));
        await store.commit({ executions: [{ id: row.id, deletedBranches: [1, 3, 4] }] });
        expect(await store.branches(row.id)).toEqual([branch(2)]);
        await put(branch(5));
        await store.commit({ executions: [{ id: row.id, deletedBranches: "all" }] });
        expect(await store.branches(row.id)).toEqual([]);
      });

      test("are put after others of the same change were deleted", async () => {
        await put(branch(1), branch(2));
        const next = branch(2, { data: '"next"' });
        await store.commit({ executions: [{ id: row.id, deletedBranches: "all", branches: [next] }] });
        expect(await store.branches(row.id)).toEqual([next]);
      });

      test("are due in the order of their times", async () => {
        const other = execution();
        await put(branch(1, { dueAt: 30 }), branch(2, { dueAt: 10 }), branch(3), branch(4, { dueAt: 0 }));
        await store.commit({ executions: [{ id: other.id, insert: other, branches: [branch(1, { dueAt: 20 })] }] });
        const keys = [
          { executionId: row.id, branchId: 4, dueAt: 0 },
          { executionId: row.id, branchId: 2, dueAt: 10 },
          { executionId: other.id, branchId: 1, dueAt: 20 },
          { executionId: row.id, branchId: 1, dueAt: 30 },
        ];
        expect(await store.due(30, 10)).toEqual(keys);
        expect(await store.due(29, 10)).toEqual(keys.slice(0, 3));
        expect(await store.due(30, 2)).toEqual(keys.slice(0, 2));
        expect(await store.nextDue()).toBe(0);
        await store.commit({ executions: [{ id: row.id, deletedBranches: [4] }] });
        expect(await store.nextDue()).toBe(10);
      });

      test("without a time are never due", async () => {
        await put(branch(1));
        expect(await store.nextDue()).toBeUndefined();
        expect(await store.due(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
      });

      test("of activities queue in the order in which they came", async () => {
        await put(branch(3, { activityArn: "arn:a" }), branch(1, { activityArn: "arn:a" }));
        await put(branch(2, { activityArn: "arn:b" }), branch(0, { activityArn: "arn:a" }));
        const queue = await store.queued("arn:a", 10);
        expect(queue.map(({ branchId }) => branchId)).toEqual([3, 1, 0]);
        expect(await store.queued("arn:a", 2)).toEqual(queue.slice(0, 2));
        expect(await store.queued("arn:a", 10, queue[0]?.position)).toEqual(queue.slice(1));
        expect((await store.queued("arn:b", 10)).map(({ branchId }) => branchId)).toEqual([2]);
        expect(await store.queued("arn:none", 10)).toEqual([]);
      });

      test("keep their place in the queue until they leave it", async () => {
        const activityArn = "arn:a";
        await put(branch(1, { activityArn }), branch(2, { activityArn }));
        await put(branch(1, { activityArn, dueAt: 99 }));
        expect((await store.queued(activityArn, 10)).map(({ branchId }) => branchId)).toEqual([1, 2]);
        await put(branch(1));
        expect((await store.queued(activityArn, 10)).map(({ branchId }) => branchId)).toEqual([2]);
        await put(branch(1, { activityArn }));
        expect((await store.queued(activityArn, 10)).map(({ branchId }) => branchId)).toEqual([2, 1]);
      });

      testIfKept("keep the queue's order in the next store", async () => {
        await put(branch(5, { activityArn: "arn:a" }));
        await reopen();
        await put(branch(4, { activityArn: "arn:a" }));
        expect((await store.queued("arn:a", 10)).map(({ branchId }) => branchId)).toEqual([5, 4]);
      });

      test("to restart name each execution once", async () => {
        const other = execution();
        await put(branch(1, { restart: true }), branch(2, { restart: true }), branch(3));
        await store.commit({ executions: [{ id: other.id, insert: other, branches: [branch(1, { restart: true })] }] });
        expect(await store.restarting()).toEqual([row.id, other.id]);
        await put(branch(1), branch(2));
        expect(await store.restarting()).toEqual([other.id]);
      });
    });

    describe("state machines, revisions and activities", () => {
      test("are put, replaced and deleted", async () => {
        const machine = stateMachine("one", 5);
        const activity = activityRow("one", 5);
        await store.commit({ stateMachines: [machine], activities: [activity] });
        expect(await store.stateMachine(machine.arn)).toEqual(machine);
        expect(await store.activity(activity.arn)).toEqual(activity);
        const changed = { ...machine, status: "DELETING", revisionId: 2, settings: '{"tags":[]}' } as const;
        await store.commit({ stateMachines: [changed], activities: [{ ...activity, settings: "[]" }] });
        expect(await store.stateMachine(machine.arn)).toEqual(changed);
        expect(await store.activity(activity.arn)).toEqual({ ...activity, settings: "[]" });
        await store.commit({ deletedStateMachines: [machine.arn, "x"], deletedActivities: [activity.arn, "x"] });
        expect(await store.stateMachine(machine.arn)).toBeUndefined();
        expect(await store.activity(activity.arn)).toBeUndefined();
        expect(await store.listStateMachines(10)).toEqual([]);
        expect(await store.listActivities(10)).toEqual([]);
      });

      test("are listed newest first, those of one time by ARN, from a place that may be gone", async () => {
        const machines = [stateMachine("d", 9), stateMachine("c", 7), stateMachine("b", 7), stateMachine("a", 8)];
        const activities = machines.map(({ name, creationDate }) => activityRow(name, creationDate));
        await store.commit({ stateMachines: machines, activities });
        const order = ["d", "a", "c", "b"];
        const names = (rows: { name: string }[]) => rows.map(({ name }) => name);
        expect(names(await store.listStateMachines(10))).toEqual(order);
        expect(names(await store.listActivities(3))).toEqual(order.slice(0, 3));
        const [after, afterActivity] = [stateMachine("c", 7), activityRow("c", 7)];
        await store.commit({ deletedStateMachines: [after.arn], deletedActivities: [afterActivity.arn] });
        expect(names(await store.listStateMachines(10, after))).toEqual(["b"]);
        expect(names(await store.listActivities(10, afterActivity))).toEqual(["b"]);
        expect(names(await store.listStateMachines(1, stateMachine("d", 9)))).toEqual(["a"]);
      });

      test("keep every revision", async () => {
        const first = { ...revision(store.nextRevisionId()), revision: null };
        const second = revision(store.nextRevisionId());
        await store.commit({ revisions: [first, second] });
        expect(await store.revision(first.id)).toEqual(first);
        expect(await store.revision(second.id)).toEqual(second);
        expect(await store.revision(99)).toBeUndefined();
      });
    });

    describe("commits", () => {
      test("may be empty", async () => {
        await store.commit({});
        await store.commit({ executions: [], deletedExecutions: [] });
      });

      test("are done as a whole or not at all", async () => {
        const row = execution();
        await insert(row);
        const fresh = execution({ stateMachineArn: "arn:new", arn: "arn:new:execution" });
        const twin = execution({ arn: row.arn });
        const commit = store.commit({
          stateMachines: [stateMachine("x", 1)],
          executions: [
            { id: fresh.id, insert: fresh, history: chunk(1, 2), branches: [branch(1, { activityArn: "arn:a" })] },
            { id: twin.id, insert: twin },
          ],
        });
        await expect(commit).rejects.toMatchObject({ name: "StoreError", code: "conflict" });
        expect(await store.execution(fresh.arn)).toBeUndefined();
        expect(await store.history(fresh.id, 1, 2)).toEqual([]);
        expect(await store.branches(fresh.id)).toEqual([]);
        expect(await store.listStateMachines(10)).toEqual([]);
        expect(await store.listExecutions({ stateMachineArn: "arn:new", limit: 10 })).toEqual([]);
        await insert(fresh);
        expect(await store.listExecutions({ stateMachineArn: "arn:new", limit: 10 })).toEqual([fresh]);
        if (keepsData) await reopen();
        expect(await store.execution(fresh.arn)).toEqual(fresh);
      });

      test("that come together are done one after the other", async () => {
        const row = execution();
        const outcome = (output: string) =>
          ({ status: "RUNNING", stopDate: null, output, error: null, cause: null }) as const;
        const commits = [insert(row)];
        for (let n = 1; n <= 20; n++) {
          commits.push(store.commit({ executions: [{ id: row.id, update: outcome(String(n)) }] }));
        }
        await Promise.all(commits);
        expect((await store.executionById(row.id))?.output).toBe("20");
      });

      test("hide what they write until it is durable", async () => {
        const row = execution();
        const failing = store.commit({
          executions: [
            { id: row.id, insert: row },
            { id: row.id, insert: row },
          ],
        });
        const seen = store.execution(row.arn);
        await expect(failing).rejects.toMatchObject({ code: "conflict" });
        expect(await seen).toBeUndefined();
        const done = insert(row);
        expect(await store.execution(row.arn)).toEqual(row);
        await done;
      });

      testIfKept("are there for the next store", async () => {
        const row = execution();
        await store.commit({
          stateMachines: [stateMachine("a", 1)],
          executions: [{ id: row.id, insert: row, history: chunk(1, 3), branches: [branch(1, { dueAt: 4 })] }],
        });
        await reopen();
        expect(await store.execution(row.arn)).toEqual(row);
        expect(await store.listExecutions({ stateMachineArn, limit: 5 })).toEqual([row]);
        expect(await store.history(row.id, 1, 3)).toEqual([chunk(1, 3)]);
        expect(await store.due(4, 1)).toEqual([{ executionId: row.id, branchId: 1, dueAt: 4 }]);
        expect(await store.listStateMachines(5)).toEqual([stateMachine("a", 1)]);
      });
    });

    describe("closing", () => {
      test("waits for the commit that is going on, and refuses the next", async () => {
        const row = execution();
        const commit = insert(row);
        const closed = store.close();
        await expect(commit).resolves.toBeUndefined();
        await closed;
        await store.close();
        await expect(insert(row)).rejects.toMatchObject({ name: "StoreError", code: "closed" });
        await expect(store.execution(row.arn)).rejects.toMatchObject({ name: "StoreError", code: "closed" });
      });
    });
  });
}
