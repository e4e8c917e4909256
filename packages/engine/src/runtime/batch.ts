import type { Branch } from "../execution.js";
import { type HistoryEvent, printEvents } from "../history/history-event.js";
import type { ExecutionChange, HistoryChunk } from "../store/store.js";
import type { Effect } from "../transition/effect.js";
import type { ExecutionEvent } from "../transition/event.js";
import type { Change } from "../transition/transition.js";
import { branchRow } from "./branch-data.js";
import type { LiveExecution } from "./live-execution.js";

/**
 * What goes into one commit: the changes of any number of executions, and what is to be done when they are durable.
 */
export class Batch {
  readonly #pending = new Map<LiveExecution, Pending>();
  readonly #posted: Posted[] = [];

  get isEmpty(): boolean {
    return this.#posted.length === 0;
  }

  get executions(): Iterable<LiveExecution> {
    return this.#pending.keys();
  }

  /** What was posted, in order. */
  get posted(): readonly Posted[] {
    return this.#posted;
  }

  add(live: LiveExecution, change: Change, posted: Posted): void {
    this.#posted.push(posted);
    let pending = this.#pending.get(live);
    if (pending === undefined) {
      pending = { events: [], effects: [], changed: new Set(), deleted: [] };
      this.#pending.set(live, pending);
      live.batches += 1;
    }
    for (const event of change.events) pending.events.push(event);
    for (const effect of change.effects) pending.effects.push(effect);
    for (const branch of change.changed) pending.changed.add(branch);
    for (const id of change.deleted) pending.deleted.push(id);
  }

  /** The rows to write. Reads the executions as they are now, so it is called when no more is added. */
  changes(): { executions: ExecutionChange[]; deletedExecutions: number[] } {
    const executions: ExecutionChange[] = [];
    const deletedExecutions: number[] = [];
    for (const [live, pending] of this.#pending) {
      if (live.execution.type === "EXPRESS") expressChange(live, executions, deletedExecutions);
      else executions.push(standardChange(live, pending));
    }
    return { executions, deletedExecutions };
  }

  *effects(): Iterable<[LiveExecution, Effect]> {
    for (const [live, { effects }] of this.#pending) {
      for (const effect of effects) yield [live, effect];
    }
  }
}

interface Pending {
  readonly events: HistoryEvent[];
  readonly effects: Effect[];
  readonly changed: Set<Branch>;
  readonly deleted: number[];
}

/** One event that was posted, and who waits for it to be durable. */
export interface Posted {
  readonly executionId: number;
  readonly event: ExecutionEvent;
  readonly change: Change;
  readonly resolve: (change: Change) => void;
  readonly reject: (error: unknown) => void;
}

function standardChange(live: LiveExecution, { events, changed, deleted }: Pending): ExecutionChange {
  const { execution } = live;
  const { id } = execution;
  const ended = execution.status !== "RUNNING";
  const branches = [];
  for (const branch of changed) {
    if (execution.branches.get(branch.id) !== branch) continue;
    branches.push(branchRow(execution, branch, live.activityOf(branch)));
    branch.stored = true;
  }
  const history = chunk(events);
  const isNew = !live.stored;
  live.stored = true;
  return {
    id,
    ...(isNew ? { insert: live.row() } : ended ? { update: live.row() } : {}),
    ...(history === undefined ? {} : { history }),
    ...(branches.length === 0 ? {} : { branches }),
    ...(ended ? (isNew ? {} : { deletedBranches: "all" }) : deleted.length === 0 ? {} : { deletedBranches: deleted }),
  };
}

function chunk(events: readonly HistoryEvent[]): HistoryChunk | undefined {
  const first = events[0];
  const last = events.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return { firstEventId: first.id, lastEventId: last.id, events: printEvents(events) };
}

/**
 * An express execution keeps no steps: while it runs the store holds only that it was accepted, so that the next process
 * starts it again; when it has ended, nothing.
 */
function expressChange(live: LiveExecution, executions: ExecutionChange[], deletedExecutions: number[]): void {
  const { execution } = live;
  if (execution.status !== "RUNNING") {
    if (live.stored) deletedExecutions.push(execution.id);
  } else if (!live.stored) {
    executions.push({
      id: execution.id,
      insert: live.row(),
      branches: [{ id: 0, data: "null", dueAt: null, activityArn: null, restart: true }],
    });
    live.stored = true;
  }
}
