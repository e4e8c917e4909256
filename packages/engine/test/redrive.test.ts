import { describe, expect, it } from "vitest";
import { AnsweredByHand } from "./answered-by-hand.js";
import {
  type HistoryEvent,
  historyOf,
  openTestEngine,
  type TestEngine,
  type TestEngineOptions,
  temporaryFolder,
} from "./test-engine.js";
import { settled } from "./turned-clock.js";

const DAY = 86_400_000;
const call = { StartAt: "Call", States: { Call: AnsweredByHand.state() } };
const fail = { StartAt: "F", States: { F: { Type: "Fail", Error: "Oops", Cause: "why" } } };

interface RedriveTest extends TestEngine {
  readonly byHand: AnsweredByHand;
  /** Starts an execution of the definition and returns its ARN. */
  run(definition: object, input?: unknown): Promise<string>;
  redrive(executionArn: string, clientToken?: string): Promise<number>;
  history(executionArn: string): Promise<HistoryEvent[]>;
}

async function openRedriveTest(options: TestEngineOptions = {}): Promise<RedriveTest> {
  const byHand = new AnsweredByHand();
  const test = await openTestEngine({ integrations: byHand.integrations, ...options });
  return {
    ...test,
    byHand,
    run: async (definition, input = {}) => {
      const executionArn = await test.start(await test.machine(definition), input);
      await settled();
      return executionArn;
    },
    redrive: async (executionArn, clientToken) => {
      const request = clientToken === undefined ? { executionArn } : { executionArn, clientToken };
      const { redriveDate } = await test.engine.executions.redrive(request);
      await settled();
      return redriveDate;
    },
    history: (executionArn) => historyOf(test.engine, executionArn),
  };
}

/** Ends the last calls: each with its answer, or with an error where there is none. */
async function answer({ byHand }: RedriveTest, ...answers: (string | undefined)[]): Promise<void> {
  const calls = byHand.calls.slice(-answers.length);
  for (const [index, output] of answers.entries()) {
    if (output === undefined) calls[index]?.fail(new Error("broken"));
    else calls[index]?.succeed(output);
  }
  await settled();
}

/** Each event as `id type <- id of the event that it follows`. */
function links(events: readonly HistoryEvent[], from = 1): string[] {
  return events.slice(from - 1).map(({ id, type, previousEventId }) => `${id} ${type} <- ${previousEventId}`);
}

describe("a redriven execution", () => {
  it("does the failed state again, without entering it, and goes on", async () => {
    const test = await openRedriveTest();
    const executionArn = await test.run({
      StartAt: "Before",
      States: {
        Before: { Type: "Pass", Result: { a: 1 }, Next: "Call" },
        Call: AnsweredByHand.state({ Next: "After" }),
        After: { Type: "Pass", End: true },
      },
    });
    await answer(test, undefined);
    expect(await test.describe(executionArn)).toMatchObject({
      status: "FAILED",
      redriveCount: 0,
      redriveStatus: "REDRIVABLE",
    });
    await test.clock.turn(5000);
    const redriveDate = await test.redrive(executionArn);
    expect(redriveDate).toBe(test.clock.now());
    const running = await test.describe(executionArn);
    expect(running).toMatchObject({
      status: "RUNNING",
      redriveCount: 1,
      redriveDate,
      redriveStatus: "NOT_REDRIVABLE",
      redriveStatusReason: "Execution is RUNNING and cannot be redriven",
    });
    for (const gone of ["stopDate", "error", "cause", "output"]) expect(running).not.toHaveProperty(gone);
    expect(test.byHand.inputs).toEqual([{ a: 1 }, { a: 1 }]);
    await answer(test, '"done"');
    expect(await test.describe(executionArn)).toMatchObject({ status: "SUCCEEDED", output: '"done"', redriveCount: 1 });
    const events = await test.history(executionArn);
    expect(links(events, 4)).toEqual([
      "4 TaskStateEntered <- 3",
      "5 TaskScheduled <- 4",
      "6 TaskStarted <- 5",
      "7 TaskFailed <- 6",
      "8 ExecutionFailed <- 7",
      "9 ExecutionRedriven <- 8",
      "10 TaskScheduled <- 4",
      "11 TaskStarted <- 10",
      "12 TaskSucceeded <- 11",
      "13 TaskStateExited <- 12",
      "14 PassStateEntered <- 13",
      "15 PassStateExited <- 14",
      "16 ExecutionSucceeded <- 15",
    ]);
    expect(events[8]?.executionRedrivenEventDetails).toEqual({ redriveCount: 1 });
  });

  it("keeps its ARN, its start, its input, its variables and the definition that it started with", async () => {
    const test = await openRedriveTest();
    const { engine, machine, start } = test;
    const definition = {
      StartAt: "Before",
      States: {
        Before: { Type: "Pass", Assign: { n: 7 }, Next: "Call" },
        Call: AnsweredByHand.state({ ResultPath: null, Next: "After" }),
        After: {
          Type: "Pass",
          Parameters: { "n.$": "$n", "execution.$": "$$.Execution", "entered.$": "$$.State.EnteredTime" },
          End: true,
        },
      },
    };
    const stateMachineArn = await machine(definition);
    const executionArn = await start(stateMachineArn, { input: 1 });
    const startTime = new Date(test.clock.now()).toISOString();
    await settled();
    await answer(test, undefined);
    await engine.stateMachines.update({ stateMachineArn, definition: JSON.stringify(fail) });
    await test.clock.turn(1000);
    const redriveTime = new Date(await test.redrive(executionArn)).toISOString();
    await answer(test, '"done"');
    const { output = "", startDate } = await test.describe(executionArn);
    expect(new Date(startDate).toISOString()).toBe(startTime);
    expect(JSON.parse(output)).toMatchObject({
      n: 7,
      execution: {
        Id: executionArn,
        Input: { input: 1 },
        StartTime: startTime,
        RedriveCount: 1,
        RedriveTime: redriveTime,
      },
    });
  });

  it("has all attempts again, and the time of its entry", async () => {
    const test = await openRedriveTest();
    const executionArn = await test.run({
      StartAt: "Call",
      States: {
        Call: {
          ...AnsweredByHand.state(),
          Parameters: { input: { "count.$": "$$.State.RetryCount", "entered.$": "$$.State.EnteredTime" } },
          Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 1, MaxAttempts: 1 }],
        },
      },
    });
    const entered = new Date(test.clock.now()).toISOString();
    for (let attempt = 0; attempt < 2; attempt++) {
      await answer(test, undefined);
      await test.clock.turn(1000);
      await answer(test, undefined);
      await test.redrive(executionArn);
    }
    expect(test.byHand.inputs).toEqual([0, 1, 0, 1, 0].map((count) => ({ count, entered })));
    expect(await test.describe(executionArn)).toMatchObject({ status: "RUNNING", redriveCount: 2 });
  });

  it("keeps the branches that succeeded, and goes on with those that failed or were aborted", async () => {
    const test = await openRedriveTest();
    const branch = (name: string) => ({ StartAt: name, States: { [name]: AnsweredByHand.state() } });
    const executionArn = await test.run({
      StartAt: "P",
      States: { P: { Type: "Parallel", Branches: [branch("A"), branch("B"), branch("C")], End: true } },
    });
    test.byHand.calls[0]?.succeed('"a"');
    await settled();
    test.byHand.calls[1]?.fail(new Error("broken"));
    await settled();
    expect(test.byHand.calls[2]?.signal.aborted).toBe(true);
    expect(await test.describe(executionArn)).toMatchObject({ status: "FAILED" });
    await test.redrive(executionArn);
    expect(test.byHand.calls).toHaveLength(5);
    await answer(test, '"b"', '"c"');
    expect(await test.describe(executionArn)).toMatchObject({ status: "SUCCEEDED", output: '["a","b","c"]' });
    const events = await test.history(executionArn);
    const redriven = events.findIndex(({ type }) => type === "ExecutionRedriven");
    const types = events.slice(redriven).map(({ type }) => type);
    expect(types.filter((type) => type === "TaskScheduled")).toHaveLength(2);
    expect(types).not.toContain("ParallelStateStarted");
    expect(types).not.toContain("TaskStateEntered");
    const entries = new Map(
      events
        .filter(({ type }) => type === "TaskStateEntered")
        .map(({ id, stateEnteredEventDetails }) => [(stateEnteredEventDetails as { name: string }).name, id]),
    );
    const scheduled = events.slice(redriven).filter(({ type }) => type === "TaskScheduled");
    expect(scheduled.map(({ previousEventId }) => previousEventId)).toEqual([entries.get("B"), entries.get("C")]);
  });

  it("keeps the iterations that succeeded, and starts those that had not been reached", async () => {
    const test = await openRedriveTest();
    const executionArn = await test.run(
      {
        StartAt: "M",
        States: { M: { Type: "Map", MaxConcurrency: 1, ItemProcessor: call, End: true } },
      },
      [0, 1, 2],
    );
    await answer(test, '"zero"');
    await answer(test, undefined);
    await test.redrive(executionArn);
    expect(test.byHand.inputs).toEqual([0, 1, 1]);
    await answer(test, '"one"');
    await answer(test, '"two"');
    expect(await test.describe(executionArn)).toMatchObject({
      status: "SUCCEEDED",
      output: '["zero","one","two"]',
    });
    const events = await test.history(executionArn);
    const redriven = events.findIndex(({ type }) => type === "ExecutionRedriven");
    expect(events.slice(redriven).map(({ type }) => type)).toEqual([
      "ExecutionRedriven",
      "TaskScheduled",
      "TaskStarted",
      "TaskSucceeded",
      "TaskStateExited",
      "MapIterationSucceeded",
      "MapIterationStarted",
      "TaskStateEntered",
      "TaskScheduled",
      "TaskStarted",
      "TaskSucceeded",
      "TaskStateExited",
      "MapIterationSucceeded",
      "MapStateSucceeded",
      "MapStateExited",
      "ExecutionSucceeded",
    ]);
  });

  it("goes on in a Map in a Parallel state in a Map", async () => {
    const test = await openRedriveTest();
    const inner = { Type: "Map", ItemsPath: "$.inner", ItemProcessor: call, End: true };
    const executionArn = await test.run(
      {
        StartAt: "Outer",
        States: {
          Outer: {
            Type: "Map",
            ItemProcessor: {
              StartAt: "P",
              States: {
                P: {
                  Type: "Parallel",
                  Branches: [
                    { StartAt: "Inner", States: { Inner: inner } },
                    { StartAt: "Pass", States: { Pass: { Type: "Pass", Result: "passed", End: true } } },
                  ],
                  End: true,
                },
              },
            },
            End: true,
          },
        },
      },
      [{ inner: [1, 2] }, { inner: [3] }, { inner: [] }],
    );
    expect(test.byHand.inputs).toEqual([1, 2, 3]);
    test.byHand.calls[0]?.succeed("10");
    await settled();
    await answer(test, undefined);
    await test.redrive(executionArn);
    expect(test.byHand.inputs).toEqual([1, 2, 3, 2, 3]);
    await answer(test, "20", "30");
    expect(await test.describe(executionArn)).toMatchObject({
      status: "SUCCEEDED",
      output: '[[[10,20],"passed"],[[30],"passed"],[[],"passed"]]',
    });
  });

  it("forgets the children of a state that was tried again or caught before the execution failed", async () => {
    const test = await openRedriveTest();
    const executionArn = await test.run(
      {
        StartAt: "M",
        States: {
          M: {
            Type: "Map",
            ItemProcessor: call,
            Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 1, MaxAttempts: 1 }],
            Catch: [{ ErrorEquals: ["States.ALL"], Next: "Other" }],
            Next: "Other",
          },
          Other: AnsweredByHand.state(),
        },
      },
      [1, 2],
    );
    test.byHand.calls[0]?.succeed("1");
    await settled();
    await answer(test, undefined);
    await test.clock.turn(1000);
    await answer(test, undefined, undefined);
    expect(test.byHand.calls).toHaveLength(5);
    await answer(test, undefined);
    const branches = test.watch.commits.at(-1)?.executions?.[0]?.branches;
    expect(branches).toHaveLength(1);
    await test.redrive(executionArn);
    await answer(test, '"caught"');
    expect(await test.describe(executionArn)).toMatchObject({ status: "SUCCEEDED", output: '"caught"' });
  });

  it("leaves a state whose children all succeeded once more, without doing them again", async () => {
    const test = await openRedriveTest();
    const executionArn = await test.run(
      {
        StartAt: "M",
        States: {
          M: { Type: "Map", ItemProcessor: call, ResultSelector: { "none.$": "$.none" }, End: true },
        },
      },
      [1, 2],
    );
    await answer(test, "1", "2");
    expect(await test.describe(executionArn)).toMatchObject({ status: "FAILED" });
    await test.redrive(executionArn);
    expect(test.byHand.calls).toHaveLength(2);
    expect(await test.describe(executionArn)).toMatchObject({ status: "FAILED", redriveCount: 1 });
  });

  it("does a state as a whole again whose output was too large", async () => {
    const test = await openRedriveTest();
    const executionArn = await test.run(
      { StartAt: "M", States: { M: { Type: "Map", ItemProcessor: call, End: true } } },
      [1, 2],
    );
    const large = JSON.stringify("x".repeat(200_000));
    await answer(test, large, large);
    expect(await test.describe(executionArn)).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
    await test.redrive(executionArn);
    expect(test.byHand.inputs).toEqual([1, 2, 1, 2]);
    await answer(test, "1", "2");
    expect(await test.describe(executionArn)).toMatchObject({ status: "SUCCEEDED", output: "[1,2]" });
  });

  it("tries the input of an iteration again that could not be made", async () => {
    const test = await openRedriveTest();
    const executionArn = await test.run(
      {
        StartAt: "M",
        States: {
          M: {
            Type: "Map",
            ItemSelector: { "n.$": "$$.Map.Item.Value.n" },
            MaxConcurrency: 1,
            ItemProcessor: call,
            End: true,
          },
        },
      },
      [{ n: 1 }, {}, { n: 3 }],
    );
    await answer(test, "1");
    expect(await test.describe(executionArn)).toMatchObject({ status: "FAILED" });
    await test.redrive(executionArn);
    expect(await test.describe(executionArn)).toMatchObject({ status: "FAILED", redriveCount: 1 });
    expect(test.byHand.calls).toHaveLength(1);
    const types = (await test.history(executionArn)).map(({ type }) => type);
    expect(types.filter((type) => type === "MapIterationStarted")).toHaveLength(1);
  });

  it("fails again in a Fail state, which it does not enter again", async () => {
    const test = await openRedriveTest();
    const executionArn = await test.run(fail);
    await test.redrive(executionArn);
    expect(await test.describe(executionArn)).toMatchObject({
      status: "FAILED",
      error: "Oops",
      cause: "why",
      redriveCount: 1,
      redriveStatus: "REDRIVABLE",
    });
    expect(links(await test.history(executionArn))).toEqual([
      "1 ExecutionStarted <- 0",
      "2 FailStateEntered <- 0",
      "3 ExecutionFailed <- 2",
      "4 ExecutionRedriven <- 3",
      "5 ExecutionFailed <- 4",
    ]);
  });

  it("has the machine's time again", async () => {
    const test = await openRedriveTest();
    const executionArn = await test.run({ ...call, TimeoutSeconds: 10 });
    await test.clock.turn(10_000);
    expect(await test.describe(executionArn)).toMatchObject({ status: "TIMED_OUT", redriveStatus: "REDRIVABLE" });
    await test.clock.turn(60_000);
    const redriveDate = await test.redrive(executionArn);
    await test.clock.turn(9_999);
    expect(await test.describe(executionArn)).toMatchObject({ status: "RUNNING" });
    await test.clock.turn(1);
    expect(await test.describe(executionArn)).toMatchObject({ status: "TIMED_OUT", stopDate: redriveDate + 10_000 });
  });

  it("waits as long again where it was stopped while it waited, unless the time was fixed", async () => {
    const test = await openRedriveTest();
    const wait = (fields: object) => ({ StartAt: "W", States: { W: { Type: "Wait", ...fields, End: true } } });
    const long = await test.run(wait({ Seconds: 100 }));
    const fixed = await test.run(wait({ Timestamp: new Date(test.clock.now() + 100_000).toISOString() }));
    await test.clock.turn(60_000);
    for (const executionArn of [long, fixed]) {
      await test.engine.executions.stop({ executionArn, error: "Enough" });
      expect(await test.describe(executionArn)).toMatchObject({ status: "ABORTED", redriveStatus: "REDRIVABLE" });
    }
    await test.clock.turn(30_000);
    for (const executionArn of [long, fixed]) await test.redrive(executionArn);
    await test.clock.turn(10_000);
    expect(await test.describe(fixed)).toMatchObject({ status: "SUCCEEDED" });
    await test.clock.turn(89_999);
    expect(await test.describe(long)).toMatchObject({ status: "RUNNING" });
    await test.clock.turn(1);
    expect(await test.describe(long)).toMatchObject({ status: "SUCCEEDED" });
  });

  it("gives activities new tokens; those of before are over", async () => {
    const test = await openRedriveTest();
    const { engine, activity } = test;
    const activityArn = await activity();
    const executionArn = await test.run({
      StartAt: "T",
      States: { T: { Type: "Task", Resource: activityArn, End: true } },
    });
    const poll = async () =>
      (await engine.activities.task({ activityArn }, new AbortController().signal))?.taskToken ?? "";
    const first = await poll();
    await engine.executions.stop({ executionArn });
    await test.redrive(executionArn);
    await expect(engine.activities.succeed({ taskToken: first, output: "1" })).rejects.toMatchObject({
      code: "TaskTimedOut",
    });
    await engine.activities.succeed({ taskToken: await poll(), output: "2" });
    expect(await test.describe(executionArn)).toMatchObject({ status: "SUCCEEDED", output: "2" });
  });
});

describe("a redrive", () => {
  it("by a client token is done once, for as long as the token is remembered", async () => {
    const test = await openRedriveTest();
    const executionArn = await test.run(call);
    await answer(test, undefined);
    await test.clock.turn(1000);
    const first = await test.redrive(executionArn, "A");
    expect(await test.redrive(executionArn, "A")).toBe(first);
    await expect(test.redrive(executionArn, "B")).rejects.toMatchObject({
      code: "ExecutionNotRedrivable",
      message: `Execution ${executionArn} invalid for redrive as: Execution is RUNNING and cannot be redriven`,
    });
    await answer(test, undefined);
    await test.clock.turn(1000);
    expect(await test.redrive(executionArn, "A")).toBe(first);
    expect(await test.describe(executionArn)).toMatchObject({ status: "FAILED", redriveCount: 1 });
    const second = await test.redrive(executionArn, "B");
    expect(second).toBeGreaterThan(first);
    await answer(test, "1");
    expect(await test.redrive(executionArn, "A")).toBe(first);
    expect(await test.redrive(executionArn, "B")).toBe(second);
    await expect(test.redrive(executionArn, "C")).rejects.toMatchObject({ code: "ExecutionNotRedrivable" });
    await test.clock.turn(15 * 60_000);
    await expect(test.redrive(executionArn, "B")).rejects.toMatchObject({ code: "ExecutionNotRedrivable" });
  });

  it("remembers the last ten tokens", async () => {
    const test = await openRedriveTest();
    const executionArn = await test.run(fail);
    const dates: number[] = [];
    for (let count = 0; count < 11; count++) {
      await test.clock.turn(1);
      dates.push(await test.redrive(executionArn, `token ${count}`));
    }
    expect(await test.redrive(executionArn, "token 1")).toBe(dates[1]);
    expect(await test.redrive(executionArn, "token 10")).toBe(dates[10]);
    expect(await test.redrive(executionArn, "token 0")).toBe(test.clock.now());
    expect(await test.describe(executionArn)).toMatchObject({ redriveCount: 12 });
  });

  it("is refused for what cannot go on, and the description says why", async () => {
    const test = await openRedriveTest();
    const { engine, machine, start } = test;
    const refused = async (executionArn: string, reason: string) => {
      await expect(test.redrive(executionArn)).rejects.toMatchObject({
        code: "ExecutionNotRedrivable",
        message: `Execution ${executionArn} invalid for redrive as: ${reason}`,
      });
      expect(await test.describe(executionArn)).toMatchObject({
        redriveStatus: "NOT_REDRIVABLE",
        redriveStatusReason: reason,
      });
    };
    const succeeded = await test.run({ StartAt: "A", States: { A: { Type: "Succeed" } } });
    await refused(succeeded, "Execution is SUCCEEDED and cannot be redriven");
    const stateMachineArn = await machine(fail);
    const deleted = await start(stateMachineArn);
    await engine.stateMachines.delete(stateMachineArn);
    await refused(deleted, "State machine is in DELETING status");
    const endless = await test.run({
      StartAt: "A",
      States: {
        A: { Type: "Pass", Next: "B" },
        B: { Type: "Choice", Choices: [{ Variable: "$", IsPresent: true, Next: "A" }], Default: "C" },
        C: { Type: "Succeed" },
      },
    });
    await engine.executions.ended(endless);
    await refused(endless, "Execution history event limit exceeded");
    const old = await test.run(fail);
    await test.clock.turn(14 * DAY);
    expect(await test.describe(old)).toMatchObject({ redriveStatus: "REDRIVABLE" });
    await test.clock.turn(1);
    await refused(old, "Execution redrivable period exceeded");
    const long = await test.run({
      StartAt: "W",
      States: { W: { Type: "Wait", Seconds: 2_000_000, Next: "W2" }, ...waits(20) },
    });
    await test.clock.turn(365 * DAY + 1);
    await engine.executions.stop({ executionArn: long });
    await refused(long, "Execution has exceeded the max execution time");
    await expect(test.redrive(`${old}-other`)).rejects.toMatchObject({ code: "ExecutionDoesNotExist" });
  });

  it("asked for twice at the same time is done once", async () => {
    const test = await openRedriveTest();
    const executionArn = await test.run(call);
    await answer(test, undefined);
    const request = { executionArn };
    const results = await Promise.allSettled([
      test.engine.executions.redrive(request),
      test.engine.executions.redrive(request),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(await test.describe(executionArn)).toMatchObject({ redriveCount: 1 });
    await settled();
    expect(test.byHand.calls).toHaveLength(2);
  });

  it("that could not be stored has changed nothing", async () => {
    const test = await openRedriveTest();
    const executionArn = await test.run(call);
    await answer(test, undefined);
    const before = await test.describe(executionArn);
    test.watch.break(new Error("no space left"));
    await expect(test.redrive(executionArn, "A")).rejects.toThrow("no space left");
    test.watch.mend();
    await test.clock.turn(5000);
    expect(await test.describe(executionArn)).toEqual(before);
    expect(test.byHand.calls).toHaveLength(1);
    await test.redrive(executionArn, "A");
    await answer(test, "1");
    expect(await test.describe(executionArn)).toMatchObject({ status: "SUCCEEDED", redriveCount: 1 });
  });

  it("is done by another process than the one in which the execution failed, and outlives a third", async () => {
    const folder = temporaryFolder();
    const definition = {
      StartAt: "M",
      States: { M: { Type: "Map", ItemProcessor: call, End: true } },
      TimeoutSeconds: 100,
    };
    const one = await openRedriveTest({ folder });
    const executionArn = await one.run(definition, [1, 2, 3]);
    one.byHand.calls[0]?.succeed("10");
    await settled();
    await answer(one, undefined);
    await one.engine.close();

    const two = await openRedriveTest({ folder, now: one.clock.now() + 1_000_000 });
    await settled();
    expect(two.byHand.calls).toHaveLength(0);
    await two.redrive(executionArn, "A");
    expect(two.byHand.inputs).toEqual([2, 3]);
    two.byHand.calls[0]?.succeed("20");
    await settled();
    await two.kill();

    const three = await openRedriveTest({ folder, now: two.clock.now() + 50_000 });
    await settled();
    expect(three.byHand.inputs).toEqual([3]);
    expect(await three.redrive(executionArn, "A")).toBe(two.clock.now());
    await answer(three, "30");
    expect(await three.describe(executionArn)).toMatchObject({
      status: "SUCCEEDED",
      output: "[10,20,30]",
      redriveCount: 1,
    });
  });

  it("costs executions that succeed nothing, and those that fail one row for each branch that is left", async () => {
    const test = await openRedriveTest();
    const pass = { StartAt: "A", States: { A: { Type: "Pass", End: true } } };
    await test.run({ StartAt: "M", States: { M: { Type: "Map", ItemProcessor: pass, End: true } } }, [1, 2]);
    expect(test.watch.commits.at(-1)?.executions?.[0]).not.toHaveProperty("branches");
    await test.run(fail);
    const [change] = test.watch.commits.at(-1)?.executions ?? [];
    expect(change?.branches).toMatchObject([{ id: 0, dueAt: null, activityArn: null, restart: false }]);
  });
});

/** Wait states W2, W3 and so on, one after the other. */
function waits(count: number): Record<string, object> {
  const states: Record<string, object> = {};
  for (let number = 2; number <= count; number++) {
    const next = number === count ? { End: true } : { Next: `W${number + 1}` };
    states[`W${number}`] = { Type: "Wait", Seconds: 2_000_000, ...next };
  }
  return states;
}
