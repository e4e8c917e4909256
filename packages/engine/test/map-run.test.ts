import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json } from "@pawl/asl";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Engine, openEngine, openSqliteStore, type Store } from "../src/index.js";
import type { MapRunRecord } from "../src/map-run-record.js";
import type { ChildEnd, ResultsOutcome } from "../src/transition/event.js";
import { batchesOf } from "../src/transition/item-batches.js";
import { exceedsTolerance } from "../src/transition/map-run-counts.js";
import { type Child, MapRunRebuild } from "../src/transition/map-run-rebuild.js";
import { openTestEngine } from "./test-engine.js";
import { Carried } from "./transition-table.js";

const child = (state: object) => ({
  ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
  StartAt: "I",
  States: { I: { ...state, End: true } },
});
const machine = (map: object) => ({ StartAt: "M", States: { M: { Type: "Map", End: true, ...map } } });
/** The children that were to be started, with their inputs. */
const starts = (carried: Carried) =>
  carried.effects.flatMap((effect) => (effect.kind === "startChildren" ? effect.children : []));

const place = (carried: Carried) => {
  const { mapRunArn } = carried.details("MapRunStarted") as { mapRunArn: string };
  return { branchId: 0, mapRunArn };
};

/** Gives inputs, one item in each, where they are asked for. */
function read(carried: Carried, inputs: string[], last = true): boolean {
  const wish = carried.effects.findLast((effect) => effect.kind === "readInputs");
  const from = wish?.kind === "readInputs" ? wish.from.executions : -1;
  const items = inputs.map((input) => ({ input, items: 1 }));
  return carried.give({ kind: "inputsRead", ...place(carried), from, inputs: items, last }).accepted;
}

function end(carried: Carried, index: number, status: ChildEnd["status"] = "SUCCEEDED"): boolean {
  const children = [{ index, status }];
  return carried.give({ kind: "childrenEnded", ...place(carried), redrives: 0, children }).accepted;
}

function gathered(carried: Carried, outcome: ResultsOutcome): boolean {
  return carried.give({ kind: "resultsGathered", ...place(carried), redrives: 0, outcome }).accepted;
}

/** One child for each item of the input. */
const each = (map: object, input: unknown[]): Carried => {
  const carried = new Carried(machine({ ItemProcessor: child({ Type: "Pass" }), ...map }), input).start();
  read(
    carried,
    input.map((item) => JSON.stringify(item)),
  );
  return carried;
};

describe("the transition of a Map state in distributed mode", () => {
  it("starts a child for each input, as many at a time as MaxConcurrency allows, and asks for the results at the end", () => {
    const carried = each({ MaxConcurrency: 2 }, ["a", "b", "c"]);
    expect(starts(carried)).toEqual([
      { index: 0, input: '"a"', items: 1 },
      { index: 1, input: '"b"', items: 1 },
    ]);
    expect(end(carried, 1)).toBe(true);
    expect(starts(carried).map(({ index }) => index)).toEqual([0, 1, 2]);
    // Its end is told again where it could not be stored.
    expect(end(carried, 1)).toBe(false);
    end(carried, 2);
    expect(gathered(carried, { result: "[]" })).toBe(false);
    end(carried, 0);
    expect(carried.effects.at(-1)).toMatchObject({ kind: "gatherResults", failed: false });
    expect(gathered(carried, { result: '["A","B","C"]' })).toBe(true);
    expect(carried.execution.output).toBe('["A","B","C"]');
    expect(carried.lines.slice(1)).toEqual([
      "2 <- 0 MapStateEntered",
      "3 <- 2 MapStateStarted",
      "4 <- 3 MapRunStarted",
      "5 <- 4 MapRunSucceeded",
      "6 <- 5 MapStateSucceeded",
      "7 <- 4 MapStateExited",
      "8 <- 7 ExecutionSucceeded",
    ]);
  });

  it("asks for more inputs when few are left, and takes none that it did not ask for", () => {
    const carried = new Carried(machine({ ItemProcessor: child({ Type: "Pass" }), MaxConcurrency: 1 }), [1]).start();
    const wishes = () => carried.effects.filter(({ kind }) => kind === "readInputs");
    expect(wishes()).toEqual([{ kind: "readInputs", ...place(carried), from: { executions: 0, items: 0 } }]);
    const many = Array.from({ length: 300 }, (_, index) => String(index));
    expect(read(carried, many, false)).toBe(true);
    expect(read(carried, many, false)).toBe(false);
    for (let index = 0; index < 43; index++) end(carried, index);
    expect(wishes()).toHaveLength(1);
    end(carried, 43);
    expect(wishes().slice(1)).toEqual([
      { kind: "readInputs", ...place(carried), from: { executions: 300, items: 300 } },
    ]);
    expect(read(carried, [])).toBe(true);
    for (let index = 44; index < 300; index++) end(carried, index);
    expect(starts(carried)).toHaveLength(300);
    expect(carried.effects.at(-1)).toMatchObject({ kind: "gatherResults" });
  });

  it("holds no more in memory, and writes no more, with many children than with few", () => {
    // As if a reader gave them.
    const many = new Carried(machine({ ItemProcessor: child({ Type: "Pass" }), MaxConcurrency: 200 }), [0]).start();
    let written = 0;
    let most = 0;
    for (let from = 0; from < 12_800; from += 128) {
      const inputs = Array.from({ length: 128 }, () => ({ input: '"x"', items: 1 }));
      const last = from + 128 === 12_800;
      written += many.give({ kind: "inputsRead", ...place(many), from, inputs, last }).changed.size;
      const { running, queue, redo } = many.branch().mapRun ?? {};
      most = Math.max(most, (running?.size ?? 0) + (queue?.length ?? 0) + (redo?.length ?? 0));
      for (let index = from; index < from + 128; index++) end(many, index);
      many.effects.length = 0;
    }
    expect(written).toBe(1);
    expect(most).toBeLessThanOrEqual(256);
    expect(many.branch().mapRun?.ended.SUCCEEDED).toEqual({ executions: 12_800, items: 12_800 });
    expect(many.branch().mapRun?.outcome).toEqual({ status: "SUCCEEDED" });
  });

  it("tolerates as many failures as it is told, and no more", () => {
    for (const [tolerance, failures, status] of [
      [{}, 0, "SUCCEEDED"],
      [{}, 1, "FAILED"],
      [{ ToleratedFailureCount: 2 }, 2, "SUCCEEDED"],
      [{ ToleratedFailureCount: 2 }, 3, "FAILED"],
      [{ ToleratedFailurePercentage: 50 }, 2, "SUCCEEDED"],
      [{ ToleratedFailurePercentage: 50 }, 3, "FAILED"],
    ] as const) {
      const carried = each(tolerance, [1, 2, 3, 4]);
      for (let index = 0; index < 4; index++) end(carried, index, index < failures ? "FAILED" : "SUCCEEDED");
      gathered(carried, { result: "[]" });
      expect([tolerance, failures, carried.execution.status]).toEqual([tolerance, failures, status]);
    }
  });

  it("counts what has failed or timed out, in items, against what there is when all has been read", () => {
    const carried = new Carried(
      machine({ ItemProcessor: child({ Type: "Pass" }), ToleratedFailurePercentage: 20 }),
      [],
    );
    carried.start();
    expect(carried.effects.at(-1)).toMatchObject({ kind: "gatherResults" });

    const some = new Carried(machine({ ItemProcessor: child({ Type: "Pass" }), ToleratedFailurePercentage: 20 }), [1]);
    some.start();
    const batch = (from: number, items: number, last: boolean) =>
      some.give({ kind: "inputsRead", ...place(some), from, inputs: [{ input: "[]", items }], last });
    batch(0, 10, false);
    end(some, 0, "TIMED_OUT");
    expect(some.execution.status).toBe("RUNNING");
    batch(1, 15, false);
    end(some, 1, "ABORTED");
    batch(2, 25, true);
    expect(some.execution.status).toBe("RUNNING");
    end(some, 2, "SUCCEEDED");
    expect(some.effects.at(-1)).toMatchObject({ kind: "gatherResults", failed: false });
    expect(exceedsTolerance(10, 50, { toleratedFailureCount: 0, toleratedFailurePercentage: 20 })).toBe(false);
    expect(exceedsTolerance(11, 50, { toleratedFailureCount: 0, toleratedFailurePercentage: 20 })).toBe(true);
    expect(exceedsTolerance(11, undefined, { toleratedFailureCount: 10, toleratedFailurePercentage: 90 })).toBe(true);
  });

  it("stops the children that still run where it fails, and can be caught", () => {
    const caught = { Catch: [{ ErrorEquals: ["States.ExceedToleratedFailureThreshold"], Next: "Z" }], Next: "Z" };
    const { End: _, ...map } = { Type: "Map", End: true, ...caught, ItemProcessor: child({ Type: "Pass" }) };
    const carried = new Carried({ StartAt: "M", States: { M: map, Z: { Type: "Pass", End: true } } }, [1, 2]).start();
    read(carried, ["1", "2"]);
    end(carried, 0, "FAILED");
    expect(carried.effects.at(-1)).toMatchObject({ kind: "stopChildren" });
    expect(carried.lines.slice(4, 7)).toEqual([
      "5 <- 4 MapRunFailed",
      "6 <- 5 MapStateFailed",
      "7 <- 6 MapStateExited",
    ]);
    expect(carried.execution.status).toBe("SUCCEEDED");
  });

  it("has what became of the children written before it fails, where there is a ResultWriter", () => {
    const ResultWriter = { Resource: "arn:aws:states:::s3:putObject", Parameters: { Bucket: "b", Prefix: "p" } };
    const carried = each({ ResultWriter }, [1, 2]);
    end(carried, 0, "FAILED");
    expect(carried.effects.at(-1)).toMatchObject({ kind: "gatherResults", failed: true });
    expect(carried.execution.status).toBe("RUNNING");
    end(carried, 1, "ABORTED");
    gathered(carried, { error: "States.ResultWriterFailed", cause: "no such bucket" });
    expect(carried.details("MapRunFailed")).toMatchObject({ error: "States.ExceedToleratedFailureThreshold" });
  });

  it("fails where its items cannot be read, its results not be written, or its results are too large", () => {
    const reading = new Carried(machine({ ItemProcessor: child({ Type: "Pass" }) }), [1]).start();
    const cause = "Attempting to map over non-iterable node.";
    reading.give({ kind: "readingFailed", ...place(reading), from: 0, error: "States.ItemReaderFailed", cause });
    expect(reading.lines.slice(3)).toEqual([
      "4 <- 3 MapRunStarted",
      "5 <- 4 MapRunFailed",
      "6 <- 5 MapStateFailed",
      "7 <- 6 ExecutionFailed",
    ]);
    expect(reading.execution).toMatchObject({ error: "States.ItemReaderFailed", cause });

    const writing = each({}, [1]);
    end(writing, 0);
    gathered(writing, { error: "States.ResultWriterFailed", cause: "no such bucket" });
    expect(writing.details("MapRunFailed")).toEqual({ error: "States.ResultWriterFailed", cause: "no such bucket" });

    const large = each({}, [1]);
    end(large, 0);
    gathered(large, "too large");
    expect(large.execution.error).toBe("States.DataLimitExceeded");
    expect(large.lines.slice(4)).toEqual([
      "5 <- 4 MapRunSucceeded",
      "6 <- 5 MapStateSucceeded",
      "7 <- 4 ExecutionFailed",
    ]);
  });

  it("is aborted where a branch beside it fails", () => {
    const { M } = machine({ ItemProcessor: child({ Type: "Pass" }) }).States;
    const carried = new Carried(
      {
        StartAt: "P",
        States: {
          P: {
            Type: "Parallel",
            Branches: [
              { StartAt: "M", States: { M } },
              { StartAt: "W", States: { W: { Type: "Wait", Seconds: 1, Next: "F" }, F: { Type: "Fail" } } },
            ],
            End: true,
          },
        },
      },
      [1, 2],
    ).start();
    const { mapRunArn } = place(carried);
    const { id } = carried.branch("M");
    const inputs = [{ input: "1", items: 1 }];
    carried.give({ kind: "inputsRead", branchId: id, mapRunArn, from: 0, inputs, last: false });
    const { mapRuns } = carried.wake(carried.branch("W"));
    expect(carried.history.map(({ type }) => type).slice(-5)).toEqual([
      "FailStateEntered",
      "MapRunAborted",
      "MapStateAborted",
      "ParallelStateFailed",
      "ExecutionFailed",
    ]);
    expect(mapRuns).toMatchObject([{ mapRunArn, status: "ABORTED", counts: { executions: { aborted: 1, total: 1 } } }]);
    expect(carried.effects.at(-1)).toEqual({ kind: "stopChildren", mapRunArn });
    const children = [{ index: 0, status: "SUCCEEDED" as const }];
    expect(carried.give({ kind: "childrenEnded", branchId: id, mapRunArn, redrives: 0, children }).accepted).toBe(
      false,
    );
  });

  it("takes other settings while it runs", () => {
    const carried = each({ MaxConcurrency: 1 }, [1, 2, 3]);
    expect(starts(carried)).toHaveLength(1);
    carried.give({ kind: "mapRunUpdated", ...place(carried), maxConcurrency: 3, toleratedFailureCount: 1 });
    expect(starts(carried)).toHaveLength(3);
    end(carried, 0, "FAILED");
    expect(carried.execution.status).toBe("RUNNING");
    expect(carried.give({ kind: "mapRunUpdated", ...place(carried), toleratedFailureCount: 0 }).accepted).toBe(true);
    expect(carried.execution.status).toBe("FAILED");
    expect(carried.give({ kind: "mapRunUpdated", ...place(carried), maxConcurrency: 1 }).accepted).toBe(false);
  });

  it("tells what is to be kept of a map run", () => {
    const records: MapRunRecord[] = [];
    const carried = new Carried(machine({ ItemProcessor: child({ Type: "Pass" }), ToleratedFailureCount: 1 }), [1]);
    records.push(...carried.give({ kind: "started" }).mapRuns);
    read(carried, ["1", "2", "3"]);
    end(carried, 0);
    end(carried, 1, "FAILED");
    records.push(...carried.give({ kind: "stopped" }).mapRuns);
    const { now } = carried;
    const settings = { maxConcurrency: 0, toleratedFailureCount: 1, toleratedFailurePercentage: 0 };
    const counts = {
      pending: 0,
      running: 0,
      succeeded: 1,
      failed: 1,
      timedOut: 0,
      aborted: 1,
      total: 3,
      resultsWritten: 0,
      failuresNotRedrivable: 0,
      pendingRedrive: 0,
    };
    const run = { ...place(carried), startDate: now, ...settings };
    expect(records).toEqual([
      { ...run, status: "RUNNING", stopDate: undefined },
      { ...run, status: "ABORTED", stopDate: now, counts: { executions: counts, items: counts } },
    ]);
  });
});

describe("what is read back of the children of a map run", () => {
  const row = (id: number, index: number, status: Child["status"], redrives = 0, items = 2): Child => ({
    id,
    index,
    items,
    status,
    redrives,
  });

  it("is which of them run, which are to be begun once more, and how many have ended", () => {
    const rebuild = new MapRunRebuild();
    for (let index = 0; index < 100; index++) rebuild.add(row(index + 1, index, "SUCCEEDED"));
    rebuild.add(row(101, 100, "FAILED"));
    rebuild.add(row(102, 101, "TIMED_OUT", 1));
    rebuild.add(row(103, 102, "RUNNING", 1, 3));
    // It took the place of another.
    rebuild.add(row(104, 7, "FAILED", 1));
    const progress = rebuild.progress(1);
    expect(progress).toMatchObject({
      started: { executions: 103, items: 207 },
      redo: [{ index: 100, items: 2, executionId: 101 }],
      ended: {
        SUCCEEDED: { executions: 99, items: 198 },
        FAILED: { executions: 1, items: 2 },
        TIMED_OUT: { executions: 1, items: 2 },
      },
    });
    expect([...progress.running]).toEqual([[102, 3]]);
    expect([...rebuild.ids()].slice(5, 10)).toEqual([6, 7, 104, 9, 10]);
  });

  it("begins at a child that is missing, and starts none again that comes after it", () => {
    const rebuild = new MapRunRebuild();
    rebuild.add(row(1, 0, "SUCCEEDED"));
    rebuild.add(row(2, 2, "SUCCEEDED"));
    const progress = rebuild.progress(0);
    expect(progress.started).toEqual({ executions: 1, items: 2 });
    expect(progress.known).toEqual(new Set([2]));
  });
});

describe("batches of items", () => {
  it("hold as many items, and as many bytes, as they are told", () => {
    const batch = (items: Json[], batcher: object) => batchesOf(items, batcher);
    expect(batch([1, 2, 3], { maxItemsPerBatch: 2, batchInput: { of: "x" } })).toEqual([
      '{"BatchInput":{"of":"x"},"Items":[1,2]}',
      '{"BatchInput":{"of":"x"},"Items":[3]}',
    ]);
    // {"Items":[]} are 12 bytes, each item with its comma 6.
    expect(batch(["aaa", "bbb", "ccc"], { maxInputBytesPerBatch: 24 })).toHaveLength(2);
    expect(batch(["aaa", "bbb", "ccc"], { maxInputBytesPerBatch: 23 })).toHaveLength(3);
    expect(batch([], { maxItemsPerBatch: 2 })).toEqual([]);
    // No input may be larger than 256 KB.
    const large = "x".repeat(100_000);
    expect(batch([large, large, large], { maxItemsPerBatch: 3 })).toHaveLength(2);
  });
});

describe("the end of the process", () => {
  it("is not held up by children that were just to be started", async () => {
    // At one of these moments the commit is under way that starts children.
    for (let turns = 0; turns < 12; turns++) {
      const { engine, clock, machine: create, start, rest } = await openTestEngine();
      const stateMachineArn = await create(machine({ ItemProcessor: child({ Type: "Wait", Seconds: 60 }) }));
      await start(stateMachineArn, [1, 2, 3]);
      for (let turn = 0; turn < turns; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
      await engine.close();
      await rest();
      for (let second = 0; second < 5; second++) await clock.turn(1000);
      expect(clock.alarms).toEqual([]);
    }
  });
});

describe("child executions", () => {
  let folder: string;
  let store: Store;
  let engine: Engine;

  const open = async (): Promise<void> => {
    store = await openSqliteStore({ folder });
    engine = await openEngine({ store });
  };
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "pawl-map-run-"));
    await open();
  });
  afterEach(async () => {
    await engine.close();
    rmSync(folder, { recursive: true });
  });

  const create = (definition: object) =>
    engine.stateMachines.create({
      name: "batch",
      definition: JSON.stringify(definition),
      roleArn: "arn:aws:iam::123456789012:role/role",
      type: "STANDARD",
      tags: [],
    });

  async function mapRunArn(executionArn: string): Promise<string> {
    const { items } = await engine.executions.history({ executionArn, maxResults: 100, reverseOrder: false });
    const started = items.map((text) => JSON.parse(text)).find(({ type }) => type === "MapRunStarted");
    return started.mapRunStartedEventDetails.mapRunArn;
  }

  it("are executions with a history of their own", async () => {
    const { stateMachineArn } = await create(machine({ Label: "each", ItemProcessor: child({ Type: "Pass" }) }));
    const { executionArn } = await engine.executions.start({ stateMachineArn, input: "[1,2]" });
    expect((await engine.executions.ended(executionArn)).output).toBe("[1,2]");
    const arn = await mapRunArn(executionArn);
    expect(arn).toMatch(/^arn:aws:states:us-east-1:123456789012:mapRun:batch\/each:[0-9a-f-]{36}$/);
    const children = await store.mapRunExecutions(arn, 100);
    expect(children.map(({ status, input, output }) => [status, input, output])).toEqual([
      ["SUCCEEDED", "1", "1"],
      ["SUCCEEDED", "2", "2"],
    ]);
    for (const row of children) {
      expect(row.arn).toBe(`arn:aws:states:us-east-1:123456789012:execution:batch/each:${row.name}`);
      const { items } = await engine.executions.history({ executionArn: row.arn, maxResults: 10, reverseOrder: false });
      expect(items.map((text) => JSON.parse(text).type)).toEqual([
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
      ]);
    }
  });

  it("go on with the next process, and none that has ended runs twice", async () => {
    const definition = machine({ MaxConcurrency: 2, ItemProcessor: child({ Type: "Wait", SecondsPath: "$" }) });
    const { stateMachineArn } = await create(definition);
    const { executionArn } = await engine.executions.start({ stateMachineArn, input: "[0,1,0,1]" });
    await engine.close();
    await open();
    expect((await engine.executions.ended(executionArn)).output).toBe("[0,1,0,1]");
    const children = await store.mapRunExecutions(await mapRunArn(executionArn), 100);
    expect(children.map(({ input, status }) => [input, status]).sort()).toEqual([
      ["0", "SUCCEEDED"],
      ["0", "SUCCEEDED"],
      ["1", "SUCCEEDED"],
      ["1", "SUCCEEDED"],
    ]);
  });

  it("are stopped with their parent", async () => {
    const { stateMachineArn } = await create(machine({ ItemProcessor: child({ Type: "Wait", Seconds: 600 }) }));
    const { executionArn } = await engine.executions.start({ stateMachineArn, input: "[1,2,3]" });
    const arn = await mapRunArn(executionArn);
    await expect.poll(async () => (await store.mapRunExecutions(arn, 100)).length).toBe(3);
    await engine.executions.stop({ executionArn });
    await expect
      .poll(async () => (await store.mapRunExecutions(arn, 100)).map(({ status }) => status))
      .toEqual(["ABORTED", "ABORTED", "ABORTED"]);
  });
});
