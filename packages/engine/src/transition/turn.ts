import type { Json, Program, Scope, State } from "@pawl/asl";
import type { Branch, EvaluationResults, Execution } from "../execution.js";
import { type HistoryEvent, MAX_HISTORY_EVENTS } from "../history/history-event.js";
import type { MapRunRecord } from "../map-run-record.js";
import type { Effect } from "./effect.js";
import type { StageEvaluations, StepBudget } from "./evaluations.js";
import { type ScopeExtra, StateScope } from "./state-scope.js";

/** What a transition reads besides its arguments. Everything here is deterministic for one event. */
export interface Facts {
  /** The event's time. */
  readonly now: number;
  /** A number in [0, 1). */
  random(): number;
  uuid(): string;
  activityExists(arn: string): boolean;
  /** True where the mock configuration answers the calls of the state in the execution's test case. */
  isMocked(execution: Execution, state: string): boolean;
}

/**
 * The working set of one transition: the execution it may change, and what comes of it. Nothing here is visible outside
 * before the whole is committed.
 */
export interface Turn {
  readonly program: Program;
  readonly execution: Execution;
  readonly facts: Facts;
  readonly events: HistoryEvent[];
  readonly effects: Effect[];
  /** Of the inputs and outputs in the events. */
  characters: number;
  /** Branches to write, and ids of branches to delete. */
  readonly changed: Set<Branch>;
  readonly deleted: number[];
  /** What is at hand for the expressions of the stage that is being run. */
  results: EvaluationResults;
  /** Of all its expressions. */
  readonly steps: StepBudget;
  /** Made from the results at first use: most stages have no expression that needs it. */
  evaluations: StageEvaluations | undefined;
  /** Branches that have a state to enter. */
  readonly ready: Branch[];
  /** Children that were removed for a failure, or for an output, of which it is not known yet whether it ends the execution. */
  readonly fallen: Branch[];
  /** What the execution, which has ended without success, leaves for a redrive. */
  kept: readonly Branch[];
  /** Map runs that began, changed or ended; the last record of each is the one to keep. Absent where there is none. */
  mapRuns?: MapRunRecord[];
}

/** Thrown where the next event would be the last one that a history can hold. */
export const historyIsFull = Symbol("the history is full");

/** Appends an event and returns its id. */
export function record(
  turn: Turn,
  previousEventId: number,
  type: string,
  detailsKey?: string,
  details?: object,
): number {
  const { execution } = turn;
  const id = execution.lastEventId + 1;
  // The history of an express execution, which nobody keeps, has no end.
  if (id >= MAX_HISTORY_EVENTS && execution.status === "RUNNING" && execution.type === "STANDARD") throw historyIsFull;
  execution.lastEventId = id;
  turn.events.push({ timestamp: turn.facts.now / 1000, type, id, previousEventId, detailsKey, details });
  return id;
}

/** Appends an event of a branch: it follows the branch's last one, and the branch's next one follows it. */
export function recordIn(turn: Turn, branch: Branch, type: string, detailsKey?: string, details?: object): number {
  branch.previousEventId = record(turn, branch.previousEventId, type, detailsKey, details);
  return branch.previousEventId;
}

export function stateOf(turn: Turn, branch: Branch): State {
  const state = turn.program.states.get(branch.state);
  if (state === undefined) throw new Error(`${turn.execution.arn}: no state '${branch.state}' in its definition`);
  return state;
}

/** What the expressions of the branch's state see. */
export function scopeOf(turn: Turn, branch: Branch, extra: ScopeExtra = NO_EXTRA): Scope {
  return new StateScope(turn, branch, extra);
}

const NO_EXTRA: ScopeExtra = {};

/** The item that an ItemSelector is evaluated for. */
export interface MapItem {
  readonly index: number;
  readonly value: Json;
  /** Its name, where the items are the members of an object. */
  readonly key?: string | undefined;
  /** Where it comes from, in distributed mode. */
  readonly source?: string;
}
