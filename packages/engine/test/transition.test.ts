import { describe, expect, it } from "vitest";
import { dueAt, rebuildProgress } from "../src/execution.js";
import { branchRow, readBranch } from "../src/runtime/branch-data.js";
import { parseTaskToken } from "../src/transition/event.js";
import { Carried } from "./transition-table.js";

const lambda = "arn:aws:lambda:us-east-1:123456789012:function:f";
const activity = "arn:aws:states:us-east-1:123456789012:activity:a";
const pass = { Type: "Pass", End: true };
const machine = (states: Record<string, object>, more: object = {}) => ({
  StartAt: Object.keys(states)[0],
  States: states,
  ...more,
});
const tokenOf = (text: string | undefined) => {
  const token = parseTaskToken(text ?? "");
  if (token === undefined) throw new Error(`not a token: ${text}`);
  return token;
};

describe("a machine without waits", () => {
  it("runs to its end in one transition", () => {
    const carried = new Carried(machine({ Hello: { ...pass, Result: "Hello World!" } }), { a: 1 }).start();
    expect(carried.lines).toEqual([
      "1 <- 0 ExecutionStarted",
      "2 <- 0 PassStateEntered",
      "3 <- 2 PassStateExited",
      "4 <- 3 ExecutionSucceeded",
    ]);
    expect(carried.execution).toMatchObject({ status: "SUCCEEDED", output: '"Hello World!"', stopDate: carried.now });
    expect(carried.effects).toEqual([]);
  });

  it("keeps the text of an input that passes unchanged", () => {
    const carried = new Carried(machine({ A: { Type: "Pass", Next: "B" }, B: { Type: "Succeed" } }));
    Object.assign(carried.execution, { inputText: '{ "n" : 1.10 }' });
    carried.start();
    expect(carried.execution.output).toBe('{ "n" : 1.10 }');
  });

  it("fails where no choice matches, and says in which state", () => {
    const choice = { Type: "Choice", Choices: [{ Variable: "$.a", NumericEquals: 2, Next: "B" }] };
    const carried = new Carried(machine({ A: choice, B: pass }), { a: 1 }).start();
    expect(carried.lines.at(-1)).toBe("3 <- 2 ExecutionFailed");
    expect(carried.execution.error).toBe("States.Runtime");
    expect(carried.execution.cause).toMatch(
      /^An error occurred while executing the state 'A' \(entered at the event id #2\)\. /,
    );
  });

  it("fails with the error and cause of a Fail state", () => {
    const carried = new Carried(machine({ F: { Type: "Fail", Error: "E", Cause: "C" } })).start();
    expect(carried.lines.at(-1)).toBe("3 <- 2 ExecutionFailed");
    expect(carried.details("ExecutionFailed")).toEqual({ error: "E", cause: "C" });
  });

  it("fails at an output over the limit of 262,144 bytes", () => {
    const carried = new Carried(machine({ A: { ...pass, Result: "é".repeat(131_072) } })).start();
    expect(carried.lines.at(-1)).toBe("3 <- 2 ExecutionFailed");
    expect(carried.details("ExecutionFailed")).toEqual({
      error: "States.DataLimitExceeded",
      cause: "The state/task 'A' returned a result with a size exceeding the maximum number of bytes service limit.",
    });
    expect(new Carried(machine({ A: { ...pass, Result: "é".repeat(131_071) } })).start().execution.status).toBe(
      "SUCCEEDED",
    );
  });

  it("ends an endless loop with event 25,000, in turns that let others run", () => {
    const carried = new Carried(
      machine({
        A: { Type: "Choice", Choices: [{ Variable: "$.stop", IsPresent: true, Next: "B" }], Default: "A" },
        B: pass,
      }),
    ).start();
    let turns = 1;
    while (carried.execution.status === "RUNNING") {
      expect(carried.effects.pop()).toEqual({ kind: "continue" });
      carried.give({ kind: "turn" });
      turns += 1;
    }
    expect(turns).toBeGreaterThan(5);
    expect(carried.lines.at(-1)).toBe("25000 <- 24999 ExecutionFailed");
    expect(carried.history).toHaveLength(25_000);
    expect(carried.execution.cause).toBe("The execution reached the maximum number of history events (25000).");
  });
});

describe("Wait", () => {
  it("waits until its time and not before", () => {
    const carried = new Carried(machine({ W: { Type: "Wait", Seconds: 10, End: true } })).start();
    expect(dueAt(carried.execution, carried.branch())).toBe(carried.now + 10_000);
    carried.now += 9_999;
    carried.give({ kind: "due", branchId: 0 });
    expect(carried.execution.status).toBe("RUNNING");
    carried.wake();
    expect(carried.lines.slice(2)).toEqual(["3 <- 2 WaitStateExited", "4 <- 3 ExecutionSucceeded"]);
  });

  it("does not wait for a time that has passed", () => {
    const wait = { Type: "Wait", Timestamp: "2020-01-01T00:00:00Z", End: true };
    expect(new Carried(machine({ W: wait })).start().execution.status).toBe("SUCCEEDED");
  });
});

describe("Retry and Catch", () => {
  const failing = { StartAt: "F", States: { F: { Type: "Fail", Error: "E" } } };

  it("waits longer before every attempt, up to the longest delay, and then fails", () => {
    const retry = [{ ErrorEquals: ["E"], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 3, MaxDelaySeconds: 10 }];
    const carried = new Carried(machine({ P: { Type: "Parallel", Branches: [failing], Retry: retry, End: true } }));
    carried.start();
    const delays: number[] = [];
    while (carried.execution.status === "RUNNING") {
      const { waiting } = carried.branch("P");
      if (waiting.kind === "retry") delays.push(waiting.until - carried.now);
      carried.wake();
    }
    expect(delays).toEqual([2000, 6000, 10_000]);
    expect(carried.lines.slice(1, 6)).toEqual([
      "2 <- 0 ParallelStateEntered",
      "3 <- 2 ParallelStateStarted",
      "4 <- 3 FailStateEntered",
      "5 <- 4 ParallelStateStarted",
      "6 <- 5 FailStateEntered",
    ]);
    expect(carried.lines.slice(-2)).toEqual(["11 <- 10 ParallelStateFailed", "12 <- 11 ExecutionFailed"]);
  });

  it("draws the delay where the jitter is FULL", () => {
    const retry = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 8, JitterStrategy: "FULL" }];
    const carried = new Carried(machine({ P: { Type: "Parallel", Branches: [failing], Retry: retry, End: true } }));
    carried.random = 0.25;
    carried.start();
    expect(carried.branch("P").waiting).toEqual({ kind: "retry", until: carried.now + 2000 });
  });

  it("counts each retrier for itself and does not retry what MaxAttempts 0 names", () => {
    const retry = [
      { ErrorEquals: ["Other"], MaxAttempts: 5 },
      { ErrorEquals: ["E"], MaxAttempts: 0 },
      { ErrorEquals: ["States.ALL"], MaxAttempts: 5 },
    ];
    const carried = new Carried(machine({ P: { Type: "Parallel", Branches: [failing], Retry: retry, End: true } }));
    expect(carried.start().execution.status).toBe("FAILED");
  });

  it("goes to what catches the error, with the error in its input", () => {
    const caught = { ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "Z" };
    const parallel = { Type: "Parallel", Branches: [failing], Catch: [caught], Next: "Z" };
    const carried = new Carried(machine({ P: parallel, Z: pass }), { a: 1 }).start();
    expect(carried.lines.slice(4, 7)).toEqual([
      "5 <- 4 ParallelStateFailed",
      "6 <- 5 ParallelStateExited",
      "7 <- 6 PassStateEntered",
    ]);
    expect(JSON.parse(carried.execution.output ?? "")).toEqual({ a: 1, error: { Error: "E", Cause: "" } });
  });

  it("lets nothing catch States.Runtime", () => {
    const broken = { StartAt: "B", States: { B: { ...pass, InputPath: "$.missing" } } };
    const catchers = [
      { ErrorEquals: ["States.Runtime"], Next: "Z" },
      { ErrorEquals: ["States.ALL"], Next: "Z" },
    ];
    const parallel = { Type: "Parallel", Branches: [broken], Catch: catchers, Next: "Z" };
    const { execution } = new Carried(machine({ P: parallel, Z: pass })).start();
    expect(execution).toMatchObject({ status: "FAILED", error: "States.Runtime" });
  });
});

describe("Map", () => {
  const processor = (state: object) => ({ StartAt: "I", States: { I: { ...state, End: true } } });

  it("links its events as the service does", () => {
    const map = { Type: "Map", MaxConcurrency: 1, ItemProcessor: processor({ Type: "Pass" }), End: true };
    expect(new Carried(machine({ M: map }), [1, 2]).start().lines).toEqual([
      "1 <- 0 ExecutionStarted",
      "2 <- 0 MapStateEntered",
      "3 <- 2 MapStateStarted",
      "4 <- 3 MapIterationStarted",
      "5 <- 4 PassStateEntered",
      "6 <- 5 PassStateExited",
      "7 <- 6 MapIterationSucceeded",
      "8 <- 6 MapIterationStarted",
      "9 <- 8 PassStateEntered",
      "10 <- 9 PassStateExited",
      "11 <- 10 MapIterationSucceeded",
      "12 <- 11 MapStateSucceeded",
      "13 <- 11 MapStateExited",
      "14 <- 13 ExecutionSucceeded",
    ]);
  });

  it("keeps the order of the items whatever order they end in, and runs at most MaxConcurrency of them", () => {
    const wait = { Type: "Wait", SecondsPath: "$" };
    const map = { Type: "Map", MaxConcurrency: 2, ItemProcessor: processor(wait), End: true };
    const carried = new Carried(machine({ M: map }), [30, 10, 20]).start();
    while (carried.execution.status === "RUNNING") {
      const waiting = [...carried.execution.branches.values()].filter((branch) => branch.waiting.kind === "time");
      expect(waiting.length).toBeLessThanOrEqual(2);
      const times = waiting.map((branch) => dueAt(carried.execution, branch) ?? 0);
      const first = waiting[times.indexOf(Math.min(...times))];
      if (first !== undefined) carried.wake(first);
    }
    expect(carried.execution.output).toBe("[30,10,20]");
  });

  it("ends at once without items", () => {
    const map = { Type: "Map", ItemProcessor: processor({ Type: "Pass" }), End: true };
    const carried = new Carried(machine({ M: map }), []).start();
    expect(carried.execution.output).toBe("[]");
    expect(carried.lines.slice(2, 5)).toEqual([
      "3 <- 2 MapStateStarted",
      "4 <- 3 MapStateSucceeded",
      "5 <- 3 MapStateExited",
    ]);
  });

  it("aborts the other iterations where one fails", () => {
    const choice = { Type: "Choice", Choices: [{ Variable: "$", NumericEquals: 2, Next: "F" }], Default: "W" };
    const states = { C: choice, F: { Type: "Fail", Error: "Two" }, W: { Type: "Wait", Seconds: 60, End: true } };
    const map = { Type: "Map", ItemProcessor: { StartAt: "C", States: states }, End: true };
    const carried = new Carried(machine({ M: map }), [1, 2]).start();
    expect(carried.execution).toMatchObject({ status: "FAILED", error: "Two" });
    expect(carried.history.slice(-5).map(({ type }) => type)).toEqual([
      "MapIterationFailed",
      "WaitStateAborted",
      "MapIterationAborted",
      "MapStateFailed",
      "ExecutionFailed",
    ]);
  });

  it("goes on from what the store keeps of it", () => {
    const map = { Type: "Map", MaxConcurrency: 1, ItemProcessor: processor({ Type: "Wait", Seconds: 5 }), End: true };
    const carried = new Carried(machine({ M: map }), ["a", "b", "c"]).start();
    carried.wake(carried.branch("I"));
    const { execution } = carried;
    const rows = [...execution.branches.values()].map((branch) => branchRow(execution, branch, undefined));
    execution.branches.clear();
    for (const row of rows) execution.branches.set(row.id, readBranch(row));
    rebuildProgress(execution);
    while (execution.status === "RUNNING") {
      const next = [...execution.branches.values()].find(({ waiting }) => waiting.kind === "time");
      if (next === undefined) throw new Error("nothing runs");
      carried.wake(next);
    }
    expect(execution.output).toBe('["a","b","c"]');
  });
});

describe("tasks", () => {
  it("calls a function and takes its result", () => {
    const task = { Type: "Task", Resource: lambda, ResultPath: "$.out", End: true };
    const carried = new Carried(machine({ T: task }), { in: 1 }).start();
    const { branchId, attempt, parameters } = carried.call;
    expect(parameters).toEqual({ in: 1 });
    expect(carried.give({ kind: "callReturned", branchId, attempt, output: '{"x":2}' }).accepted).toBe(true);
    expect(carried.lines.slice(2)).toEqual([
      "3 <- 2 LambdaFunctionScheduled",
      "4 <- 3 LambdaFunctionStarted",
      "5 <- 4 LambdaFunctionSucceeded",
      "6 <- 5 TaskStateExited",
      "7 <- 6 ExecutionSucceeded",
    ]);
    expect(carried.execution.output).toBe('{"in":1,"out":{"x":2}}');
  });

  it("takes no result that comes too late", () => {
    const task = {
      Type: "Task",
      Resource: lambda,
      TimeoutSeconds: 5,
      Retry: [{ ErrorEquals: ["States.Timeout"] }],
      End: true,
    };
    const carried = new Carried(machine({ T: task })).start();
    const { branchId, attempt } = carried.call;
    carried.now += 5000;
    carried.give({ kind: "due", branchId });
    expect(carried.lines.at(-1)).toBe("5 <- 4 LambdaFunctionTimedOut");
    expect(carried.effects).toContainEqual({ kind: "cancel", attempt });
    expect(carried.give({ kind: "callReturned", branchId, attempt, output: "1" }).accepted).toBe(false);
    carried.wake();
    expect(carried.give({ kind: "callReturned", branchId, attempt, output: "1" }).accepted).toBe(false);
    expect(carried.call.attempt).toBe(6);
    expect(carried.give({ kind: "callReturned", branchId, attempt: 6, output: "1" }).accepted).toBe(true);
    expect(carried.execution.output).toBe("1");
  });

  it("counts the retries in the context object", () => {
    const task = {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Parameters: { FunctionName: "f", Payload: { "n.$": "$$.State.RetryCount" } },
      Retry: [{ ErrorEquals: ["States.TaskFailed"] }],
      End: true,
    };
    const carried = new Carried(machine({ T: task })).start();
    carried.give({ kind: "callFailed", branchId: 0, attempt: carried.call.attempt, error: "Boom", cause: "c" });
    carried.wake();
    expect(carried.call.parameters).toEqual({ FunctionName: "f", Payload: { n: 1 } });
    expect(carried.details("TaskFailed")).toEqual({
      resourceType: "lambda",
      resource: "invoke",
      error: "Boom",
      cause: "c",
    });
  });

  it("waits for the holder of the token, whose word counts before the call has returned too", () => {
    const task = {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
      Parameters: { FunctionName: "f", Payload: { "token.$": "$$.Task.Token" } },
      End: true,
    };
    for (const returnsFirst of [true, false]) {
      const carried = new Carried(machine({ T: task })).start();
      const { attempt, taskToken, parameters } = carried.call;
      expect(parameters).toEqual({ FunctionName: "f", Payload: { token: taskToken } });
      if (returnsFirst) {
        carried.give({ kind: "callReturned", branchId: 0, attempt, output: '{"StatusCode":200}' });
        expect(carried.lines.at(-1)).toBe("5 <- 4 TaskSubmitted");
      }
      const token = tokenOf(taskToken);
      expect(carried.give({ kind: "taskSucceeded", token: { ...token, nonce: "x" }, output: "1" }).accepted).toBe(
        false,
      );
      expect(carried.give({ kind: "taskSucceeded", token, output: '{"done":true}' }).accepted).toBe(true);
      expect(carried.give({ kind: "taskSucceeded", token, output: "2" }).accepted).toBe(false);
      expect(carried.execution.output).toBe('{"done":true}');
    }
  });

  it("hands an activity task to a worker, who must send heartbeats", () => {
    const task = { Type: "Task", Resource: activity, HeartbeatSeconds: 10, TimeoutSeconds: 60, End: true };
    const carried = new Carried(machine({ T: task }), { a: 1 });
    carried.activities.add(activity);
    carried.start();
    expect(carried.details("ActivityScheduled")).toMatchObject({ timeoutInSeconds: 60, heartbeatInSeconds: 10 });
    expect(dueAt(carried.execution, carried.branch())).toBe(carried.now + 60_000);
    const taken = carried.give({ kind: "taskTaken", branchId: 0, workerName: "w" }).effects[0];
    if (taken?.kind !== "taken") throw new Error("nothing was handed out");
    expect(taken.input).toBe('{"a":1}');
    expect(carried.give({ kind: "taskTaken", branchId: 0, workerName: "w2" }).accepted).toBe(false);
    const token = tokenOf(taken.taskToken);
    for (const _ of [1, 2, 3]) {
      carried.now += 9000;
      expect(carried.give({ kind: "heartbeat", token }).accepted).toBe(true);
    }
    carried.now += 10_000;
    carried.give({ kind: "due", branchId: 0 });
    expect(carried.lines.slice(-2)).toEqual(["5 <- 4 ActivityTimedOut", "6 <- 5 ExecutionFailed"]);
    expect(carried.details("ExecutionFailed")).toEqual({ error: "States.Timeout" });
    expect(carried.give({ kind: "heartbeat", token }).accepted).toBe(false);
  });

  it("fails where the activity does not exist", () => {
    const carried = new Carried(machine({ T: { Type: "Task", Resource: activity, End: true } })).start();
    expect(carried.execution.cause).toBe(
      `An error occurred while executing the state 'T' (entered at the event id #2). The activity ${activity} does not exist.`,
    );
  });

  it("fails a task whose result is too large, and that can be caught", () => {
    const task = {
      Type: "Task",
      Resource: lambda,
      Catch: [{ ErrorEquals: ["States.DataLimitExceeded"], Next: "Z" }],
      Next: "Z",
    };
    const carried = new Carried(machine({ T: task, Z: pass })).start();
    carried.give({ kind: "callReturned", branchId: 0, attempt: 3, output: `"${"x".repeat(262_143)}"` });
    expect(carried.lines.slice(4, 6)).toEqual(["5 <- 4 LambdaFunctionFailed", "6 <- 5 TaskStateExited"]);
    expect(carried.execution.status).toBe("SUCCEEDED");
  });
});

describe("the end of an execution from outside", () => {
  const task = { Type: "Task", Resource: lambda, End: true };

  it("comes when its TimeoutSeconds are over, to the second", () => {
    const carried = new Carried(machine({ T: task }, { TimeoutSeconds: 3 })).start();
    const start = carried.now;
    expect(dueAt(carried.execution, carried.branch())).toBe(start + 3000);
    carried.now += 3500;
    carried.give({ kind: "due", branchId: 0 });
    expect(carried.execution).toMatchObject({ status: "TIMED_OUT", stopDate: start + 3000, error: undefined });
    expect(carried.lines.at(-1)).toBe("5 <- 0 ExecutionTimedOut");
    expect(carried.effects.at(-1)).toEqual({ kind: "cancel", attempt: 3 });
  });

  it("comes when it is stopped, once", () => {
    const carried = new Carried(machine({ T: task })).start();
    expect(carried.give({ kind: "stopped", error: "E" }).accepted).toBe(true);
    expect(carried.give({ kind: "stopped" }).accepted).toBe(false);
    expect(carried.execution).toMatchObject({ status: "ABORTED", error: "E", cause: undefined });
    expect(carried.details("ExecutionAborted")).toEqual({ error: "E" });
  });
});

it("does the same for the same events", () => {
  const run = (): unknown => {
    const map = {
      Type: "Map",
      ItemProcessor: {
        StartAt: "T",
        States: { T: { Type: "Task", Resource: lambda, Retry: [{ ErrorEquals: ["E"] }], End: true } },
      },
      End: true,
    };
    const carried = new Carried(machine({ M: map }), [1, 2, 3]).start();
    for (const effect of [...carried.effects]) {
      if (effect.kind !== "invoke") continue;
      carried.give({ kind: "callFailed", branchId: effect.branchId, attempt: effect.attempt, error: "E" });
      carried.wake([...carried.execution.branches.values()].find(({ id }) => id === effect.branchId));
    }
    return [carried.history, carried.effects, [...carried.execution.branches.values()]];
  };
  expect(run()).toEqual(run());
});
