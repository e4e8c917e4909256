import { describe, expect, it } from "vitest";
import { historyOf, openTestEngine } from "./test-engine.js";

/** Many members, each of the same template: what a definition of a megabyte has room for. */
const members = (template: string, count: number, dollar = ".$"): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}${dollar}`, template]));

const large = { s: "x".repeat(200_000) };
const pass = (field: string, value: unknown, more: object = {}): object => ({
  StartAt: "A",
  States: { A: { Type: "Pass", [field]: value, End: true, ...more } },
});
const nested = (depth: number, inner: unknown): unknown => (depth === 0 ? inner : { a: nested(depth - 1, inner) });

/** What is small in a definition and in memory can be gigabytes as a text: it must fail the state, not the process. */
describe("values that are many times what a state may give on", () => {
  it.each<[string, object, unknown, string]>([
    ["the input, ten thousand times", pass("Parameters", members("$", 10_000)), large, "States.DataLimitExceeded"],
    [
      "the input, ten thousand times, in JSONata",
      pass("Output", members("{% $states.input %}", 5000, ""), { QueryLanguage: "JSONata" }),
      large,
      "States.DataLimitExceeded",
    ],
    [
      "every place of a deep input",
      pass("Parameters", { "a.$": "$..*" }),
      nested(900, "x".repeat(200_000)),
      "States.DataLimitExceeded",
    ],
    ["variables", pass("Assign", members("$", 5000)), large, "States.DataLimitExceeded"],
    [
      "the parameters of a task",
      {
        StartAt: "A",
        States: {
          A: {
            Type: "Task",
            Resource: "arn:aws:states:::sqs:sendMessage",
            Parameters: { QueueUrl: "http://127.0.0.1:1/q", MessageBody: members("$", 10_000) },
            End: true,
          },
        },
      },
      large,
      "States.DataLimitExceeded",
    ],
    [
      "the input of many branches",
      {
        StartAt: "A",
        States: {
          A: {
            Type: "Parallel",
            Branches: Array.from({ length: 1000 }, (_, index) => ({
              StartAt: `P${index}`,
              States: { [`P${index}`]: { Type: "Pass", End: true } },
            })),
            End: true,
          },
        },
      },
      large,
      "States.DataLimitExceeded",
    ],
    [
      "the inputs of iterations",
      {
        StartAt: "A",
        States: {
          A: {
            Type: "Map",
            ItemsPath: "$.i",
            ItemSelector: members("$", 10_000),
            ItemProcessor: { StartAt: "P", States: { P: { Type: "Pass", End: true } } },
            End: true,
          },
        },
      },
      { ...large, i: [1, 2, 3] },
      "States.DataLimitExceeded",
    ],
    [
      "texts that are put together",
      pass("Parameters", members("States.Format('{}{}{}{}', $.s, $.s, $.s, $.s)", 3000)),
      large,
      "States.Runtime",
    ],
    [
      "texts that are split",
      pass("Parameters", members("States.StringSplit($.s, 'y')", 3000)),
      { s: "xy".repeat(100_000) },
      "States.Runtime",
    ],
    [
      "texts that are read as JSON",
      pass("Parameters", members("States.StringToJson($.s)", 3000)),
      { s: `[${"1,".repeat(100_000)}1]` },
      "States.Runtime",
    ],
    ["scans", pass("Parameters", members("$..*", 3000)), { l: Array(60_000).fill(1) }, "States.Runtime"],
    [
      "scans within scans",
      pass("Parameters", { "a.$": "$..[?(@..*)]..[?(@..*)]..*" }),
      nested(200, 1),
      "States.Runtime",
    ],
    [
      "one item, named again and again",
      pass("Parameters", members(`$.l[${Array(1000).fill(0).join(",")}]`, 300)),
      { l: ["x".repeat(200_000)] },
      "States.DataLimitExceeded",
    ],
    [
      "texts of JSONata that are filled up",
      pass("Output", members("{% $pad('', 5000000) %}", 100, ""), { QueryLanguage: "JSONata" }),
      {},
      "States.QueryEvaluationError",
    ],
  ])("%s", async (_, definition, input, error) => {
    const test = await openTestEngine();
    const execution = await test.start(await test.machine(definition), input);
    const { status, error: failed } = await test.engine.executions.ended(execution);
    expect([status, failed]).toEqual(["FAILED", error]);
  });

  it("can be caught", async () => {
    const test = await openTestEngine();
    const definition = {
      StartAt: "A",
      States: {
        A: {
          Type: "Parallel",
          Branches: [{ StartAt: "P", States: { P: { Type: "Pass", End: true } } }],
          ResultSelector: members("$", 10_000),
          Catch: [{ ErrorEquals: ["States.DataLimitExceeded"], Next: "B" }],
          End: true,
        },
        B: { Type: "Pass", Result: "caught", End: true },
      },
    };
    const execution = await test.start(await test.machine(definition), large);
    expect(await test.engine.executions.ended(execution)).toMatchObject({ status: "SUCCEEDED", output: '"caught"' });
  });

  it("fail a state that is tested, with what can be shown of it", async () => {
    const test = await openTestEngine();
    const { States } = pass("Parameters", members("$", 10_000)) as { States: { A: object } };
    const request = { definition: JSON.stringify(States.A), input: JSON.stringify(large), inspectionLevel: "DEBUG" };
    const result = await test.engine.testState({ ...request, inspectionLevel: "DEBUG" }, new AbortController().signal);
    expect(result).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
    expect(JSON.stringify(result).length).toBeLessThan(2_000_000);
  });
});

it("a loop with a large input writes its history in parts", async () => {
  const test = await openTestEngine();
  const count = "$states.context.State.EnteredTime ? $n + 1";
  const definition = {
    QueryLanguage: "JSONata",
    StartAt: "N",
    States: {
      N: { Type: "Pass", Assign: { n: 0 }, Next: "A" },
      A: { Type: "Pass", Assign: { n: `{% ${count} %}` }, Next: "C" },
      C: { Type: "Choice", Choices: [{ Condition: "{% $n < 60 %}", Next: "A" }], Default: "E" },
      E: { Type: "Succeed" },
    },
  };
  const execution = await test.start(await test.machine(definition), large);
  const { status, output } = await test.engine.executions.ended(execution);
  expect([status, output?.length]).toEqual(["SUCCEEDED", JSON.stringify(large).length]);
  const chunks = test.watch.commits.flatMap(({ executions = [] }) =>
    executions.flatMap(({ history }) => (history === undefined ? [] : [history.events.length])),
  );
  expect(chunks.length).toBeGreaterThan(5);
  expect(Math.max(...chunks)).toBeLessThan(6_000_000);
  const history = await historyOf(test.engine, execution);
  expect(history.map(({ id }) => id)).toEqual(history.map((_, index) => index + 1));
  // Nor is it read as a whole: a page of a thousand such events is full before it has them.
  for (const reverseOrder of [false, true]) {
    for (const maxResults of [1000, 7]) {
      const ids: number[] = [];
      let pages = 0;
      let nextToken: string | undefined;
      do {
        const request = { executionArn: execution, maxResults, reverseOrder };
        const page = await test.engine.executions.history(
          nextToken === undefined ? request : { ...request, nextToken },
        );
        expect(page.items.length).toBeLessThanOrEqual(maxResults);
        expect(page.items.join().length).toBeLessThan(10_000_000);
        ids.push(...page.items.map((text) => JSON.parse(text).id as number));
        pages += 1;
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      const all = history.map(({ id }) => id);
      expect(ids).toEqual(reverseOrder ? all.reverse() : all);
      expect(pages).toBeGreaterThan(2);
    }
  }
});
