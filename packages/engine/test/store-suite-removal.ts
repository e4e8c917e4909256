import { describe, expect, test } from "vitest";
import type { ExecutionRow, Removable } from "../src/store/store.js";
import { branch, chunk, stateMachineArn } from "./store-rows.js";
import type { StoreSuite } from "./store-suite.js";

/** What every store must do to let old executions go. */
export function removalTests(suite: StoreSuite): void {
  const closed = (stopDate: number, status: ExecutionRow["status"] = "SUCCEEDED"): ExecutionRow =>
    suite.execution({ status, stopDate });
  const removable = (before: number, limit = 10): Promise<Removable> =>
    suite.store.removable({ closed: before, ended: before, limit });
  const nothing = { executions: [], pastRedrive: [], hasRemains: false };

  /** Removes all that there is, as the engine does, and gives the number of commits. */
  async function removeAll(before: number): Promise<number> {
    for (let commits = 0; ; commits++) {
      const { executions, pastRedrive, hasRemains } = await removable(before);
      if (executions.length === 0 && pastRedrive.length === 0 && !hasRemains) return commits;
      await suite.store.commit({ removal: { executions, pastRedrive } });
    }
  }

  describe("removal", () => {
    test("is for executions that closed before a time, in the order in which they did", async () => {
      const [late, early, middle] = [closed(30), closed(10, "ABORTED"), closed(20, "FAILED")];
      const child = suite.execution({ status: "FAILED", stopDate: 1, mapRunArn: "run", parent: "{}" });
      await suite.insert(late, suite.execution(), early, middle, child);
      expect(await removable(10)).toEqual(nothing);
      expect(await removable(31)).toEqual({
        executions: [early.id, middle.id, late.id],
        pastRedrive: [
          { id: early.id, stopDate: 10 },
          { id: middle.id, stopDate: 20 },
        ],
        hasRemains: false,
      });
      expect(await removable(21, 1)).toMatchObject({ executions: [early.id] });
      expect(await suite.store.removable({ closed: 11, ended: 21, limit: 10 })).toMatchObject({
        executions: [early.id],
        pastRedrive: [{ id: early.id }, { id: middle.id }],
      });
    });

    test("takes the execution with its history and branches, and nothing else", async () => {
      const [old, kept] = [closed(10, "FAILED"), closed(20, "FAILED")];
      const rest = { history: chunk(1, 3), branches: [branch(0), branch(1)] };
      await suite.store.commit({
        executions: [
          { id: old.id, insert: old, ...rest },
          { id: kept.id, insert: kept, ...rest },
        ],
      });
      expect(await removeAll(11)).toBe(1);
      expect(await suite.store.execution(old.arn)).toBeUndefined();
      expect(await suite.store.executionById(old.id)).toBeUndefined();
      expect(await suite.store.history(old.id, 1, 10)).toEqual([]);
      expect(await suite.store.branches(old.id)).toEqual([]);
      expect(await suite.store.listExecutions({ stateMachineArn, limit: 10 })).toEqual([kept]);
      expect(await suite.store.history(kept.id, 1, 10)).toHaveLength(1);
      expect(await suite.store.branches(kept.id)).toHaveLength(2);
      // Its name is free, its id is not.
      const next = { ...suite.execution({ name: old.name }), arn: old.arn };
      expect(next.id).toBeGreaterThan(kept.id);
      await suite.insert(next);
      expect(await suite.store.execution(old.arn)).toEqual(next);
    });

    test("takes a long history in parts, of which nobody sees one", async () => {
      const old = closed(10);
      await suite.insert(old);
      for (let first = 1; first <= 1000; first++) {
        await suite.store.commit({ executions: [{ id: old.id, history: chunk(first, first) }] });
      }
      const { executions } = await removable(11);
      await suite.store.commit({ removal: { executions, pastRedrive: [] } });
      expect(await suite.store.execution(old.arn)).toBeUndefined();
      expect((await suite.store.history(old.id, 1, 1000)).length).toBeGreaterThan(500);
      expect(await removable(11)).toEqual({ ...nothing, hasRemains: true });
      expect(await removeAll(11)).toBeGreaterThan(1);
      expect(await suite.store.history(old.id, 1, 1000)).toEqual([]);
    });

    test("of what was kept for a redrive leaves the execution as it is", async () => {
      const [failed, later] = [closed(10, "FAILED"), closed(20, "TIMED_OUT")];
      const rest = { history: chunk(1, 3), branches: [branch(0)] };
      await suite.store.commit({
        executions: [
          { id: failed.id, insert: failed, ...rest },
          { id: later.id, insert: later, ...rest },
        ],
      });
      const query = { closed: 0, ended: 11, limit: 10 };
      const { pastRedrive } = await suite.store.removable(query);
      await suite.store.commit({ removal: { executions: [], pastRedrive } });
      expect(await suite.store.branches(failed.id)).toEqual([]);
      expect(await suite.store.execution(failed.arn)).toEqual(failed);
      expect(await suite.store.history(failed.id, 1, 10)).toHaveLength(1);
      expect(await suite.store.branches(later.id)).toHaveLength(1);
      expect(await suite.store.removable(query)).toEqual(nothing);
      expect(await suite.store.removable({ ...query, ended: 21 })).toMatchObject({ pastRedrive: [{ id: later.id }] });
      // In the end it goes like the others.
      await removeAll(21);
      expect(await suite.store.execution(failed.arn)).toBeUndefined();
      expect(await suite.store.history(failed.id, 1, 10)).toEqual([]);
    });

    suite.testIfKept("goes on with the next store", async () => {
      const old = closed(10);
      await suite.insert(old);
      for (let first = 1; first <= 400; first++) {
        await suite.store.commit({ executions: [{ id: old.id, history: chunk(first, first) }] });
      }
      await suite.store.commit({ removal: { executions: [old.id], pastRedrive: [] } });
      await suite.reopen();
      expect(await removable(11)).toEqual({ ...nothing, hasRemains: true });
      await removeAll(11);
      expect(await suite.store.history(old.id, 1, 400)).toEqual([]);
      expect(suite.store.nextExecutionId()).toBeGreaterThan(old.id);
    });
  });
}
