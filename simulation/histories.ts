import type { Definition, State } from "./machines.js";

/** An event of a history, as the API gives it. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: number;
  readonly type: string;
  readonly stateEnteredEventDetails?: { readonly name: string; readonly input: string };
  readonly stateExitedEventDetails?: { readonly name: string; readonly output?: string };
}

const ENDS = ["ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"];

/** What is wrong with the form of a history. */
export function faultsOfHistory(events: readonly HistoryEvent[], status: string, redrives: number): string[] {
  const faults: string[] = [];
  events.forEach(({ id, previousEventId, type }, index) => {
    if (id !== index + 1) faults.push(`event ${index + 1} has the id ${id}`);
    if (previousEventId < 0 || previousEventId >= id) faults.push(`event ${id} follows ${previousEventId}`);
    if ((type === "ExecutionStarted") !== (index === 0)) faults.push(`event ${id} is ${type}`);
  });
  if (events.length > 25_000) faults.push(`${events.length} events`);
  const ends = events.filter(({ type }) => ENDS.includes(type));
  const redriven = events.filter(({ type }) => type === "ExecutionRedriven");
  const expected = redriven.length + (status === "RUNNING" ? 0 : 1);
  if (ends.length !== expected) faults.push(`${ends.length} ends after ${redriven.length} redrives while ${status}`);
  if (redriven.length < redrives) faults.push(`${redrives} redrives were acknowledged, ${redriven.length} are there`);
  const last = events.at(-1)?.type ?? "nothing";
  if (status !== "RUNNING" && !ENDS.includes(last)) faults.push(`it ends with ${last}`);
  return faults;
}

/** Waits that ended before their time. */
export function earlyWakes(events: readonly HistoryEvent[], definition: Definition): string[] {
  const seconds = new Map<string, number>();
  for (const [name, state] of allStates(definition)) {
    if (state.Type === "Wait") seconds.set(name, Number(state.Seconds));
  }
  const faults: string[] = [];
  for (const event of events) {
    const name = event.stateExitedEventDetails?.name ?? "";
    if (event.type !== "WaitStateExited") continue;
    const entered = events[event.previousEventId - 1];
    const wait = seconds.get(name) ?? 0;
    // Timestamps are seconds with three digits after the point.
    if (entered !== undefined && event.timestamp - entered.timestamp < wait - 0.002) {
      faults.push(`${name} waited ${event.timestamp - entered.timestamp} of ${wait} seconds`);
    }
  }
  return faults;
}

function* allStates({ States }: Definition): Iterable<[string, State]> {
  for (const [name, state] of Object.entries(States)) {
    yield [name, state];
    for (const branch of (state.Branches as Definition[] | undefined) ?? []) yield* allStates(branch);
    if (state.ItemProcessor !== undefined) yield* allStates(state.ItemProcessor as Definition);
  }
}

/** True where the history tells of time that ran out, of a redrive or of a stop: then faults have left traces in it. */
export function isMarkedByFaults(events: readonly HistoryEvent[]): boolean {
  return events.some(({ type }) => /TimedOut|Redriven|Aborted/.test(type));
}

/**
 * The history without what faults may change: times, ids, and the order in which branches that run side by side wrote their events.
 * What each event followed stays. Two histories of the same run are equal texts.
 */
export function shapeOfHistory(events: readonly HistoryEvent[]): string {
  const shapes: string[] = [];
  const lines = events.map((event) => {
    const { type, previousEventId, stateEnteredEventDetails: entered, stateExitedEventDetails: exited } = event;
    const detail =
      entered === undefined ? exited && `${exited.name} ${exited.output}` : `${entered.name} ${entered.input}`;
    // Where a Map or a Parallel state goes on, or begins its next iteration, depends on which of its branches came last.
    const isJoin = /^(Parallel|Map)State(Succeeded|Exited|Failed)|^MapIterationStarted$|^MapRunSucceeded$/.test(type);
    const before = isJoin || previousEventId === 0 ? "" : (shapes[previousEventId - 1] ?? "?");
    const shape = type === "TaskSubmitted" ? before : `${type} ${detail ?? ""} < ${hash(before)}`;
    shapes.push(shape);
    // A callback may be quicker than the call that asked for it; then the call's return is not told.
    return type === "TaskSubmitted" ? "" : shape;
  });
  return lines
    .filter((line) => line !== "")
    .sort()
    .join("\n");
}

/** FNV-1a, 32 bits: keeps chains short. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return (value >>> 0).toString(36);
}
