import { describe, expect, it } from "vitest";
import type { ExecutionRow } from "../src/store/store.js";
import { AnsweredByHand } from "./answered-by-hand.js";
import { eventTypes, historyOf, openTestEngine, type TestEngine, temporaryFolder } from "./test-engine.js";

const DAY = 86_400_000;

/** A distributed Map whose children make one call each. */
const map = (fields: object = {}, type = "STANDARD", states: object = { Call: AnsweredByHand.state() }): object => ({
  StartAt: "M",
  States: {
    M: {
      Type: "Map",
      Label: "each",
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: type },
        StartAt: Object.keys(states)[0],
        States: states,
      },
      End: true,
      ...fields,
    },
  },
});

interface MapRunTest extends TestEngine {
  readonly byHand: AnsweredByHand;
  run(definition: object, input: unknown): Promise<string>;
  redrive(executionArn: string): Promise<void>;
  /** Ends the call that was made last for an input: with an answer, or with an error where there is none. */
  answer(input: string, output?: string): Promise<void>;
  /** The rows of the execution's children, oldest first. */
  children(executionArn: string): Promise<ExecutionRow[]>;
}

async function openMapRunTest(folder?: string): Promise<MapRunTest> {
  const byHand = new AnsweredByHand();
  const test = await openTestEngine({
    integrations: byHand.integrations,
    ...(folder === undefined ? {} : { folder }),
  });
  return {
    ...test,
    byHand,
    async run(definition, input) {
      const executionArn = await test.start(await test.machine(definition), input);
      await test.rest();
      return executionArn;
    },
    async redrive(executionArn) {
      await test.engine.executions.redrive({ executionArn });
      await test.rest();
    },
    async answer(input, output) {
      const call = byHand.calls[byHand.inputs.lastIndexOf(input)];
      if (output === undefined) call?.fail(new Error("broken"));
      else call?.succeed(JSON.stringify(output));
      await test.rest();
    },
    async children(executionArn) {
      const events = await historyOf(test.engine, executionArn);
      const started = events.find(({ type }) => type === "MapRunStarted");
      const details = started?.mapRunStartedEventDetails as { mapRunArn: string } | undefined;
      return test.watch.store.mapRunExecutions(details?.mapRunArn ?? "", 100);
    },
  };
}

const outcomes = (rows: readonly ExecutionRow[]) => rows.map(({ input, status }) => [JSON.parse(input), status]);

describe("a redriven map run", () => {
  it("keeps the children that succeeded, redrives the others, and starts those that it had not reached", async () => {
    const test = await openMapRunTest();
    const executionArn = await test.run(map({ MaxConcurrency: 3 }), ["a", "b", "c", "d", "e"]);
    await test.answer("a", "A");
    await test.answer("b");
    expect(await test.describe(executionArn)).toMatchObject({
      status: "FAILED",
      error: "States.ExceedToleratedFailureThreshold",
      redriveStatus: "REDRIVABLE",
    });
    const before = await test.children(executionArn);
    expect(outcomes(before)).toEqual([
      ["a", "SUCCEEDED"],
      ["b", "FAILED"],
      ["c", "ABORTED"],
      ["d", "ABORTED"],
    ]);
    const arns = before.map(({ arn }) => arn);

    await test.redrive(executionArn);
    // As many at a time as MaxConcurrency allows.
    expect(test.byHand.inputs.slice(4)).toEqual(["b", "c", "d"]);
    await test.answer("b", "B");
    expect(test.byHand.inputs.slice(4)).toEqual(["b", "c", "d", "e"]);
    await test.answer("c", "C");
    await test.answer("d", "D");
    await test.answer("e", "E");

    expect(await test.describe(executionArn)).toMatchObject({
      status: "SUCCEEDED",
      output: '["A","B","C","D","E"]',
      redriveCount: 1,
    });
    const children = await test.children(executionArn);
    expect(children.slice(0, 4).map(({ arn }) => arn)).toEqual(arns);
    expect(children.map(({ status }) => status)).toEqual(Array(5).fill("SUCCEEDED"));
    const counts = await Promise.all(children.map(async ({ arn }) => (await test.describe(arn)).redriveCount));
    expect(counts).toEqual([0, 1, 1, 1, 0]);
    expect(await eventTypes(test.engine, children[1]?.arn ?? "")).toEqual([
      "ExecutionStarted",
      "TaskStateEntered",
      "TaskScheduled",
      "TaskStarted",
      "TaskFailed",
      "ExecutionFailed",
      "ExecutionRedriven",
      "TaskScheduled",
      "TaskStarted",
      "TaskSucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ]);
  });

  it("says so in the history of its execution", async () => {
    const test = await openMapRunTest();
    const executionArn = await test.run(map(), ["a"]);
    await test.answer("a");
    await test.redrive(executionArn);
    await test.answer("a", "A");
    const events = await historyOf(test.engine, executionArn);
    expect(events.map(({ id, type, previousEventId }) => `${id} ${type} <- ${previousEventId}`)).toEqual([
      "1 ExecutionStarted <- 0",
      "2 MapStateEntered <- 0",
      "3 MapStateStarted <- 2",
      "4 MapRunStarted <- 3",
      "5 MapRunFailed <- 4",
      "6 MapStateFailed <- 5",
      "7 ExecutionFailed <- 6",
      "8 ExecutionRedriven <- 7",
      "9 MapRunRedriven <- 3",
      "10 MapRunSucceeded <- 9",
      "11 MapStateSucceeded <- 10",
      "12 MapStateExited <- 9",
      "13 ExecutionSucceeded <- 12",
    ]);
    expect(events[8]?.mapRunRedrivenEventDetails).toEqual({
      ...(events[3]?.mapRunStartedEventDetails as object),
      redriveCount: 1,
    });
  });

  it("starts express children anew", async () => {
    const test = await openMapRunTest();
    const executionArn = await test.run(map({}, "EXPRESS"), ["a", "b"]);
    await test.answer("a", "A");
    await test.answer("b");
    await test.redrive(executionArn);
    await test.answer("b", "B");
    expect((await test.describe(executionArn)).output).toBe('["A","B"]');
    expect(outcomes(await test.children(executionArn))).toEqual([
      ["a", "SUCCEEDED"],
      ["b", "FAILED"],
      ["b", "SUCCEEDED"],
    ]);
  });

  it("may fail again, and be redriven again", async () => {
    for (const type of ["STANDARD", "EXPRESS"]) {
      const test = await openMapRunTest();
      const executionArn = await test.run(map({ ToleratedFailureCount: 1 }, type), ["a", "b", "c"]);
      await test.answer("a");
      await test.answer("b");
      expect((await test.describe(executionArn)).status).toBe("FAILED");
      await test.redrive(executionArn);
      // What failed before the redrive does not count.
      await test.answer("a");
      expect((await test.describe(executionArn)).status).toBe("RUNNING");
      await test.answer("c");
      expect((await test.describe(executionArn)).status).toBe("FAILED");
      await test.redrive(executionArn);
      for (const input of ["a", "b", "c"]) await test.answer(input, input.toUpperCase());
      expect(await test.describe(executionArn)).toMatchObject({ output: '["A","B","C"]', redriveCount: 2 });
    }
  });

  it("goes on in children that have map runs of their own", async () => {
    const test = await openMapRunTest();
    const { M: inner } = (map({ Label: "inner" }) as { States: { M: object } }).States;
    const executionArn = await test.run(map({}, "STANDARD", { Inner: inner }), [["a", "b"], ["c"]]);
    await test.answer("a", "A");
    await test.answer("c", "C");
    await test.answer("b");
    expect((await test.describe(executionArn)).status).toBe("FAILED");
    await test.redrive(executionArn);
    expect(test.byHand.inputs.slice(3)).toEqual(["b"]);
    await test.answer("b", "B");
    expect((await test.describe(executionArn)).output).toBe('[["A","B"],["C"]]');
  });

  it("does a state again whose children all succeeded and whose result was too large", async () => {
    const test = await openMapRunTest();
    const executionArn = await test.run(map(), ["a", "b"]);
    const half = "x".repeat(140_000);
    await test.answer("a", half);
    await test.answer("b", half);
    expect((await test.describe(executionArn)).error).toBe("States.DataLimitExceeded");
    await test.redrive(executionArn);
    expect(await test.describe(executionArn)).toMatchObject({ status: "RUNNING", redriveCount: 1 });
    expect(test.byHand.inputs.slice(2)).toEqual(["a", "b"]);
  });

  it("counts a child as failed that is too old to be redriven", async () => {
    const test = await openMapRunTest();
    const executionArn = await test.run(map({ ToleratedFailureCount: 1 }), ["a", "b"]);
    await test.answer("a");
    await test.clock.turn(10 * DAY);
    await test.engine.executions.stop({ executionArn });
    await test.rest();
    await test.clock.turn(10 * DAY);
    await test.redrive(executionArn);
    expect(test.byHand.inputs.slice(2)).toEqual(["b"]);
    await test.answer("b", "B");
    expect((await test.describe(executionArn)).output).toBe('[null,"B"]');
  });

  it("goes on with the next process, and redrives none of its children twice", async () => {
    const folder = temporaryFolder();
    const first = await openMapRunTest(folder);
    const executionArn = await first.run(map({ MaxConcurrency: 2 }), ["a", "b", "c"]);
    await first.answer("a");
    expect((await first.describe(executionArn)).status).toBe("FAILED");
    await first.kill();

    const second = await openMapRunTest(folder);
    await second.redrive(executionArn);
    expect(second.byHand.inputs).toEqual(["a", "b"]);
    await second.answer("a", "A");
    await second.kill();

    const third = await openMapRunTest(folder);
    await third.rest();
    expect(third.byHand.inputs).toEqual(["b", "c"]);
    await third.answer("b", "B");
    await third.answer("c", "C");
    expect((await third.describe(executionArn)).output).toBe('["A","B","C"]');
    const counts = await Promise.all(
      (await third.children(executionArn)).map(async ({ arn }) => (await third.describe(arn)).redriveCount),
    );
    expect(counts).toEqual([1, 1, 0]);
  });

  it("tries again to redrive a child where that could not be stored", async () => {
    const test = await openMapRunTest();
    const executionArn = await test.run(map(), ["a"]);
    await test.answer("a");
    await test.engine.executions.redrive({ executionArn });
    test.watch.break(new Error("the disk is full"));
    await test.rest();
    test.watch.mend();
    await test.clock.turn(2000);
    await test.rest();
    await test.answer("a", "A");
    expect((await test.describe(executionArn)).output).toBe('["A"]');
  });

  it("stops the children that it is redriving when it is stopped itself", async () => {
    const test = await openMapRunTest();
    const executionArn = await test.run(map(), ["a", "b"]);
    await test.answer("a");
    await test.engine.executions.redrive({ executionArn });
    await test.engine.executions.stop({ executionArn });
    await test.rest();
    expect((await test.children(executionArn)).map(({ status }) => status)).toEqual(["ABORTED", "ABORTED"]);
    await test.redrive(executionArn);
    await test.answer("a", "A");
    await test.answer("b", "B");
    expect((await test.describe(executionArn)).output).toBe('["A","B"]');
  });
});
