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

    describe("of a map run's parent", () => {
      const runs = ["one", "two"].map((name) => `arn:aws:states:us-east-1:123456789012:mapRun:orders/Map:${name}`);
      const mapRun = (arn: string, executionId: number) =>
        ({ arn, executionId, status: "FAILED", startDate: 1, stopDate: 2, data: "{}" }) as const;

      /** A parent with two map runs of 700 children each, every other one failed and with two branches; another's child. */
      async function family() {
        const parent = closed(10, "FAILED");
        const other = closed(10_000, "FAILED");
        const children = runs.flatMap((mapRunArn) =>
          Array.from({ length: 700 }, (_, index) =>
            suite.execution({ status: index % 2 === 0 ? "SUCCEEDED" : "FAILED", stopDate: 5, mapRunArn, parent: "{}" }),
          ),
        );
        const foreign = suite.execution({ status: "FAILED", stopDate: 5, mapRunArn: `${runs[0]}x`, parent: "{}" });
        const rest = { history: chunk(1, 2), branches: [branch(0), branch(1)] };
        await suite.store.commit({
          executions: [
            { id: parent.id, insert: parent, mapRuns: runs.map((arn) => mapRun(arn, parent.id)), ...rest },
            { id: other.id, insert: other, mapRuns: [mapRun(`${runs[0]}x`, other.id)] },
            ...[...children, foreign].map((row) => ({
              id: row.id,
              insert: row,
              ...(row.status === "FAILED" ? rest : { history: chunk(1, 2) }),
            })),
          ],
        });
        return { parent, children, foreign };
      }

      test("takes the children, too, and no others", async () => {
        const { parent, children, foreign } = await family();
        expect(await removeAll(11)).toBeGreaterThan(3);
        for (const { id } of [parent, ...children]) {
          expect(await suite.store.executionById(id)).toBeUndefined();
          expect(await suite.store.lastEventId(id)).toBe(0);
          expect(await suite.store.branches(id)).toEqual([]);
        }
        for (const arn of runs) expect(await suite.store.mapRunExecutions(arn, 10)).toEqual([]);
        expect(await suite.store.executionById(foreign.id)).toEqual(foreign);
        expect(await suite.store.branches(foreign.id)).toHaveLength(2);
      });

      test("takes what the children kept for a redrive with what their parent did", async () => {
        const { parent, children, foreign } = await family();
        for (;;) {
          const { pastRedrive, hasRemains } = await suite.store.removable({ closed: 0, ended: 11, limit: 10 });
          if (pastRedrive.length === 0 && !hasRemains) break;
          await suite.store.commit({ removal: { executions: [], pastRedrive } });
        }
        for (const row of [parent, ...children]) {
          expect(await suite.store.executionById(row.id)).toEqual(row);
          expect(await suite.store.lastEventId(row.id)).toBe(2);
          expect(await suite.store.branches(row.id)).toEqual([]);
        }
        expect(await suite.store.branches(foreign.id)).toHaveLength(2);
        await removeAll(11);
        expect(await suite.store.executionById(parent.id)).toBeUndefined();
        for (const arn of runs) expect(await suite.store.mapRunExecutions(arn, 10)).toEqual([]);
      });

      test("waits for children that are still being stopped", async () => {
        const parent = closed(10, "ABORTED");
        const [arn = ""] = runs;
        const child = suite.execution({ mapRunArn: arn, parent: "{}" });
        await suite.store.commit({
          executions: [
            { id: parent.id, insert: parent, mapRuns: [mapRun(arn, parent.id)] },
            { id: child.id, insert: child },
          ],
        });
        await suite.store.commit({ removal: { executions: [parent.id], pastRedrive: [] } });
        expect(await suite.store.executionById(child.id)).toEqual(child);
        expect(await removable(11)).toEqual({ ...nothing, hasRemains: true });
        const update = { ...child, status: "ABORTED", stopDate: 12 } as const;
        await suite.store.commit({ executions: [{ id: child.id, update }] });
        await removeAll(11);
        expect(await suite.store.executionById(child.id)).toBeUndefined();
      });
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
