import { expect, test } from "vitest";
import type { HistoryEvent } from "../src/history-event.js";
import { stepReader } from "../src/step.js";

/** Events in short: type, the event before, and the member that tells them apart. */
type Short = readonly [type: string, previousEventId: number, details?: Readonly<Record<string, unknown>>];

function stepsOf(...events: readonly Short[]): string[] {
  const read = stepReader();
  return events.flatMap(([type, previousEventId, details], index) => {
    const event: HistoryEvent = {
      id: index + 1,
      previousEventId,
      timestamp: new Date(index * 10),
      type,
      ...(details === undefined ? {} : { someEventDetails: details }),
    };
    const step = read(event);
    if (step === undefined) return [];
    const iteration = step.iteration === undefined ? "" : `#${step.iteration}`;
    const more = [step.milliseconds, step.error].filter((part) => part !== undefined).join(" ");
    return [`${"  ".repeat(step.depth)}${step.kind} ${step.state}${iteration} ${step.type} ${more}`.trimEnd()];
  });
}

test("a state is left after it was entered, with the time between", () => {
  expect(
    stepsOf(
      ["ExecutionStarted", 0],
      ["PassStateEntered", 0, { name: "A" }],
      ["PassStateExited", 2, { name: "A" }],
      ["ExecutionSucceeded", 3],
    ),
  ).toEqual(["entered A Pass", "left A Pass 10"]);
});

test("a failed attempt belongs to its task, also when it is tried again", () => {
  expect(
    stepsOf(
      ["ExecutionStarted", 0],
      ["TaskStateEntered", 0, { name: "Call" }],
      ["TaskScheduled", 2],
      ["TaskStarted", 3],
      ["TaskFailed", 4, { error: "Busy", cause: "Later" }],
      ["TaskScheduled", 5],
      ["TaskTimedOut", 6, { error: "States.Timeout" }],
      ["TaskStateExited", 7, { name: "Call" }],
      ["PassStateEntered", 8, { name: "Next" }],
    ),
  ).toEqual([
    "entered Call Task",
    "failed Call Task Busy",
    "failed Call Task States.Timeout",
    "left Call Task 60",
    "entered Next Pass",
  ]);
});

test("states of branches and iterations stand inside, whatever order their events come in", () => {
  expect(
    stepsOf(
      ["ExecutionStarted", 0],
      ["ParallelStateEntered", 0, { name: "Both" }],
      ["ParallelStateStarted", 2],
      ["MapStateEntered", 3, { name: "Each" }],
      ["MapStateStarted", 4, { length: 2 }],
      ["PassStateEntered", 3, { name: "Side" }],
      ["MapIterationStarted", 5, { name: "Each", index: 0 }],
      ["MapIterationStarted", 5, { name: "Each", index: 1 }],
      ["PassStateEntered", 8, { name: "First" }],
      ["PassStateExited", 6, { name: "Side" }],
      ["PassStateExited", 9, { name: "First" }],
      ["PassStateEntered", 11, { name: "Second" }],
      ["PassStateExited", 12, { name: "Second" }],
      ["MapIterationSucceeded", 13, { name: "Each", index: 1 }],
      ["MapStateSucceeded", 14],
      ["MapStateExited", 15, { name: "Each" }],
      ["ParallelStateSucceeded", 16],
      ["ParallelStateExited", 17, { name: "Both" }],
      ["PassStateEntered", 18, { name: "After" }],
    ),
  ).toEqual([
    "entered Both Parallel",
    "  entered Each Map",
    "  entered Side Pass",
    "    entered First#1 Pass",
    "  left Side Pass 40",
    "    left First#1 Pass 20",
    "    entered Second#1 Pass",
    "    left Second#1 Pass 10",
    "  left Each Map 120",
    "left Both Parallel 160",
    "entered After Pass",
  ]);
});

test("a parallel state in a parallel state may fail, be tried again and be caught", () => {
  expect(
    stepsOf(
      ["ExecutionStarted", 0],
      ["ParallelStateEntered", 0, { name: "Outer" }],
      ["ParallelStateStarted", 2],
      ["ParallelStateEntered", 3, { name: "Inner" }],
      ["ParallelStateStarted", 4],
      ["FailStateEntered", 5, { name: "No" }],
      ["ParallelStateFailed", 6],
      ["ParallelStateFailed", 7],
      ["ParallelStateExited", 8, { name: "Outer" }],
      ["PassStateEntered", 9, { name: "Caught" }],
    ),
  ).toEqual([
    "entered Outer Parallel",
    "  entered Inner Parallel",
    "    entered No Fail",
    "left Outer Parallel 70",
    "entered Caught Pass",
  ]);
  expect(
    stepsOf(
      ["ExecutionStarted", 0],
      ["MapStateEntered", 0, { name: "Each" }],
      ["MapStateStarted", 2, { length: 1 }],
      ["MapIterationStarted", 3, { name: "Each", index: 0 }],
      ["FailStateEntered", 4, { name: "No" }],
      ["MapIterationFailed", 5, { name: "Each", index: 0 }],
      ["MapStateStarted", 5, { length: 1 }],
      ["MapIterationStarted", 7, { name: "Each", index: 0 }],
      ["FailStateEntered", 8, { name: "No" }],
    ),
  ).toEqual(["entered Each Map", "  entered No#0 Fail", "  entered No#0 Fail"]);
});
