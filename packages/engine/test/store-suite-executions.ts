import { beforeEach, describe, expect, test } from "vitest";
import { type ExecutionRow, type ExecutionStatus, type HistoryChunk, listedAt, type MapRunRow } from "../src/index.js";
import { branch, chunk, revision, stateMachineArn } from "./store-rows.js";
import type { StoreSuite } from "./store-suite.js";

const placeOf = (row: ExecutionRow | undefined) => ({
  listedAt: row === undefined ? 0 : listedAt(row),
  id: row?.id ?? 0,
});

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

    test("continue at a place", async () => {
      const before = placeOf(rows[9]);
      expect(await suite.store.listExecutions({ stateMachineArn, limit: 4, before })).toEqual(rows.slice(10, 14));
    });

    test("are in the order of ends, or of the last start of what runs", async () => {
      const other = `${stateMachineArn}3`;
      const row = (part: Partial<ExecutionRow>) => suite.execution({ stateMachineArn: other, startDate: 10, ...part });
      const [long, short, running, same] = [
        row({ status: "SUCCEEDED", stopDate: 90 }),
        row({ status: "FAILED", stopDate: 20 }),
        row({ startDate: 50 }),
        row({ status: "ABORTED", stopDate: 20 }),
      ];
      const redriven = row({ status: "FAILED", stopDate: 15 });
      await suite.insert(long, short, running, same, redriven);
      const redrive = JSON.stringify({ count: 1, date: 60, tokens: [] });
      const update = { ...redriven, status: "RUNNING", stopDate: null, redrive } as const;
      await suite.store.commit({ executions: [{ id: redriven.id, update }] });
      const list = async (query: object) =>
        (await suite.store.listExecutions({ stateMachineArn: other, limit: 9, ...query })).map(({ id }) => id);
      const order = [long, { ...redriven, ...update }, running, same, short];
      expect(await list({})).toEqual(order.map(({ id }) => id));
      for (const [index, each] of order.entries()) {
        expect(await list({ before: placeOf(each), limit: 2 })).toEqual(
          order.slice(index + 1, index + 3).map(({ id }) => id),
        );
      }
      expect(await list({ status: "RUNNING" })).toEqual([redriven.id, running.id]);
    });

    test("hold one status where it is asked for", async () => {
      for (const status of statuses) {
        const expected = rows.filter((row) => row.status === status);
        expect(expected).toHaveLength(5);
        expect(await suite.store.listExecutions({ stateMachineArn, status, limit: 100 })).toEqual(expected);
        const before = placeOf(expected[1]);
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
      expect(await suite.store.listExecutions({ ...ofVersion, before: placeOf(byBoth) })).toEqual([byVersion]);
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

    test("are read by id, whatever their status, some at a time", async () => {
      const rows = Array.from({ length: 450 }, (_, index) =>
        suite.execution({ mapRunArn, parent: `{"index":${index}}`, status: index % 3 === 0 ? "FAILED" : "RUNNING" }),
      );
      await suite.insert(...rows, suite.execution({ mapRunArn: `${mapRunArn}2` }), suite.execution());
      const { store } = suite;
      expect(await store.mapRunExecutions(mapRunArn, 1000)).toEqual(rows);
      expect(await store.mapRunExecutions(mapRunArn, 7, rows[9]?.id)).toEqual(rows.slice(10, 17));
      expect(await store.mapRunExecutions(`${mapRunArn}2`, 1000)).toHaveLength(1);
      expect(await store.mapRunExecutions("arn:none", 1000)).toEqual([]);
      const small = rows.map(({ id, status, parent }) => ({ id, status, mapRunArn, parent }));
      expect(await store.mapRunChildren(mapRunArn, 1000)).toEqual(small);
      expect(await store.mapRunChildren(mapRunArn, 7, rows[9]?.id)).toEqual(small.slice(10, 17));
      expect(await store.mapRunChildren("arn:none", 1000)).toEqual([]);
    });

    test("are found while they run", async () => {
      const rows = [
        suite.execution({ mapRunArn }),
        suite.execution({ mapRunArn: `${mapRunArn}2` }),
        suite.execution({ mapRunArn }),
      ];
      const ids = async (query: { mapRunArn?: string; limit?: number; after?: number } = {}) =>
        (await suite.store.runningChildren({ limit: 100, ...query })).map(({ id }) => id);
      const [first = 0, second = 0, third = 0] = rows.map(({ id }) => id);
      await suite.insert(...rows, suite.execution(), suite.execution({ mapRunArn, status: "ABORTED" }));
      expect(await ids()).toEqual([first, second, third]);
      expect(await ids({ limit: 1, after: first })).toEqual([second]);
      expect(await ids({ mapRunArn })).toEqual([first, third]);
      expect(await ids({ mapRunArn, after: first })).toEqual([third]);
      expect(await ids({ mapRunArn: "arn:none" })).toEqual([]);
      await suite.store.commit({ executions: rows.slice(0, 2).map(({ id }) => ({ id, update: outcome })) });
      expect(await ids()).toEqual([third]);
    });

    test("are listed newest first, by status, and by whether they were redriven", async () => {
      const rows = Array.from({ length: 12 }, (_, index) =>
        suite.execution({ mapRunArn, status: index % 3 === 0 ? "FAILED" : "SUCCEEDED" }),
      );
      await suite.insert(...rows, suite.execution({ mapRunArn: `${mapRunArn}2` }));
      const redriven = rows.filter((_, index) => index % 2 === 0);
      await suite.store.commit({
        executions: redriven.map(({ id, status }) => ({ id, update: { ...outcome, status, redrive: "{}" } })),
      });
      const list = async (query: { status?: ExecutionStatus; redriven?: boolean; before?: number } = {}) =>
        (await suite.store.listExecutions({ mapRunArn, limit: 100, ...query })).map(({ id }) =>
          rows.findIndex((row) => row.id === id),
        );
      expect(await list()).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
      expect(await list({ before: rows[3]?.id ?? 0 })).toEqual([2, 1, 0]);
      expect(await list({ status: "FAILED" })).toEqual([9, 6, 3, 0]);
      expect(await list({ redriven: true })).toEqual([10, 8, 6, 4, 2, 0]);
      expect(await list({ redriven: true, status: "FAILED" })).toEqual([6, 0]);
      expect(await list({ redriven: false })).toEqual([11, 9, 7, 5, 3, 1]);
      expect(await list({ redriven: false, status: "FAILED", before: rows[9]?.id ?? 0 })).toEqual([3]);
    });
  });

  describe("map runs", () => {
    const mapRun = (executionId: number, name: string, part: Partial<MapRunRow> = {}): MapRunRow => ({
      arn: `arn:aws:states:us-east-1:123456789012:mapRun:orders/each:${name}`,
      executionId,
      status: "RUNNING",
      startDate: 1_700_000_000_000,
      stopDate: null,
      data: '{"branchId":0}',
      ...part,
    });

    test("are kept with their execution, replaced, listed newest first, and go with it", async () => {
      const [one, other] = [suite.execution(), suite.execution()];
      const runs = ["a", "b", "c"].map((name) => mapRun(one.id, name));
      const foreign = mapRun(other.id, "d");
      await suite.store.commit({
        executions: [
          { id: one.id, insert: one, mapRuns: runs },
          { id: other.id, insert: other, mapRuns: [foreign] },
        ],
      });
      const [a, b, c] = runs;
      const ended = mapRun(one.id, "b", { status: "FAILED", stopDate: 7, data: "{}" });
      await suite.store.commit({ executions: [{ id: one.id, mapRuns: [ended] }] });
      expect(await suite.store.mapRun(b?.arn ?? "")).toEqual(ended);
      expect(await suite.store.mapRun("arn:none")).toBeUndefined();
      expect(await suite.store.mapRuns(one.id, 10)).toEqual([c, ended, a]);
      expect(await suite.store.mapRuns(one.id, 1, c?.arn)).toEqual([ended]);
      expect(await suite.store.mapRuns(one.id, 10, a?.arn)).toEqual([]);
      await suite.store.commit({ deletedExecutions: [one.id] });
      expect(await suite.store.mapRun(a?.arn ?? "")).toBeUndefined();
      expect(await suite.store.mapRuns(one.id, 10)).toEqual([]);
      expect(await suite.store.mapRuns(other.id, 10)).toEqual([foreign]);
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

    test("gives every event of a long chunk, whichever are asked for", async () => {
      const row = suite.execution();
      const line = (id: number): string => JSON.stringify({ id, text: "ü\n".repeat(id % 7) });
      const lines = (from: number, to: number): string[] =>
        Array.from({ length: to - from + 1 }, (_, index) => line(from + index));
      await suite.insert(row);
      const bounds = [1, 3, 1_500, 1_501, 2_001, 2_500];
      for (const [index, first] of bounds.slice(0, -1).entries()) {
        const lastEventId = (bounds[index + 1] ?? 0) - 1;
        const history = { firstEventId: first, lastEventId, events: lines(first, lastEventId).join("\n") };
        await suite.store.commit({ executions: [{ id: row.id, history }] });
      }
      for (const [from, to] of [
        [1, 2_499],
        [2, 4],
        [700, 1_700],
        [2_400, 2_499],
      ] as const) {
        const events = (await suite.store.history(row.id, from, to)).flatMap(
          ({ firstEventId, lastEventId, events: text }) => {
            const found = text.split("\n");
            expect(found).toHaveLength(lastEventId - firstEventId + 1);
            return found.filter((_, index) => firstEventId + index >= from && firstEventId + index <= to);
          },
        );
        expect(events).toEqual(lines(from, to));
      }
      expect(await suite.store.lastEventId(row.id)).toBe(2_499);
    });

    test("is empty where there is none", async () => {
      expect(await suite.store.history(77, 1, 5)).toEqual([]);
      expect(await suite.store.lastEventId(77)).toBe(0);
    });
  });
}
