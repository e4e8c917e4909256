import type { Branch } from "../execution.js";
import { HistoryText } from "../history/event-text.js";
import type { HistoryEvent } from "../history/history-event.js";
import { type MapRunRecord, mapRunRow } from "../map-run-record.js";
import type { ExecutionChange, Removal } from "../store/store.js";
import type { Effect } from "../transition/effect.js";
import type { Change } from "../transition/transition.js";
import { branchRow, keptRow } from "./branch-data.js";
import { type JobStop, jobStopOf, jobStopRow } from "./job-stop.js";
import type { LiveExecution } from "./live-execution.js";

/**
 * What goes into one commit: the changes of any number of executions, and what is to be done when they are durable.
 */
export class Batch {
  readonly #entries = new Map<LiveExecution, Entry>();
  /** Old executions that leave with it, and who waits for that. */
  removal: PostedRemoval | undefined;
  /** Resolves when the batch is durable, or undone. */
  readonly settled: Promise<void>;
  #settle: () => void = () => {};

  constructor() {
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0 && this.removal === undefined;
  }

  /** How many events were posted to it: counted when asked for. */
  get postedEvents(): number {
    let count = 0;
    for (const { posted } of this.#entries.values()) count += posted.length;
    return count;
  }

  get entries(): Iterable<[LiveExecution, Entry]> {
    return this.#entries;
  }

  /** @param observed whether its events are asked for when they are durable: {@link Entry.events} */
  add(live: LiveExecution, change: Change, observed: boolean, posted: Posted): void {
    let entry = this.#entries.get(live);
    if (entry === undefined) {
      entry = newEntry();
      this.#entries.set(live, entry);
      live.batches += 1;
    }
    if (observed) for (const event of change.events) entry.events.push(event);
    if (live.execution.type === "STANDARD") addHistory(entry, change.events);
    for (const effect of change.effects) {
      entry.effects.push(effect);
      if (effect.kind === "cancel" && effect.job !== undefined) {
        entry.jobStops ??= [];
        entry.jobStops.push(jobStopOf(live.execution, effect.job));
      }
    }
    for (const branch of change.changed) entry.changed.add(branch);
    for (const id of change.deleted) entry.deleted.push(id);
    if (change.accepted) entry.kept = change.kept;
    for (const record of change.mapRuns) {
      entry.mapRuns ??= new Map();
      entry.mapRuns.set(record.mapRunArn, record);
    }
    entry.posted.push(posted);
  }

  /** Takes over what another batch held of an express execution, which has no rows for its steps. */
  keep(live: LiveExecution, { events, effects, posted }: Entry): void {
    const entry = this.#entries.get(live);
    if (entry === undefined) {
      this.#entries.set(live, { ...newEntry(), events, effects, posted });
      return;
    }
    live.batches -= 1;
    // No row holds them, but they are logged.
    entry.events.push(...events);
    entry.effects.push(...effects);
    entry.posted.push(...posted);
  }

  /**
   * The rows to write. Reads the executions as they are now, so it is called when no more is added. An execution of which no
   * rows can be made leaves the batch: it must not keep the others from being written.
   */
  changes(): Rows {
    const rows: Rows = { executions: [], deletedExecutions: [], unwritable: [] };
    for (const [live, entry] of this.#entries) {
      try {
        entry.ended = live.execution.status !== "RUNNING";
        if (live.execution.type === "EXPRESS") expressChange(live, rows);
        else standardChange(live, entry, rows);
      } catch (error) {
        this.#entries.delete(live);
        rows.unwritable.push([live, entry, error]);
      }
    }
    return rows;
  }

  /** The batch is durable, or undone. */
  settle(): void {
    this.#settle();
  }
}

export interface Rows {
  readonly executions: ExecutionChange[];
  readonly deletedExecutions: number[];
  readonly unwritable: [LiveExecution, Entry, error: unknown][];
}

/** What a batch holds of one execution. */
export interface Entry {
  /** Those of an execution that is logged or traced; else none. */
  readonly events: HistoryEvent[];
  /** What its history grows by, where it has one. */
  history?: HistoryText;
  /** Why its history cannot be printed. */
  unprintable?: unknown;
  readonly effects: Effect[];
  readonly changed: Set<Branch>;
  readonly deleted: number[];
  /** What an execution that has ended without success leaves. */
  kept: readonly Branch[];
  /** The last records of map runs that changed; absent where there are none. */
  mapRuns?: Map<string, MapRunRecord>;
  /** Jobs that are to be stopped; absent where there are none. */
  jobStops?: JobStop[];
  /** What was posted, in order. */
  readonly posted: Posted[];
  /** True where the rows of the batch hold the execution's end. */
  ended: boolean;
}

export interface PostedRemoval {
  readonly removal: Removal;
  readonly resolve: (done: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** One event that was posted, and who waits for it to be durable. */
export interface Posted {
  readonly outcome: Outcome;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/** What whoever posted an event is told of the change. Not the whole of it: its events would stay in memory until the commit. */
export type Outcome = Pick<Change, "accepted" | "effects">;

function newEntry(): Entry {
  return { events: [], effects: [], changed: new Set(), deleted: [], kept: [], posted: [], ended: false };
}

function standardChange(live: LiveExecution, entry: Entry, { executions }: Rows): void {
  const { execution } = live;
  const { id } = execution;
  const { changed, deleted, kept, ended } = entry;
  if ("unprintable" in entry) throw entry.unprintable;
  const branches = kept.map((branch) => keptRow(execution, branch));
  for (const branch of changed) {
    if (execution.branches.get(branch.id) !== branch) continue;
    branches.push(branchRow(execution, branch, live.activityOf(branch)));
    branch.stored = true;
  }
  const history = entry.history?.chunk;
  const isNew = !live.stored;
  // An event that came too late changes nothing.
  if (!isNew && history === undefined && branches.length === 0 && deleted.length === 0) return;
  const change: { -readonly [Member in keyof ExecutionChange]: ExecutionChange[Member] } = { id };
  if (isNew) change.insert = live.row();
  else if (ended || live.isRedriven) change.update = live.row();
  live.isRedriven = false;
  if (history !== undefined) change.history = history;
  if (branches.length > 0) change.branches = branches;
  if (entry.mapRuns !== undefined) {
    change.mapRuns = [...entry.mapRuns.values()].map((record) => mapRunRow(id, record));
  }
  if (entry.jobStops !== undefined) change.jobStops = entry.jobStops.map(jobStopRow);
  if (ended) {
    if (!isNew) change.deletedBranches = "all";
  } else if (deleted.length > 0) {
    change.deletedBranches = deleted;
  }
  executions.push(change);
}

/**
 * Printed at once, not when the commit begins: the events of a transition are garbage when it ends, and the young generation's
 * collections copy only what lives.
 */
function addHistory(entry: Entry, events: readonly HistoryEvent[]): void {
  if (events.length === 0) return;
  try {
    entry.history ??= new HistoryText();
    entry.history.add(events);
  } catch (error) {
    // The others of the commit must not suffer from a text that is too long.
    entry.unprintable = error;
  }
}

/**
 * An express execution keeps no steps: while it runs the store holds only that it was accepted, so that the next process
 * starts it again; when it has ended, nothing, or what came of it where it is the child of a map run.
 */
function expressChange(live: LiveExecution, { executions, deletedExecutions }: Rows): void {
  const { execution } = live;
  if (execution.status !== "RUNNING" && live.mapRunArn !== null) {
    const row = live.row();
    executions.push(
      live.stored ? { id: execution.id, update: row, deletedBranches: "all" } : { id: execution.id, insert: row },
    );
  } else if (execution.status !== "RUNNING") {
    if (live.stored) deletedExecutions.push(execution.id);
  } else if (!live.stored) {
    executions.push({
      id: execution.id,
      insert: live.row(),
      branches: [{ id: 0, data: "null", dueAt: null, activityArn: null, restart: true }],
    });
  }
}
