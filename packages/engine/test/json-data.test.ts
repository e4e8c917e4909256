import { printJson } from "@pawl/asl";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ExecutionDescription } from "../src/index.js";
import { AnsweredByHand } from "./answered-by-hand.js";
import { openTestEngine, type TestEngine, temporaryFolder } from "./test-engine.js";

/** JSON is data: what executions are given goes through states, the store and tasks as it is written. */

const EXACT = '{"big":12345678901234567890,"price":1.10,"huge":1e400,"zero":-0.0,"list":[1.0,2,1E5]}';
const NAMES = '{"b":1,"1":2,"__proto__":{"x":1.0},"constructor":null,"toString":[0]}';

/** Text in, text out: neither is parsed on the way. */
async function startText(test: TestEngine, stateMachineArn: string, input: string): Promise<string> {
  return (await test.engine.executions.start({ stateMachineArn, input })).executionArn;
}

async function run(test: TestEngine, definition: object, input: string): Promise<ExecutionDescription> {
  const execution = await startText(test, await test.machine(definition), input);
  await test.rest();
  return test.describe(execution);
}

const machine = (states: object) => ({ StartAt: Object.keys(states)[0], States: states });
const inner = machine({ I: { Type: "Pass", End: true } });

/** Machines that give their input as their output, each through other parts of the language. */
const IDENTITIES: Record<string, (value: string) => [definition: object, input: string]> = {
  "a Pass state": (value) => [machine({ P: { Type: "Pass", End: true } }), value],
  InputPath: (value) => [machine({ P: { Type: "Pass", InputPath: "$.v", End: true } }), `{"u":0,"v":${value}}`],
  OutputPath: (value) => [machine({ P: { Type: "Pass", OutputPath: "$['v']", End: true } }), `{"u":0,"v":${value}}`],
  "an indefinite path": (value) => [
    machine({ P: { Type: "Pass", InputPath: "$..v", OutputPath: "$[0]", End: true } }),
    `{"u":0,"v":${value}}`,
  ],
  ResultPath: (value) => [
    machine({ P: { Type: "Pass", ResultPath: "$.r", Next: "Q" }, Q: { Type: "Pass", OutputPath: "$.r.v", End: true } }),
    `{"v":${value}}`,
  ],
  Parameters: (value) => [
    machine({ P: { Type: "Pass", Parameters: { "p.$": "$" }, OutputPath: "$.p", End: true } }),
    value,
  ],
  "an intrinsic function": (value) => [
    machine({
      P: {
        Type: "Pass",
        Parameters: { "p.$": "States.ArrayGetItem(States.Array(0, $), 1)" },
        OutputPath: "$.p",
        End: true,
      },
    }),
    value,
  ],
  "a text of JSON": (value) => [
    machine({
      P: {
        Type: "Pass",
        Parameters: { "p.$": "States.StringToJson(States.JsonToString($))" },
        OutputPath: "$.p",
        End: true,
      },
    }),
    value,
  ],
  "a variable": (value) => [
    machine({
      A: { Type: "Pass", Assign: { "v.$": "$$.Execution.Input" }, Result: 0, Next: "B" },
      B: { Type: "Pass", InputPath: "$v", End: true },
    }),
    value,
  ],
  "the context object": (value) => [
    machine({ P: { Type: "Pass", InputPath: "$$.Execution.Input", End: true } }),
    value,
  ],
  "a Map state": (value) => [
    machine({ M: { Type: "Map", ItemProcessor: inner, OutputPath: "$[1]", End: true } }),
    `[0,${value}]`,
  ],
  "a Map state with a selector": (value) => [
    machine({
      M: {
        Type: "Map",
        ItemSelector: { "v.$": "$$.Map.Item.Value" },
        ItemProcessor: machine({ I: { Type: "Pass", OutputPath: "$.v", End: true } }),
        OutputPath: "$[0]",
        End: true,
      },
    }),
    `[${value}]`,
  ],
  "a Map state in distributed mode": (value) => [
    machine({
      M: {
        Type: "Map",
        ItemProcessor: { ...inner, ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } },
        OutputPath: "$[0]",
        End: true,
      },
    }),
    `[${value}]`,
  ],
  "a Parallel state": (value) => [
    machine({
      F: {
        Type: "Parallel",
        Branches: [inner, machine({ J: { Type: "Pass", End: true } })],
        OutputPath: "$[1]",
        End: true,
      },
    }),
    value,
  ],
  "a Choice and a Succeed state": (value) => [
    machine({
      C: { Type: "Choice", Choices: [{ Variable: "$", IsPresent: true, Next: "S" }] },
      S: { Type: "Succeed" },
    }),
    value,
  ],
  "JSONata that reads": (value) => [
    { QueryLanguage: "JSONata", ...machine({ P: { Type: "Pass", Output: "{% $states.input.v %}", End: true } }) },
    `{"v":${value}}`,
  ],
};

describe.each(Object.entries(IDENTITIES))("through %s", (_name, of) => {
  it("numbers and names go as they are", async () => {
    const test = await openTestEngine();
    for (const value of [EXACT, NAMES, "-0.0", "[1.10]", '"1.0"']) {
      const { status, output } = await run(test, ...of(value));
      expect({ status, output }).toEqual({ status: "SUCCEEDED", output: value });
    }
  });

  it("any JSON goes as it is", async () => {
    const test = await openTestEngine();
    const text = fc.letrec<{ text: string }>((tie) => ({
      text: fc.oneof(
        { maxDepth: 3, depthSize: "small" },
        fc.stringMatching(/^-?(?:0|[1-9]\d{0,20})(?:\.\d{1,4})?(?:[eE][-+]?\d{1,3})?$/),
        fc.constantFrom("true", "null", '"a"', '"1.0"', "1.10"),
        fc.array(tie("text"), { maxLength: 3 }).map((items) => `[${items.join(",")}]`),
        fc
          .uniqueArray(fc.tuple(fc.constantFrom("a", "__proto__", "constructor", "7", "10", "toJSON"), tie("text")), {
            selector: ([name]) => name,
          })
          .map((members) => `{${members.map(([name, value]) => `"${name}":${value}`).join(",")}}`),
      ),
    })).text;
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const { status, output } = await run(test, ...of(value));
        expect({ status, output }).toEqual({ status: "SUCCEEDED", output: value });
      }),
      { numRuns: 25 },
    );
  });
});

describe("JSONata", () => {
  const output = (expression: string) => ({
    QueryLanguage: "JSONata",
    ...machine({ P: { Type: "Pass", Output: `{% ${expression} %}`, End: true } }),
  });

  it.each([
    ["$states.input.n + 1", '{"n":1.10}', "2.1"],
    ["$states.input.n = 1.1", '{"n":1.10}', "true"],
    ["$sum($states.input.list)", '{"list":[1.0,2e0]}', "3"],
    ["$type($states.input.n)", '{"n":12345678901234567890}', '"number"'],
    ["$states.input.n & ''", '{"n":1.10}', '"1.1"'],
    ["$states.input.n.text", '{"n":1.10,"text":0}', undefined],
    ["[$states.input.n, $states.input]", '{"n":1.10}', '[1.1,{"n":1.1}]'],
    ["$keys($states.input)", '{"b":1,"1":2}', '["b","1"]'],
    ["$parse('[1.10]')", "{}", "[1.1]"],
    ["$states.input.n * 1", '{"n":1e400}', undefined],
  ])("computes %s of %s with doubles", async (expression, input, result) => {
    const description = await run(await openTestEngine(), output(expression), input);
    expect(description.output).toBe(result);
    if (result === undefined) expect(description.error).toBe("States.QueryEvaluationError");
  });

  it("cannot nest too deeply", async () => {
    const nest = "$reduce([1..1500], function($all, $_) { {'a': $all} }, 0)";
    expect(await run(await openTestEngine(), output(nest), "{}")).toMatchObject({ status: "FAILED" });
  });
});

describe("constants of a definition", () => {
  it("go as they are written", async () => {
    const test = await openTestEngine();
    const { stateMachineArn } = await test.engine.stateMachines.create({
      name: "constants",
      definition: `{"StartAt":"P","States":{
        "P":{"Type":"Pass","Result":{"n":1.10,"1":2},"ResultPath":"$.r","Next":"Q"},
        "Q":{"Type":"Pass","Parameters":{"b":12345678901234567890,"0.$":"$.r","a":1e5},"End":true}}}`,
      roleArn: "arn:aws:iam::123456789012:role/role",
      type: "STANDARD",
      tags: [],
    });
    const execution = await startText(test, stateMachineArn, "{}");
    expect((await test.describe(execution)).output).toBe('{"b":12345678901234567890,"0":{"n":1.10,"1":2},"a":1e5}');
  });
});

describe("a process that ends in the middle", () => {
  it("loses no digit of inputs, variables, items and what waits for its siblings", async () => {
    const folder = temporaryFolder();
    const wait = (next: object) => ({ Type: "Wait", Seconds: 60, ...next });
    const definition = machine({
      Keep: { Type: "Pass", Assign: { "kept.$": "$" }, Next: "Fork" },
      Fork: {
        Type: "Parallel",
        Branches: [
          machine({ Done: { Type: "Pass", End: true } }),
          machine({ Sleep: wait({ End: true }) }),
          machine({
            Each: {
              Type: "Map",
              ItemsPath: "$.list",
              MaxConcurrency: 1,
              ItemProcessor: machine({ Nap: wait({ End: true }) }),
              End: true,
            },
          }),
        ],
        Next: "Tell",
      },
      Tell: { Type: "Pass", Parameters: { "all.$": "$", "kept.$": "$kept" }, End: true },
    });
    const first = await openTestEngine({ folder });
    const execution = await startText(first, await first.machine(definition), EXACT);
    await first.rest();
    const now = first.clock.now();
    await first.kill();

    const second = await openTestEngine({ folder, now });
    for (let turn = 0; turn < 4; turn++) {
      await second.clock.turn(60_000);
      await second.rest();
    }
    expect(await second.describe(execution)).toMatchObject({
      status: "SUCCEEDED",
      output: `{"all":[${EXACT},${EXACT},[1.0,2,1E5]],"kept":${EXACT}}`,
    });
  });

  it("sends a task again as it was", async () => {
    const folder = temporaryFolder();
    const { integrations } = new AnsweredByHand();
    const first = await openTestEngine({ folder, integrations });
    const execution = await startText(first, await first.machine(machine({ T: AnsweredByHand.state() })), EXACT);
    await first.rest();
    const now = first.clock.now();
    await first.kill();

    const task = new AnsweredByHand();
    const second = await openTestEngine({ folder, now, integrations: task.integrations });
    await second.rest();
    expect(task.calls.map(({ request }) => printJson(request.parameters))).toEqual([`{"input":${EXACT}}`]);
    task.calls[0]?.succeed('{"n":1.10}');
    await second.rest();
    expect((await second.describe(execution)).output).toBe('{"n":1.10}');
  });
});

describe("values that states nest in each other, again and again", () => {
  /** Leads back to a state; the machine has an end all the same, as a machine must. */
  const again = (state: string) => ({
    Type: "Choice",
    Choices: [{ Variable: "$$.State.Never", IsPresent: true, Next: "Z" }],
    Default: state,
  });

  it.each([
    ["Parameters", { Type: "Pass", Parameters: { "a.$": "$" } }],
    ["ResultPath", { Type: "Pass", Parameters: { "b.$": "$" }, ResultPath: "$.a" }],
    ["an intrinsic function", { Type: "Pass", Parameters: { "a.$": "States.Array($)" } }],
    ["a Parallel state", { Type: "Parallel", Branches: [inner] }],
    [
      "the input of a Parallel state",
      { Type: "Parallel", Parameters: { "a.$": "$" }, Branches: [inner], OutputPath: "$[0]" },
    ],
    ["JSONata", { Type: "Pass", QueryLanguage: "JSONata", Output: { a: "{% $states.input %}" } }],
  ])("by %s, end in an error", async (_name, state) => {
    const test = await openTestEngine();
    const { status, error } = await run(
      test,
      machine({ P: { ...state, Next: "Q" }, Q: again("P"), Z: { Type: "Succeed" } }),
      "{}",
    );
    expect(status).toBe("FAILED");
    expect(["States.Runtime", "States.DataLimitExceeded"]).toContain(error);
  });

  it("in a variable, end in an error", async () => {
    const test = await openTestEngine();
    const definition = machine({
      A: { Type: "Pass", Assign: { "v.$": "$" }, Next: "B" },
      B: { Type: "Pass", Assign: { v: { "a.$": "$v" } }, Next: "C" },
      C: again("B"),
      Z: { Type: "Succeed" },
    });
    expect(await run(test, definition, "1.10")).toMatchObject({ status: "FAILED", error: "States.Runtime" });
  });

  it("for the children of a map run, end in an error", async () => {
    const test = await openTestEngine();
    const definition = machine({
      M: {
        Type: "Map",
        ItemSelector: { a: { "b.$": "$$.Map.Item.Value" } },
        ItemProcessor: { ...inner, ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } },
        End: true,
      },
    });
    const deep = `${"[".repeat(1000)}${"]".repeat(1000)}`;
    expect(await run(test, definition, deep)).toMatchObject({ status: "FAILED", error: "States.Runtime" });
  });
});
