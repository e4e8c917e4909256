import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Engine, openEngine, openSqliteStore, type Store } from "../src/index.js";
import { Carried } from "./transition-table.js";

const child = (state: object) => ({
  ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
  StartAt: "I",
  States: { I: { ...state, End: true } },
});
const machine = (map: object) => ({ StartAt: "M", States: { M: { Type: "Map", End: true, ...map } } });
const starts = (carried: Carried) => carried.effects.filter((effect) => effect.kind === "startChild");

function end(carried: Carried, index: number, output: string | undefined): boolean {
  const { mapRunArn } = carried.details("MapRunStarted") as { mapRunArn: string };
  return carried.give({ kind: "childEnded", branchId: 0, mapRunArn, index, redrives: 0, output }).accepted;
}

describe("the transition of a Map state in distributed mode", () => {
  it("starts a child for each item, as many at a time as MaxConcurrency allows, and gathers their outputs", () => {
    const map = {
      MaxConcurrency: 2,
      ItemSelector: { "v.$": "$$.Map.Item.Value" },
      ItemProcessor: child({ Type: "Pass" }),
    };
    const carried = new Carried(machine(map), ["a", "b", "c"]).start();
    expect(starts(carried).map(({ index, input }) => [index, input])).toEqual([
      [0, { v: "a" }],
      [1, { v: "b" }],
    ]);
    expect(end(carried, 1, '"B"')).toBe(true);
    expect(starts(carried).map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(end(carried, 1, '"again"')).toBe(false);
    end(carried, 2, '"C"');
    end(carried, 0, '"A"');
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

  it("tolerates as many failures as it is told, and no more", () => {
    for (const [tolerance, failures, status] of [
      [{}, 0, "SUCCEEDED"],
      [{}, 1, "FAILED"],
      [{ ToleratedFailureCount: 2 }, 2, "SUCCEEDED"],
      [{ ToleratedFailureCount: 2 }, 3, "FAILED"],
      [{ ToleratedFailurePercentage: 50 }, 2, "SUCCEEDED"],
      [{ ToleratedFailurePercentage: 50 }, 3, "FAILED"],
    ] as const) {
      const carried = new Carried(
        machine({ ...tolerance, ItemProcessor: child({ Type: "Pass" }) }),
        [1, 2, 3, 4],
      ).start();
      for (let index = 0; index < 4; index++) end(carried, index, index < failures ? undefined : "1");
      expect([tolerance, failures, carried.execution.status]).toEqual([tolerance, failures, status]);
    }
  });

  it("stops the children that still run where it fails, and can be caught", () => {
    const caught = { Catch: [{ ErrorEquals: ["States.ExceedToleratedFailureThreshold"], Next: "Z" }], Next: "Z" };
    const { End: _, ...map } = { Type: "Map", End: true, ...caught, ItemProcessor: child({ Type: "Pass" }) };
    const carried = new Carried({ StartAt: "M", States: { M: map, Z: { Type: "Pass", End: true } } }, [1, 2]).start();
    end(carried, 0, undefined);
    expect(carried.effects.at(-1)).toMatchObject({ kind: "stopChildren" });
    expect(carried.lines.slice(4, 7)).toEqual([
      "5 <- 4 MapRunFailed",
      "6 <- 5 MapStateFailed",
      "7 <- 6 MapStateExited",
    ]);
    expect(carried.execution.status).toBe("SUCCEEDED");
  });

  it("gives batches to the children where there is an ItemBatcher", () => {
    const batcher = { MaxItemsPerBatch: 2, BatchInput: { of: "x" } };
    const carried = new Carried(machine({ ItemBatcher: batcher, ItemProcessor: child({ Type: "Pass" }) }), [1, 2, 3]);
    expect(starts(carried.start()).map(({ input }) => input)).toEqual([
      { BatchInput: { of: "x" }, Items: [1, 2] },
      { BatchInput: { of: "x" }, Items: [3] },
    ]);
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
    const children = await store.mapRunExecutions(arn);
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
    const children = await store.mapRunExecutions(await mapRunArn(executionArn));
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
    await expect.poll(async () => (await store.mapRunExecutions(arn)).length).toBe(3);
    await engine.executions.stop({ executionArn });
    await expect
      .poll(async () => (await store.mapRunExecutions(arn)).map(({ status }) => status))
      .toEqual(["ABORTED", "ABORTED", "ABORTED"]);
  });
});
