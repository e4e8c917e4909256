import { describe, expect, it } from "vitest";
import { inspected, refusalOf, type StateTest, testState } from "./state-test.js";

const processor = { StartAt: "I", States: { I: { Type: "Pass", End: true } } };
const inline = { Type: "Map", ItemsPath: "$.list", ItemProcessor: processor, Next: "Later" };
const distributed = {
  ...inline,
  ItemProcessor: { ...processor, ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } },
};
const input = { list: [1, 2, 3], n: 7 };
const mock = { result: [10, 20, 30] };

describe("a Map state", () => {
  it("leaves with the mocked outputs", async () => {
    expect(await testState({ definition: { ...inline, ResultPath: "$.done" }, input, mock })).toEqual({
      status: "SUCCEEDED",
      output: '{"list":[1,2,3],"n":7,"done":[10,20,30]}',
      nextState: "Later",
    });
  });

  it("tells its items and the input of each iteration", async () => {
    const ItemSelector = { "index.$": "$$.Map.Item.Index", "value.$": "$$.Map.Item.Value", "n.$": "$.n" };
    const definition = { ...inline, MaxConcurrency: 2, ItemSelector, ResultSelector: { "first.$": "$[0]" } };
    expect(await inspected({ definition, input, mock })).toEqual({
      input,
      afterInputPath: input,
      afterItemsPath: [1, 2, 3],
      afterItemSelector: [1, 2, 3].map((value, index) => ({ index, value, n: 7 })),
      afterResultSelector: { first: 10 },
      afterResultPath: { first: 10 },
      maxConcurrency: 2,
    });
  });

  it("in JSONata", async () => {
    const definition = {
      Type: "Map",
      QueryLanguage: "JSONata",
      Items: "{% $states.input.list %}",
      ItemSelector: { v: "{% $states.context.Map.Item.Value * 2 %}" },
      MaxConcurrency: "{% $states.input.n %}",
      ItemProcessor: distributed.ItemProcessor,
      ToleratedFailurePercentage: "{% $states.input.n + 0.5 %}",
      Output: "{% $sum($states.result) %}",
      End: true,
    };
    expect(await testState({ definition, input, mock })).toMatchObject({ output: "60" });
    expect(await inspected({ definition, input, mock })).toEqual({
      input,
      afterItemSelector: [{ v: 2 }, { v: 4 }, { v: 6 }],
      maxConcurrency: 7,
      toleratedFailurePercentage: 7.5,
    });
  });

  it("puts items into batches", async () => {
    const definition = { ...distributed, ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { "n.$": "$.n" } } };
    expect((await inspected({ definition, input, mock })).afterItemBatcher).toEqual([
      { BatchInput: { n: 7 }, Items: [1, 2] },
      { BatchInput: { n: 7 }, Items: [3] },
    ]);
  });

  it("fails where its items are none, before anything else is known", async () => {
    const test = { definition: inline, input: { list: 1 }, mock };
    expect(await testState(test)).toMatchObject({
      status: "FAILED",
      error: "States.Runtime",
      cause: 'Reference path "$.list" must point to array.',
    });
    expect(await inspected(test)).toEqual({ input: { list: 1 }, afterInputPath: { list: 1 } });
  });

  it("fails where an iteration's input cannot be made, and tells none", async () => {
    const test = { definition: { ...inline, ItemSelector: { "x.$": "$.missing" } }, input, mock };
    expect(await testState(test)).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    expect(await inspected(test)).not.toHaveProperty("afterItemSelector");
  });

  it("fails with a mocked error", async () => {
    const errorOutput = { error: "E", cause: "C" };
    const definition = { ...inline, Catch: [{ ErrorEquals: ["E"], ResultPath: "$.e", Next: "Rescue" }] };
    const stateConfiguration = { errorCausedByState: "I" };
    expect(await testState({ definition, input, mock: { errorOutput }, stateConfiguration })).toMatchObject({
      status: "CAUGHT_ERROR",
      nextState: "Rescue",
    });
  });

  it("has an object for a result where results are written elsewhere", async () => {
    const ResultWriter = { Resource: "arn:aws:states:::s3:putObject", Parameters: { Bucket: "b" } };
    const definition = { ...distributed, ResultWriter };
    expect(await refusalOf({ definition, input, mock })).toBe(
      "ValidationException: Mocked result must be a JSON object.",
    );
    expect(await testState({ definition, input, mock: { result: { MapRunArn: "m" } } })).toMatchObject({
      output: '{"MapRunArn":"m"}',
    });
    expect(await refusalOf({ definition: distributed, input, mock: { result: {} } })).toBe(
      "ValidationException: Mocked result must be an array.",
    );
  });
});

describe("failed iterations", () => {
  const failed = (mapIterationFailureCount: number, more: object, test: Partial<StateTest> = {}) =>
    testState({
      definition: { ...distributed, ...more },
      input,
      mock,
      stateConfiguration: { mapIterationFailureCount },
      ...test,
    });
  const exceeded = {
    status: "FAILED",
    error: "States.ExceedToleratedFailureThreshold",
    cause: "The specified tolerated failure threshold was exceeded",
  };

  it("fail the state when they are more than it tolerates", async () => {
    expect(await failed(0, {})).toMatchObject({ status: "SUCCEEDED" });
    expect(await failed(1, {})).toMatchObject(exceeded);
    expect(await failed(1, { ToleratedFailureCount: 1 })).toMatchObject({ status: "SUCCEEDED" });
    expect(await failed(2, { ToleratedFailureCount: 1 })).toMatchObject(exceeded);
    expect(await failed(1, { ToleratedFailurePercentage: 40 })).toMatchObject({ status: "SUCCEEDED" });
    expect(await failed(2, { ToleratedFailurePercentage: 40 })).toMatchObject(exceeded);
  });

  it("are an error like others", async () => {
    const names = { ErrorEquals: ["States.ExceedToleratedFailureThreshold"] };
    expect(await failed(1, { Retry: [names] })).toMatchObject({ status: "RETRIABLE" });
    expect(await failed(1, { Catch: [{ ...names, Next: "Rescue" }] })).toMatchObject({ nextState: "Rescue" });
  });

  it("are no more than there are iterations", async () => {
    const refusal =
      "ValidationException: Map iteration failure count must be less than or equal to the number of Map iterations";
    const stateConfiguration = { mapIterationFailureCount: 4 };
    expect(await refusalOf({ definition: distributed, input, mock, stateConfiguration })).toBe(refusal);
    const errors = { errorOutput: { error: "E" } };
    expect(await refusalOf({ definition: distributed, input, mock: errors, stateConfiguration })).toBe(refusal);
  });
});

describe("the items of a reader", () => {
  const read = async (reader: { Resource?: string; ReaderConfig?: object }, mapItemReaderData?: string) => {
    const ItemReader = { Resource: "arn:aws:states:::s3:getObject", Parameters: { Bucket: "b" }, ...reader };
    const { ItemsPath: _, ...state } = distributed;
    const test: StateTest = {
      definition: { ...state, ItemReader, ItemSelector: { "v.$": "$$.Map.Item.Value" } },
      mock,
      ...(mapItemReaderData === undefined ? {} : { stateConfiguration: { mapItemReaderData } }),
    };
    const { afterItemSelector, afterItemsPointer } = await inspected(test);
    const items = (afterItemSelector as { v: unknown }[] | undefined)?.map(({ v }) => v);
    return afterItemsPointer === undefined ? items : { items, afterItemsPointer };
  };
  const json = (more: object = {}) => ({ ReaderConfig: { InputType: "JSON", ...more } });
  const csv = (more: object = { CSVHeaderLocation: "FIRST_ROW" }) => ({ ReaderConfig: { InputType: "CSV", ...more } });

  it("are a JSON array", async () => {
    expect(await read(json(), '[1, {"a": 2}]')).toEqual([1, { a: 2 }]);
    expect(await read(json({ MaxItems: 1 }), "[1, 2]")).toEqual([1]);
  });

  it("are the members of a JSON object", async () => {
    expect(await read(json(), '{"a": 1, "b": 2}')).toEqual([
      { Key: "a", Value: 1 },
      { Key: "b", Value: 2 },
    ]);
  });

  it("are what a pointer points at", async () => {
    const data = '{"a/b": [{"c": [1, 2]}]}';
    expect(await read(json({ ItemsPointer: "/a~1b/0/c" }), data)).toEqual({ items: [1, 2], afterItemsPointer: [1, 2] });
  });

  it("are JSON Lines", async () => {
    expect(await read({ ReaderConfig: { InputType: "JSONL" } }, '{"a":1}\n\n[2]\r\n')).toEqual([{ a: 1 }, [2]]);
  });

  it("are rows of delimited text", async () => {
    expect(await read(csv(), 'a,b\n1,"x,\n""y"""\r\n\n2\n')).toEqual([
      { a: "1", b: 'x,\n"y"' },
      { a: "2", b: "" },
    ]);
    const given = { CSVHeaderLocation: "GIVEN", CSVHeaders: ["a", "__proto__"], CSVDelimiter: "SEMICOLON" };
    const rows = await read(csv(given), "1;2");
    expect(JSON.stringify(rows)).toBe('[{"a":"1","__proto__":"2"}]');
  });

  it("are the objects of a listing", async () => {
    const listing = { Resource: "arn:aws:states:::s3:listObjectsV2" };
    expect(await read(listing, '[{"Key": "a"}]')).toEqual([{ Key: "a" }]);
    expect(await read(listing, '{"Contents": [{"Key": "a"}]}')).toEqual([{ Key: "a" }]);
  });

  it("are in the input where no data is given", async () => {
    const ItemReader = { Resource: "arn:aws:states:::s3:getObject", Parameters: { Bucket: "b" } };
    const definition = { ...distributed, ItemReader };
    expect((await inspected({ definition, input, mock })).afterItemsPath).toEqual([1, 2, 3]);
    expect(await testState({ definition, input: {}, mock })).toMatchObject({ status: "SUCCEEDED" });
  });

  it.each([
    ["no JSON", json(), "{"],
    ["nothing to go through", json(), "1"],
    ["nothing at the pointer", json({ ItemsPointer: "/constructor" }), "{}"],
    ["no listing", { Resource: "arn:aws:states:::s3:listObjectsV2" }, "{}"],
    ["no text", { ReaderConfig: { InputType: "PARQUET" } }, "x"],
  ])("fail the state where they are %s", async (_what, reader, mapItemReaderData) => {
    const ItemReader = { Resource: "arn:aws:states:::s3:getObject", Parameters: { Bucket: "b" }, ...reader };
    const definition = { ...distributed, ItemReader };
    expect(await testState({ definition, input, mock, stateConfiguration: { mapItemReaderData } })).toMatchObject({
      status: "FAILED",
      error: "States.ItemReaderFailed",
    });
  });
});

describe("a Parallel state", () => {
  const definition = {
    Type: "Parallel",
    InputPath: "$.list",
    Branches: [processor],
    ResultSelector: { "first.$": "$[0]" },
    ResultPath: "$.done",
    Next: "Later",
  };

  it("tells what becomes of the mocked outputs", async () => {
    expect(await inspected({ definition, input: { list: [] }, mock: { result: [5] } })).toEqual({
      input: { list: [] },
      afterResultSelector: { first: 5 },
      afterResultPath: { list: [], done: { first: 5 } },
    });
  });

  it("fails with a mocked error of one of its branches", async () => {
    const test = { mock: { errorOutput: { error: "E" } }, stateConfiguration: { errorCausedByState: "I" } };
    expect(await testState({ definition, ...test })).toEqual({ status: "FAILED", error: "E" });
  });
});
