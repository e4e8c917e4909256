import { monitorEventLoopDelay } from "node:perf_hooks";
import { evaluateRequest } from "@pawl/asl";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { EvaluationThreads } from "../src/runtime/evaluation-threads.js";
import { openTestEngine, temporaryFolder } from "./test-engine.js";
import { Carried } from "./transition-table.js";

/** Takes some 500,000 steps: too many for a transition, and far from a second. */
const LONG = "$sum($map([1..10000], function($i) { $i % 7 }))";
const SUM = 29_998;

/** Never ends: tail calls take no stack. */
const ENDLESS = "($f := function($x) { $f($x + 1) }; $f(1))";

const sources = { random: () => 0.5, uuid: () => "00000000-0000-4000-8000-000000000000" };

/** Carries an execution on: evaluates what it asks for, as the engine's threads do. */
function evaluateAll(carried: Carried): void {
  for (;;) {
    const effect = carried.effects.shift();
    if (effect === undefined) return;
    if (effect.kind !== "evaluate") continue;
    const { branchId, evaluation, request } = effect;
    let asked = 0;
    const result = evaluateRequest(request, sources, () => ++asked > 100);
    carried.give({ kind: "evaluated", branchId, evaluation, result });
  }
}

function run(definition: object, input: unknown = {}): Carried {
  const carried = new Carried({ QueryLanguage: "JSONata", ...definition }, input);
  carried.give({ kind: "started" });
  evaluateAll(carried);
  return carried;
}

const types = ({ history }: Carried) => history.map(({ type }) => type);

describe("an expression that takes too long for a transition", () => {
  test("leaves its branch waiting, and nothing recorded beyond the entry", () => {
    const carried = new Carried({
      QueryLanguage: "JSONata",
      StartAt: "A",
      States: { A: { Type: "Pass", Output: { sum: `{% ${LONG} %}` }, End: true } },
    });
    carried.give({ kind: "started" });
    expect(types(carried)).toEqual(["ExecutionStarted", "PassStateEntered"]);
    expect(carried.effects).toMatchObject([{ kind: "evaluate", branchId: 0, request: { field: "Output/sum" } }]);
    expect(carried.execution.branches.get(0)?.waiting).toMatchObject({
      kind: "evaluation",
      stage: { kind: "execute" },
    });
    evaluateAll(carried);
    expect(carried.execution.output).toBe(`{"sum":${SUM}}`);
  });

  test("several in one state are evaluated one after the other", () => {
    const { execution } = run({
      StartAt: "A",
      States: {
        A: {
          Type: "Pass",
          Assign: { a: `{% ${LONG} %}`, b: `{% ${LONG} + 1 %}` },
          Output: `{% ${LONG} + 2 %}`,
          Next: "B",
        },
        B: { Type: "Pass", Output: "{% [$states.input, $a, $b] %}", End: true },
      },
    });
    expect(execution.output).toBe(`[${SUM + 2},${SUM},${SUM + 1}]`);
  });

  test("fails its state where it fails", () => {
    const carried = run({
      StartAt: "A",
      States: { A: { Type: "Pass", Output: { v: `{% (${LONG}; $error('no')) %}` }, End: true } },
    });
    expect(types(carried)).toEqual(["ExecutionStarted", "PassStateEntered", "EvaluationFailed", "ExecutionFailed"]);
    expect(carried.history[2]).toMatchObject({ previousEventId: 0, details: { location: "Output/v", state: "A" } });
    expect(carried.execution.cause).toContain("threw an error during evaluation. D3137: no");
  });

  test("fails with the service's words where it never ends, and can be caught", () => {
    const carried = run({
      StartAt: "A",
      States: {
        A: {
          Type: "Parallel",
          Arguments: `{% ${ENDLESS} %}`,
          Branches: [{ StartAt: "I", States: { I: { Type: "Pass", End: true } } }],
          Catch: [
            {
              ErrorEquals: ["States.QueryEvaluationError"],
              Output: { cause: "{% $states.errorOutput.Cause %}", sum: `{% ${LONG} %}` },
              Next: "B",
            },
          ],
          End: true,
        },
        B: { Type: "Pass", End: true },
      },
    });
    const { cause, sum } = JSON.parse(carried.execution.output ?? "null");
    expect(cause).toMatch(/threw an error during evaluation: Expression evaluation timeout: Check for infinite loop$/);
    expect(sum).toBe(SUM);
  });

  test.each<[string, object, unknown]>([
    ["a condition", { Type: "Choice", Choices: [{ Condition: `{% ${LONG} > 5 %}`, Next: "End" }] }, {}],
    ["seconds of a wait", { Type: "Wait", Seconds: `{% (${LONG}; 0) %}`, Next: "End" }, {}],
    [
      "the output of a Parallel state",
      {
        Type: "Parallel",
        Branches: [
          { StartAt: "I", States: { I: { Type: "Pass", Output: `{% ${LONG} %}`, End: true } } },
          { StartAt: "J", States: { J: { Type: "Pass", Output: 2, End: true } } },
        ],
        Output: `{% (${LONG}; $states.result) %}`,
        Next: "End",
      },
      [SUM, 2],
    ],
    [
      "items, their inputs and the output of a Map state",
      {
        Type: "Map",
        Items: `{% (${LONG}; [1, 2, 3]) %}`,
        ItemSelector: { v: `{% (${LONG}; $states.context.Map.Item.Value) %}` },
        MaxConcurrency: 2,
        ItemProcessor: {
          StartAt: "I",
          States: { I: { Type: "Pass", Output: `{% (${LONG}; $states.input.v) %}`, End: true } },
        },
        Output: `{% (${LONG}; $states.result) %}`,
        Next: "End",
      },
      [1, 2, 3],
    ],
  ])("in %s", (_name, state, output) => {
    const { execution } = run({ StartAt: "A", States: { A: state, End: { Type: "Succeed" } } });
    expect(JSON.parse(execution.output ?? "null")).toEqual(output);
  });

  test("in the error of a Fail state", () => {
    const { execution } = run({ StartAt: "A", States: { A: { Type: "Fail", Error: `{% (${LONG}; 'a') %}` } } });
    expect(execution.error).toBe("a");
  });

  test("in the input of an iteration that fails, the Map state fails", () => {
    const carried = run({
      StartAt: "A",
      States: {
        A: {
          Type: "Map",
          Items: [1, 2],
          ItemSelector: `{% (${LONG}; $states.context.Map.Item.Value = 2 ? $error('two') : 1) %}`,
          ItemProcessor: { StartAt: "I", States: { I: { Type: "Wait", Seconds: 5, End: true } } },
          End: true,
        },
      },
    });
    expect(types(carried)).toEqual([
      "ExecutionStarted",
      "MapStateEntered",
      "MapStateStarted",
      "MapIterationStarted",
      "WaitStateEntered",
      "EvaluationFailed",
      "WaitStateAborted",
      "MapIterationAborted",
      "MapStateFailed",
      "ExecutionFailed",
    ]);
  });

  test("in the inputs of a map run: each child gets its own, and none is evaluated twice", async () => {
    const half = "($random(); $sum($map([1..1000], function($i) { $i % 7 })))";
    const map = (items: unknown, selector: string) => ({
      QueryLanguage: "JSONata",
      StartAt: "A",
      States: {
        A: {
          Type: "Map",
          Items: items,
          ItemSelector: selector,
          ItemProcessor: {
            ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
            StartAt: "I",
            States: { I: { Type: "Pass", End: true } },
          },
          End: true,
        },
      },
    });
    let drawn = 0;
    let asked = 0;
    const random = () => {
      drawn += 1;
      return 0.5;
    };
    const { engine, machine, start, rest } = await openTestEngine({
      random,
      evaluate: async (request) => {
        asked += 1;
        return evaluateRequest(request, { ...sources, random }, () => false);
      },
    });
    const run = async (items: unknown, selector: string) => {
      const executionArn = await start(await machine(map(items, selector)));
      await rest();
      return JSON.parse((await engine.executions.ended(executionArn)).output ?? "");
    };
    expect(await run([1, 2, 3], `{% (${LONG}; $states.context.Map.Item.Value * 10) %}`)).toEqual([10, 20, 30]);
    expect(asked).toBe(3);
    asked = 0;
    drawn = 0;
    const sums = await run("{% [1..60] %}", `{% ${half} + $states.context.Map.Item.Value %}`);
    expect(sums).toEqual(Array.from({ length: 60 }, (_, index) => 3003 + index + 1));
    // Most are evaluated at once, and one each time that others are to run.
    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThan(30);
    // One that has to stop in the middle begins again elsewhere.
    expect(drawn).toBeLessThanOrEqual(60 + asked);
  });

  test("is asked for again where the process that evaluated it died; late and repeated results mean nothing", () => {
    const carried = new Carried({
      QueryLanguage: "JSONata",
      StartAt: "A",
      States: { A: { Type: "Pass", Assign: { a: `{% ${LONG} %}` }, Output: `{% ${LONG} %}`, End: true } },
    });
    carried.give({ kind: "started" });
    const [first] = carried.effects.splice(0);
    carried.give({ kind: "evaluationLost", branchId: 0 });
    const [again] = carried.effects.splice(0);
    if (first?.kind !== "evaluate" || again?.kind !== "evaluate") throw new Error("nothing was asked for");
    expect(again.request).toEqual(first.request);
    const result = { value: 1 };
    expect(carried.give({ kind: "evaluated", branchId: 0, evaluation: "0.9", result }).accepted).toBe(false);
    expect(carried.give({ kind: "evaluated", branchId: 0, evaluation: again.evaluation, result }).accepted).toBe(true);
    expect(carried.give({ kind: "evaluated", branchId: 0, evaluation: again.evaluation, result }).accepted).toBe(false);
    evaluateAll(carried);
    expect(carried.execution.status).toBe("SUCCEEDED");
  });
});

describe("threads", () => {
  const open: EvaluationThreads[] = [];
  const start = (limits: ConstructorParameters<typeof EvaluationThreads>[0] = {}) => {
    const threads = new EvaluationThreads(limits);
    open.push(threads);
    return threads;
  };
  const request = (text: string, bindings = {}) => ({ text, field: "Output", bindings, now: 0 });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((threads) => threads.close()));
  });

  test("evaluate, many at a time", async () => {
    const { evaluate } = start({ threads: 2 });
    const results = await Promise.all([1, 2, 3, 4, 5].map((i) => evaluate(request(`${LONG} + $i`, { i }))));
    expect(results).toEqual([1, 2, 3, 4, 5].map((i) => ({ value: SUM + i })));
  });

  test("end what takes too long, holds too much, or cannot be counted; the next evaluation finds a thread", async () => {
    const { evaluate } = start({ threads: 1, milliseconds: 200, megabytes: 24 });
    const causes = await Promise.all(
      [
        ENDLESS,
        "($f := function($a) { $f([$a, $a, $a, $a]) }; $f(1))",
        // Look-ahead is not linear: this one takes longer than anybody waits.
        `$contains("${"a".repeat(40)}", /^(?=.)(a+)+$|b/) and $contains("${"a".repeat(40)}!", /^(?=.)(a+)+$/)`,
        "1 + 1",
      ].map((text) => evaluate(request(text))),
    );
    expect(
      causes.map((result) => ("cause" in result ? result.cause.replace(/^.*: (?=Expression|Stack)/, "") : result)),
    ).toEqual([
      "Expression evaluation timeout: Check for infinite loop",
      expect.stringMatching(
        /^Expression evaluation (memory limit exceeded: Check for excessive memory usage|timeout: .*)$/,
      ),
      "Expression evaluation timeout: Check for infinite loop",
      { value: 2 },
    ]);
  });
});

const machineOf = (expression: string) => ({
  QueryLanguage: "JSONata",
  StartAt: "A",
  States: { A: { Type: "Pass", Output: `{% ${expression} %}`, End: true } },
});

describe("an engine", () => {
  test("finishes everybody else's executions while expressions run away", async () => {
    const { engine, machine, start } = await openTestEngine();
    const runaway = await machine(machineOf(ENDLESS));
    const quick = await machine(machineOf("$uppercase('a') & 'b'"));
    const delays = monitorEventLoopDelay({ resolution: 1 });
    delays.enable();
    onTestFinished(() => void delays.disable());
    const endless = await Promise.all([1, 2, 3].map(() => start(runaway)));
    let ended = 0;
    const ends = endless.map(async (executionArn) => {
      const description = await engine.executions.ended(executionArn);
      ended += 1;
      return description;
    });
    // From the first to the last moment of the first runaway's time.
    let finished = 0;
    while (ended === 0) {
      const { output } = await engine.executions.ended(await start(quick));
      expect(output).toBe('"Ab"');
      if (ended === 0) finished += 1;
    }
    expect(finished).toBeGreaterThan(10);
    expect(delays.count).toBeGreaterThan(10);
    for (const { status, error, cause } of await Promise.all(ends)) {
      expect([status, error]).toEqual(["FAILED", "States.QueryEvaluationError"]);
      expect(cause).toContain("Expression evaluation timeout: Check for infinite loop");
    }
  });

  test("takes up an evaluation that the last process did not end", async () => {
    const folder = temporaryFolder();
    const first = await openTestEngine({ folder, evaluate: () => new Promise(() => {}) });
    const executionArn = await first.start(await first.machine(machineOf(LONG)));
    await first.rest();
    expect((await first.describe(executionArn)).status).toBe("RUNNING");
    await first.kill();
    const { engine } = await openTestEngine({ folder });
    expect((await engine.executions.ended(executionArn)).output).toBe(String(SUM));
  });

  test("evaluates for an EXPRESS execution too", async () => {
    const { engine, machine } = await openTestEngine();
    const stateMachineArn = await machine(machineOf(LONG), "EXPRESS");
    const { output } = await engine.executions.startSync({ stateMachineArn, input: "{}" });
    expect(output).toBe(String(SUM));
  });
});
