import { beforeEach, describe, expect, test } from "vitest";
import type { ExecutionRow, ExecutionStatus, HistoryChunk } from "../src/index.js";
import { branch, chunk, revision, stateMachineArn } from "./store-rows.js";
import type { StoreSuite } from "./store-suite.js";

/** What every store must do with executions and their history. */
export function executionTests(suite: StoreSuite): void {
  describe("executions", () => {
    test("are read by ARN and by id as they were written", async () => {
      const plain = suite.execution();
      const full = suite.execution({
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
      await suite.insert(plain, full);
      expect(await suite.store.execution(plain.arn)).toEqual(plain);
      expect(await suite.store.execution(full.arn)).toEqual(full);
      expect(await suite.store.executionById(full.id)).toEqual(full);
      expect(await suite.store.execution(`${plain.arn}x`)).toBeUndefined();
      expect(await suite.store.execution("arn:aws:states:eu-west-1:1:execution:other:x")).toBeUndefined();
      expect(await suite.store.executionById(full.id + 1)).toBeUndefined();
    });

    test("may have ARNs of any form", async () => {
      const rows = [
        "x",
        "",
        "a:b",
        "arn:aws:states:us-east-1:1:express:machine:name:5d3a-2f",
        "arn:aws:states:us-east-1:1:execution:machine:",
        "::::::::::",
      ].map((arn) => suite.execution({ arn, name: "name" }));
      await suite.insert(...rows);
      for (const row of rows) expect(await suite.store.execution(row.arn)).toEqual(row);
    });

    test("hold texts of a megabyte", async () => {
      const text = JSON.stringify("ü".repeat(500_000));
      const row = suite.execution({ input: text, output: text, status: "SUCCEEDED", stopDate: 5 });
      const chunk = { firstEventId: 1, lastEventId: 2, events: text };
      await suite.store.commit({ executions: [{ id: row.id, insert: row, history: chunk }] });
      expect(await suite.store.execution(row.arn)).toEqual(row);
      expect(await suite.store.history(row.id, 1, 2)).toEqual([chunk]);
    });

    test("get a new outcome", async () => {
      const row = suite.execution();
      await suite.insert(row);
      const outcome = {
        status: "SUCCEEDED",
        stopDate: 1_700_000_001_000,
        output: "7",
        error: null,
        cause: null,
      } as const;
      await suite.store.commit({ executions: [{ id: row.id, update: outcome }] });
      expect(await suite.store.execution(row.arn)).toEqual({ ...row, ...outcome });
    });

    test("keep what is known of their redrives until it changes", async () => {
      const row = suite.execution();
      await suite.insert(row);
      const outcome = { status: "RUNNING", stopDate: null, output: null, error: null, cause: null } as const;
      await suite.store.commit({ executions: [{ id: row.id, update: { ...outcome, redrive: '{"count":1}' } }] });
      await suite.store.commit({ executions: [{ id: row.id, update: outcome }] });
      expect(await suite.store.execution(row.arn)).toEqual({ ...row, redrive: '{"count":1}' });
    });

    test("are inserted and updated in one commit", async () => {
      const row = suite.execution();
      const outcome = { status: "TIMED_OUT", stopDate: 9, output: null, error: "e", cause: "c" } as const;
      await suite.store.commit({
        executions: [
          { id: row.id, insert: row },
          { id: row.id, update: outcome },
        ],
      });
      expect(await suite.store.execution(row.arn)).toEqual({ ...row, ...outcome });
    });

    test("come in commits of any size", async () => {
      for (const size of [1, 2, 3, 4, 5, 15, 16, 17, 20, 21, 37, 64, 500]) {
        const rows = Array.from({ length: size }, () => suite.execution({ status: "SUCCEEDED", stopDate: 1 }));
        await suite.store.commit({
          executions: rows.map((row) => ({ id: row.id, insert: row, history: chunk(1, 6, `of ${row.name}`) })),
        });
        const listed = await suite.store.listExecutions({ stateMachineArn, limit: size });
        expect(listed).toEqual(rows.toReversed());
        for (const row of rows)
          expect(await suite.store.history(row.id, 1, 9)).toEqual([chunk(1, 6, `of ${row.name}`)]);
      }
    });

    test("go with all that belongs to them", async () => {
      const [gone, kept] = [suite.execution(), suite.execution()];
      for (const row of [gone, kept]) {
        await suite.store.commit({
          executions: [
            { id: row.id, insert: row, history: chunk(1, 2), branches: [branch(1, { dueAt: 5, restart: true })] },
          ],
        });
      }
      await suite.store.commit({ deletedExecutions: [gone.id, 999] });
      expect(await suite.store.execution(gone.arn)).toBeUndefined();
      expect(await suite.store.lastEventId(gone.id)).toBe(0);
      expect(await suite.store.branches(gone.id)).toEqual([]);
      expect(await suite.store.restarting()).toEqual([kept.id]);
      expect(await suite.store.listExecutions({ stateMachineArn, limit: 10 })).toEqual([kept]);
      expect(await suite.store.lastEventId(kept.id)).toBe(2);
    });
  });

  describe("ids", () => {
    test("only grow", () => {
      const ids = [suite.store.nextExecutionId(), suite.store.nextExecutionId(), suite.store.nextExecutionId()];
      expect(ids).toEqual([1, 2, 3]);
      expect([suite.store.nextRevisionId(), suite.store.nextRevisionId()]).toEqual([1, 2]);
    });

    suite.testIfKept("continue above what is stored", async () => {
      suite.store.nextExecutionId();
      const row = suite.execution();
      await suite.insert(row);
      await suite.store.commit({ revisions: [revision(suite.store.nextRevisionId())] });
      await suite.reopen();
      expect(suite.store.nextExecutionId()).toBe(row.id + 1);
      expect(suite.store.nextRevisionId()).toBe(2);
    });

    suite.testIfKept("of deleted executions are not used again", async () => {
      const row = suite.execution();
      await suite.insert(row);
      await suite.store.commit({ deletedExecutions: [row.id] });
      await suite.reopen();
      expect(suite.store.nextExecutionId()).toBe(row.id + 1);
    });
  });

  describe("lists of executions", () => {
    const statuses: ExecutionStatus[] = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"];
    let rows: ExecutionRow[];

    beforeEach(async () => {
      rows = Array.from({ length: 25 }, (_, index) =>
        suite.execution({ status: statuses[(index * 3) % 5] ?? "RUNNING" }),
      );
      await suite.insert(...rows, suite.execution({ stateMachineArn: `${stateMachineArn}2` }));
      rows.reverse();
    });

    test("are newest first", async () => {
      expect(await suite.store.listExecutions({ stateMachineArn, limit: 100 })).toEqual(rows);
      expect(await suite.store.listExecutions({ stateMachineArn, limit: 7 })).toEqual(rows.slice(0, 7));
      expect(await suite.store.listExecutions({ stateMachineArn, limit: 0 })).toEqual([]);
    });

    test("continue below an id", async () => {
      const before = rows[9]?.id ?? 0;
      expect(await suite.store.listExecutions({ stateMachineArn, limit: 4, before })).toEqual(rows.slice(10, 14));
    });

    test("hold one status where it is asked for", async () => {
      for (const status of statuses) {
        const expected = rows.filter((row) => row.status === status);
        expect(expected).toHaveLength(5);
        expect(await suite.store.listExecutions({ stateMachineArn, status, limit: 100 })).toEqual(expected);
        const before = expected[1]?.id ?? 0;
        const page = await suite.store.listExecutions({ stateMachineArn, status, limit: 2, before });
        expect(page).toEqual(expected.slice(2, 4));
      }
    });

    test("hold those of one version or one alias where it is asked for", async () => {
      const version = `${stateMachineArn}:3`;
      const alias = `${stateMachineArn}:live`;
      const [byVersion, byAlias, byBoth] = [
        suite.execution({ stateMachineVersionArn: version }),
        suite.execution({ stateMachineVersionArn: `${stateMachineArn}:4`, stateMachineAliasArn: alias }),
        suite.execution({ stateMachineVersionArn: version, stateMachineAliasArn: alias, status: "FAILED" }),
      ];
      await suite.insert(byVersion, byAlias, byBoth);
      const ofVersion = { stateMachineArn, stateMachineVersionArn: version, limit: 9 };
      const ofAlias = { stateMachineArn, stateMachineAliasArn: alias, limit: 9 };
      expect(await suite.store.listExecutions(ofVersion)).toEqual([byBoth, byVersion]);
      expect(await suite.store.listExecutions({ ...ofVersion, before: byBoth.id })).toEqual([byVersion]);
      expect(await suite.store.listExecutions({ ...ofVersion, status: "RUNNING" })).toEqual([byVersion]);
      expect(await suite.store.listExecutions(ofAlias)).toEqual([byBoth, byAlias]);
      expect(await suite.store.listExecutions({ ...ofAlias, limit: 1 })).toEqual([byBoth]);
      expect(await suite.store.listExecutions({ ...ofAlias, status: "FAILED" })).toEqual([byBoth]);
      const none = { stateMachineArn, stateMachineAliasArn: `${stateMachineArn}:none`, limit: 9 };
      expect(await suite.store.listExecutions(none)).toEqual([]);
    });

    test("are empty for a state machine without executions", async () => {
      expect(await suite.store.listExecutions({ stateMachineArn: "arn:none", limit: 9 })).toEqual([]);
      expect(await suite.store.hasRunningExecution("arn:none")).toBe(false);
    });

    test("say whether one is running", async () => {
      expect(await suite.store.hasRunningExecution(stateMachineArn)).toBe(true);
      const outcome = { status: "ABORTED", stopDate: 1, output: null, error: null, cause: null } as const;
      const running = rows.filter((row) => row.status === "RUNNING");
      await suite.store.commit({ executions: running.slice(1).map(({ id }) => ({ id, update: outcome })) });
      expect(await suite.store.hasRunningExecution(stateMachineArn)).toBe(true);
      await suite.store.commit({ executions: running.slice(0, 1).map(({ id }) => ({ id, update: outcome })) });
      expect(await suite.store.hasRunningExecution(stateMachineArn)).toBe(false);
      expect(await suite.store.hasRunningExecution(`${stateMachineArn}2`)).toBe(true);
    });
  });

  describe("children of map runs", () => {
    const mapRunArn = "arn:aws:states:us-east-1:123456789012:mapRun:orders/each:6f5d";
    const outcome = { status: "SUCCEEDED", stopDate: 1, output: "1", error: null, cause: null } as const;

    test("are listed by id, whatever their status", async () => {
      const rows = Array.from({ length: 450 }, (_, index) =>
        suite.execution({ mapRunArn, parent: `{"index":${index}}`, status: index % 3 === 0 ? "FAILED" : "RUNNING" }),
      );
      await suite.insert(...rows, suite.execution({ mapRunArn: `${mapRunArn}2` }), suite.execution());
      expect(await suite.store.mapRunExecutions(mapRunArn)).toEqual(rows);
      expect(await suite.store.mapRunExecutions(`${mapRunArn}2`)).toHaveLength(1);
      expect(await suite.store.mapRunExecutions("arn:none")).toEqual([]);
    });

    test("are found while they run", async () => {
      const rows = [
        suite.execution({ mapRunArn }),
        suite.execution({ mapRunArn: `${mapRunArn}2` }),
        suite.execution({ mapRunArn }),
      ];
      await suite.insert(...rows, suite.execution(), suite.execution({ mapRunArn, status: "ABORTED" }));
      expect(await suite.store.runningChildren()).toEqual(rows);
      await suite.store.commit({ executions: rows.slice(0, 2).map(({ id }) => ({ id, update: outcome })) });
      expect(await suite.store.runningChildren()).toEqual(rows.slice(2));
    });
  });

  describe("history", () => {
    test("gives the chunks that hold a range of events", async () => {
      const row = suite.execution();
      const chunks = [chunk(1, 4), chunk(5, 5), chunk(6, 20), chunk(21, 30)];
      await suite.insert(row);
      for (const history of chunks) await suite.store.commit({ executions: [{ id: row.id, history }] });
      await suite.store.commit({ executions: [{ id: row.id + 1, history: chunk(1, 99) }] });
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
      for (const [from, to, expected] of cases) expect(await suite.store.history(row.id, from, to)).toEqual(expected);
      expect(await suite.store.lastEventId(row.id)).toBe(30);
    });

    test("is empty where there is none", async () => {
      expect(await suite.store.history(77, 1, 5)).toEqual([]);
      expect(await suite.store.lastEventId(77)).toBe(0);
    });
  });
}
