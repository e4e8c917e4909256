import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AnsweredByHand } from "./answered-by-hand.js";
import { eventTypes, historyOf, openTestEngine, type TestEngine, temporaryFolder } from "./test-engine.js";

/** A folder with a file of rows `id,name`, as a bucket. */
function dataset(rows: number): { readonly folder: string; readonly bucket: string } {
  const folder = temporaryFolder();
  const text = ["id,name", ...Array.from({ length: rows }, (_, row) => `${row},n${row}`)].join("\n");
  writeFileSync(join(folder, "rows.csv"), text);
  return { folder, bucket: `file://${folder}` };
}

const reader = (bucket: string, config: object = {}) => ({
  Resource: "arn:aws:states:::s3:getObject",
  ReaderConfig: { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW", ...config },
  Parameters: { Bucket: bucket, Key: "rows.csv" },
});

const writer = (bucket: string) => ({
  Resource: "arn:aws:states:::s3:putObject",
  Parameters: { Bucket: bucket, Prefix: "results" },
});

const pass = { Type: "Pass", End: true };

const map = (fields: object, state: object = pass, ExecutionType = "STANDARD", rest: object = {}) => ({
  StartAt: "M",
  States: {
    M: {
      Type: "Map",
      Label: "each",
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType },
        StartAt: "I",
        States: { I: state },
      },
      End: true,
      ...fields,
    },
  },
  ...rest,
});

async function run(test: TestEngine, definition: object, input: unknown = {}) {
  const executionArn = await test.start(await test.machine(definition), input);
  return test.engine.executions.ended(executionArn);
}

/** The children's inputs, in order. */
async function inputs({ engine, watch }: TestEngine, executionArn: string): Promise<unknown[]> {
  const { items } = await engine.mapRuns.list({ executionArn, maxResults: 1 });
  const rows = await watch.store.mapRunExecutions(items[0]?.mapRunArn ?? "", 10_000);
  return rows.map(({ input }) => JSON.parse(input));
}

describe("a distributed Map over the rows of a file", () => {
  it("runs a child for each row", async () => {
    const { folder, bucket } = dataset(3);
    const test = await openTestEngine({ dataFolders: [folder] });
    const execution = await run(test, map({ ItemReader: reader(bucket) }));
    expect(execution).toMatchObject({
      status: "SUCCEEDED",
      output: '[{"id":"0","name":"n0"},{"id":"1","name":"n1"},{"id":"2","name":"n2"}]',
    });
    expect((await historyOf(test.engine, execution.executionArn))[2]?.mapStateStartedEventDetails).toEqual({
      length: 0,
    });
  });

  it("reads in groups, as many at once as may run, and counts what it has read", async () => {
    const { folder, bucket } = dataset(3000);
    const test = await openTestEngine({ dataFolders: [folder] });
    const definition = map({ ItemReader: reader(bucket), ResultWriter: writer(bucket), MaxConcurrency: 700 });
    const { status, executionArn, output } = await run(test, definition);
    expect(status).toBe("SUCCEEDED");
    expect((await inputs(test, executionArn)).map((input) => (input as { id: string }).id)).toEqual(
      Array.from({ length: 3000 }, (_, row) => String(row)),
    );
    const { MapRunArn, ResultWriterDetails } = JSON.parse(output ?? "");
    expect(await test.engine.mapRuns.describe(MapRunArn)).toMatchObject({
      status: "SUCCEEDED",
      executionCounts: { total: 3000, succeeded: 3000, resultsWritten: 3000 },
    });
    const manifest = JSON.parse(readFileSync(join(folder, ResultWriterDetails.Key), "utf8"));
    const [file] = manifest.ResultFiles.SUCCEEDED;
    expect(JSON.parse(readFileSync(join(folder, file.Key), "utf8"))).toHaveLength(3000);
    // Children that start together are stored together.
    expect(test.watch.commits.length).toBeLessThan(60);
  });

  it("selects and batches rows, and knows where they come from", async () => {
    const { folder, bucket } = dataset(5);
    const test = await openTestEngine({ dataFolders: [folder] });
    const execution = await run(
      test,
      map({
        ItemReader: reader(bucket, { MaxItemsPath: "$.most" }),
        ItemSelector: { "i.$": "$$.Map.Item.Index", "name.$": "$$.Map.Item.Value.name", "of.$": "$.of" },
        ItemBatcher: { MaxItemsPerBatchPath: "$.size", BatchInput: { "of.$": "$.of" } },
      }),
      { most: 3, size: 2, of: "x" },
    );
    const item = (i: number) => ({ i, name: `n${i}`, of: "x" });
    expect(JSON.parse(execution.output ?? "")).toEqual([
      { BatchInput: { of: "x" }, Items: [item(0), item(1)] },
      { BatchInput: { of: "x" }, Items: [item(2)] },
    ]);
    const source = await run(
      test,
      map({ ItemReader: reader(bucket, { MaxItems: 1 }), ItemSelector: { "from.$": "$$.Map.Item.Source" } }),
    );
    expect(source.output).toContain("rows.csv");
    const input = await run(test, map({ ItemSelector: { "from.$": "$$.Map.Item.Source" } }), [1]);
    expect(input.output).toBe('[{"from":"STATE_DATA"}]');
  });

  it("fails, so that it can be caught, where nothing can be read, written or selected", async () => {
    const { folder, bucket } = dataset(1);
    const test = await openTestEngine({ dataFolders: [folder] });
    const missing = { ...reader(bucket), Parameters: { Bucket: bucket, Key: "missing.csv" } };
    const failed = await run(test, map({ ItemReader: missing }));
    expect(failed).toMatchObject({ status: "FAILED", error: "States.ItemReaderFailed" });
    expect((await eventTypes(test.engine, failed.executionArn)).slice(-3)).toEqual([
      "MapRunFailed",
      "MapStateFailed",
      "ExecutionFailed",
    ]);
    const { items } = await test.engine.mapRuns.list({ executionArn: failed.executionArn, maxResults: 1 });
    expect(await test.engine.mapRuns.describe(items[0]?.mapRunArn ?? "")).toMatchObject({ status: "FAILED" });

    const negative = await run(test, map({ ItemReader: reader(bucket, { MaxItemsPath: "$.n" }) }), { n: -1 });
    expect(negative).toMatchObject({ error: "States.ItemReaderFailed", cause: "field MaxItems must be positive" });

    const elsewhere = await run(test, map({ ResultWriter: writer("file:///nowhere") }), [1]);
    expect(elsewhere).toMatchObject({ status: "FAILED", error: "States.ResultWriterFailed" });
    expect(await inputs(test, elsewhere.executionArn)).toEqual([]);

    const selected = await run(
      test,
      map({ ItemReader: reader(bucket), ItemSelector: { "v.$": "$$.Map.Item.Value.x" } }),
    );
    expect(selected).toMatchObject({ status: "FAILED", error: "States.Runtime" });

    const large = await run(test, map({ ItemSelector: { "v.$": "$.v", "w.$": "$.v" }, ItemsPath: "$.items" }), {
      items: [1],
      v: "x".repeat(140_000),
    });
    expect(large.error).toBe("States.DataLimitExceeded");

    const caught = await run(test, {
      StartAt: "M",
      States: {
        M: {
          ...map({ ItemReader: missing }).States.M,
          End: undefined,
          Catch: [{ ErrorEquals: ["States.ItemReaderFailed"], Next: "Z", ResultPath: "$.error" }],
          Next: "Z",
        },
        Z: { Type: "Pass", OutputPath: "$.error.Error", End: true },
      },
    });
    expect(caught.output).toBe('"States.ItemReaderFailed"');
  });

  it("writes what became of the children when it fails, with those that were never started", async () => {
    const { folder, bucket } = dataset(20);
    const test = await openTestEngine({ dataFolders: [folder] });
    const definition = map(
      { ItemReader: reader(bucket), ResultWriter: writer(bucket), MaxConcurrency: 2, ToleratedFailurePercentage: 5 },
      { Type: "Fail", Error: "E", Cause: "because" },
    );
    const failed = await run(test, definition);
    expect(failed.error).toBe("States.ExceedToleratedFailureThreshold");
    const { items } = await test.engine.mapRuns.list({ executionArn: failed.executionArn, maxResults: 1 });
    const [id = ""] = (items[0]?.mapRunArn ?? "").split(":").slice(-1);
    const manifest = JSON.parse(readFileSync(join(folder, "results", id, "manifest.json"), "utf8"));
    const read = (status: string) =>
      manifest.ResultFiles[status].flatMap(({ Key }: { Key: string }) =>
        JSON.parse(readFileSync(join(folder, Key), "utf8")),
      );
    expect(read("FAILED").length + read("PENDING").length).toBe(20);
    expect(read("FAILED").length).toBeGreaterThan(1);
    expect(read("PENDING").length).toBeGreaterThan(10);
  });

  it("fails where the outputs are too large for a state, without collecting them", async () => {
    const { folder, bucket } = dataset(1);
    const test = await openTestEngine({ dataFolders: [folder] });
    const large = { Type: "Pass", Result: "x".repeat(100_000), End: true };
    const items = Array.from({ length: 30 }, () => 0);
    for (const more of [{}, { ResultPath: null }, { ResultWriter: { WriterConfig: { Transformation: "COMPACT" } } }]) {
      const failed = await run(test, map(more, large), items);
      expect(failed).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
    }
    // Rows were read as far as the limit.
    expect(test.watch.calls("mapRunExecutions")).toBeLessThan(5);
    const written = await run(test, map({ ResultWriter: writer(bucket) }, large), items);
    expect(written.status).toBe("SUCCEEDED");
  });
});

describe("express children", () => {
  it("keep no steps, and start again with the next process where they had not ended", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "data"));
    const first = await openTestEngine({ folder, ...new AnsweredByHand() });
    const executionArn = await first.start(await first.machine(map({}, AnsweredByHand.state(), "EXPRESS")), ["a", "b"]);
    await first.rest();
    await first.kill();

    const byHand = new AnsweredByHand();
    const second = await openTestEngine({ folder, integrations: byHand.integrations });
    await second.rest();
    expect(byHand.inputs).toEqual(["a", "b"]);
    for (const call of byHand.calls) call.succeed('"done"');
    await second.rest();
    expect((await second.engine.executions.ended(executionArn)).output).toBe('["done","done"]');
    const { items } = await second.engine.mapRuns.list({ executionArn, maxResults: 1 });
    const children = await second.watch.store.mapRunExecutions(items[0]?.mapRunArn ?? "", 10);
    expect(children.map(({ status }) => status)).toEqual(["SUCCEEDED", "SUCCEEDED"]);
    for (const { id } of children) {
      expect(await second.watch.store.lastEventId(id)).toBe(0);
      expect(await second.watch.store.branches(id)).toEqual([]);
    }
  });
});

describe("the next process", () => {
  it("goes on reading where the last one was, and starts no child twice", async () => {
    const { folder: data, bucket } = dataset(40);
    const folder = temporaryFolder();
    const definition = map({ ItemReader: reader(bucket), MaxConcurrency: 3 }, AnsweredByHand.state());
    let executionArn = "";
    const asked: string[] = [];
    for (let round = 0; ; round++) {
      const byHand = new AnsweredByHand();
      const test = await openTestEngine({ folder, dataFolders: [data], integrations: byHand.integrations });
      if (round === 0) executionArn = await test.start(await test.machine(definition));
      await test.rest();
      // Seven are answered, the process dies with three that run: these are called again.
      for (let answered = 0; answered < 7; answered++) {
        const call = byHand.calls[answered];
        if (call === undefined) break;
        const { id } = byHand.inputs[answered] as { id: string };
        asked.push(id);
        call.succeed(JSON.stringify(id));
        await test.rest();
      }
      if ((await test.describe(executionArn)).status !== "RUNNING") {
        expect(JSON.parse((await test.describe(executionArn)).output ?? "")).toEqual(
          Array.from({ length: 40 }, (_, row) => String(row)),
        );
        break;
      }
      await test.kill();
    }
    expect(asked.toSorted()).toEqual(Array.from({ length: 40 }, (_, row) => String(row)).toSorted());
  });

  it("keeps what UpdateMapRun has changed", async () => {
    const folder = temporaryFolder();
    const first = await openTestEngine({ folder, integrations: new AnsweredByHand().integrations });
    const definition = map({ MaxConcurrency: 1 }, AnsweredByHand.state());
    const executionArn = await first.start(await first.machine(definition), ["a", "b", "c"]);
    await first.rest();
    const mapRunOf = async ({ engine }: TestEngine) =>
      (await engine.mapRuns.list({ executionArn, maxResults: 1 })).items[0]?.mapRunArn ?? "";
    const mapRunArn = await mapRunOf(first);
    await first.engine.mapRuns.update({ mapRunArn, maxConcurrency: 2, toleratedFailurePercentage: 40 });
    await first.kill();

    const byHand = new AnsweredByHand();
    const second = await openTestEngine({ folder, integrations: byHand.integrations });
    await second.rest();
    expect(byHand.inputs).toEqual(["a", "b"]);
    expect(await second.engine.mapRuns.describe(mapRunArn)).toMatchObject({
      status: "RUNNING",
      maxConcurrency: 2,
      toleratedFailurePercentage: 40,
      executionCounts: { running: 2, pending: 1, total: 3 },
    });
    byHand.calls[0]?.fail(new Error("broken"));
    await second.rest();
    for (const call of byHand.calls.slice(1)) call.succeed("1");
    expect((await second.engine.executions.ended(executionArn)).output).toBe("[null,1,1]");
  });

  it("goes on without the file once all of it was read, and writes the results", async () => {
    const { folder: data, bucket } = dataset(4);
    const folder = temporaryFolder();
    const ItemReader = { ...reader(bucket), Parameters: { Bucket: bucket, Key: "rows.csv" } };
    const byHand = new AnsweredByHand();
    const first = await openTestEngine({ folder, dataFolders: [data], integrations: byHand.integrations });
    const definition = map({ ItemReader, ResultWriter: writer(bucket) }, AnsweredByHand.state());
    const executionArn = await first.start(await first.machine(definition));
    await expect.poll(() => byHand.calls.length).toBe(4);
    await first.rest();
    byHand.calls[0]?.succeed("1");
    await first.rest();
    await first.kill();
    writeFileSync(join(data, "rows.csv"), "");

    const next = new AnsweredByHand();
    const second = await openTestEngine({ folder, dataFolders: [data], integrations: next.integrations });
    await second.rest();
    expect(next.calls).toHaveLength(3);
    for (const call of next.calls) call.succeed("1");
    const { status, output } = await second.engine.executions.ended(executionArn);
    expect(status).toBe("SUCCEEDED");
    expect(existsSync(join(data, JSON.parse(output ?? "").ResultWriterDetails.Key))).toBe(true);
  });
});

describe("a redrive", () => {
  it("reads on where the map run had failed", async () => {
    const { folder, bucket } = dataset(6);
    const byHand = new AnsweredByHand();
    const test = await openTestEngine({ dataFolders: [folder], integrations: byHand.integrations });
    const definition = map({ ItemReader: reader(bucket), MaxConcurrency: 2 }, AnsweredByHand.state());
    const executionArn = await test.start(await test.machine(definition));
    await expect.poll(() => byHand.calls.length).toBe(2);
    byHand.calls[0]?.succeed('"0"');
    await expect.poll(() => byHand.calls.length).toBe(3);
    byHand.calls[1]?.fail(new Error("broken"));
    expect((await test.engine.executions.ended(executionArn)).status).toBe("FAILED");
    await test.rest();
    await test.engine.executions.redrive({ executionArn });
    for (let index = 3; index < 8; index++) {
      await expect.poll(() => byHand.calls.length).toBeGreaterThan(index);
      const { id } = byHand.inputs[index] as { id: string };
      byHand.calls[index]?.succeed(JSON.stringify(id));
    }
    expect((await test.engine.executions.ended(executionArn)).output).toBe('["0","1","2","3","4","5"]');
  });

  it("begins to read where nothing could be read before", async () => {
    const { folder, bucket } = dataset(2);
    const test = await openTestEngine({ dataFolders: [folder] });
    const ItemReader = { ...reader(bucket), Parameters: { Bucket: bucket, Key: "late.csv" } };
    const failed = await run(test, map({ ItemReader }));
    expect(failed.error).toBe("States.ItemReaderFailed");
    writeFileSync(join(folder, "late.csv"), "id\n7");
    await test.engine.executions.redrive({ executionArn: failed.executionArn });
    expect(await test.engine.executions.ended(failed.executionArn)).toMatchObject({
      status: "SUCCEEDED",
      output: '[{"id":"7"}]',
    });
  });
});

describe("the machine's TimeoutSeconds", () => {
  it("ends the map run and its children", async () => {
    const test = await openTestEngine();
    const definition = map({}, { Type: "Wait", Seconds: 600, End: true }, "STANDARD", { TimeoutSeconds: 60 });
    const executionArn = await test.start(await test.machine(definition), [1, 2]);
    await test.rest();
    await test.clock.turn(61_000);
    await test.rest();
    expect((await test.describe(executionArn)).status).toBe("TIMED_OUT");
    const { items } = await test.engine.mapRuns.list({ executionArn, maxResults: 1 });
    const mapRunArn = items[0]?.mapRunArn ?? "";
    expect(await test.engine.mapRuns.describe(mapRunArn)).toMatchObject({ status: "ABORTED" });
    const children = await test.watch.store.mapRunExecutions(mapRunArn, 10);
    expect(children.every(({ status }) => status !== "RUNNING")).toBe(true);
  });
});
