import { randomUUID } from "node:crypto";
import type { ChildRedo } from "../execution.js";
import { nextRedrive, readRedrive, reasonAgainstRedrive } from "../redrive.js";
import type { ExecutionRow } from "../store/store.js";
import { timeOrderedUuid } from "../time-ordered-uuid.js";
import type { ChildrenStart, ChildStart } from "../transition/effect.js";
import { branchOf } from "../transition/map-run.js";
import type { LiveExecution, ParentPlace } from "./live-execution.js";
import type { MapRunHost } from "./map-run-host.js";

/** How children of map runs are started and begun once more. */
export class ChildStarts {
  readonly #host: MapRunHost;
  /** Ids of the children that were started here and run, by map run: the store may not know them yet. */
  readonly #running = new Map<string, Set<number>>();
  /** Redrives of children that are not durable yet, by the child's id. */
  readonly #redriving = new Map<number, Promise<void>>();
  /** Children that could not be stored and those after them, by map run: they are started in order. */
  readonly #waiting = new Map<string, Waiting>();
  /** Children whose start is not durable yet, by map run. */
  readonly #unstored = new Map<string, Unstored>();
  #closed = false;

  constructor(host: MapRunHost) {
    this.#host = host;
  }

  /** Starts children: those of one group are stored together, and none before one that comes before it. */
  start(live: LiveExecution, group: ChildrenStart): void {
    const waiting = this.#waiting.get(group.mapRunArn);
    for (const child of group.children) {
      if (waiting === undefined) this.#begin(live, group, child);
      else waiting.starts.push({ group, child });
    }
  }

  #begin(live: LiveExecution, group: ChildrenStart, child: ChildStart): void {
    const { mapRunArn, type } = group;
    const isRedriven = "executionId" in child && type === "STANDARD";
    const id = isRedriven ? child.executionId : this.#host.store.nextExecutionId();
    const running = this.#running.get(mapRunArn) ?? new Set();
    this.#running.set(mapRunArn, running.add(id));
    const unstored = this.#unstored.get(mapRunArn) ?? { children: 0 };
    unstored.children += 1;
    this.#unstored.set(mapRunArn, unstored);
    const started = isRedriven ? this.#redrive(live, group, child) : this.#create(live, group, child, id);
    started.then(
      () => this.#stored(mapRunArn, unstored),
      () => {
        this.#stored(mapRunArn, unstored);
        // It was not stored. A parent that was lost with it wishes again when it is read back.
        this.ended(mapRunArn, id);
        this.#startLater(live, group, child);
      },
    );
  }

  #stored(mapRunArn: string, unstored: Unstored): void {
    unstored.children -= 1;
    const { onRoom } = unstored;
    if (onRoom !== undefined && unstored.children <= UNSTORED_CHILDREN) {
      delete unstored.onRoom;
      onRoom();
    } else if (unstored.children === 0 && onRoom === undefined) {
      this.#unstored.delete(mapRunArn);
    }
  }

  #startLater(live: LiveExecution, group: ChildrenStart, child: ChildStart): void {
    const { clock, isLive } = this.#host;
    const { mapRunArn } = group;
    if (this.#closed) return;
    let waiting = this.#waiting.get(mapRunArn);
    if (waiting?.live !== live) {
      const later: Waiting = { live, starts: [] };
      waiting = later;
      this.#waiting.set(mapRunArn, later);
      clock.at(clock.now() + RETRY_MILLISECONDS, () => {
        if (this.#waiting.get(mapRunArn) !== later) return;
        this.#waiting.delete(mapRunArn);
        if (!isLive(live) || branchOf(live.execution, group)?.mapRun === undefined) return;
        later.starts.sort((one, other) => one.child.index - other.child.index);
        for (const start of later.starts) this.#begin(live, start.group, start.child);
      });
    }
    waiting.starts.push({ group, child });
  }

  /** A new child: of a redo, with the input of the one whose place it takes. */
  #create(live: LiveExecution, group: ChildrenStart, child: ChildStart, id: number): Promise<unknown> {
    if ("input" in child) return this.#startNew(live, group, child, child.input, id);
    return this.#host.store
      .executionById(child.executionId)
      .then((before) => this.#startNew(live, group, child, before?.input ?? "null", id));
  }

  #startNew(
    { execution, revision }: LiveExecution,
    { mapRunArn, stateMachineArn, branchId, type, startAt, redrives }: ChildrenStart,
    { index, items }: ChildStart,
    input: string,
    id: number,
  ): Promise<unknown> {
    const { tracing } = this.#host;
    const startDate = this.#host.clock.now();
    const name = timeOrderedUuid(startDate);
    const parent: ParentPlace = {
      executionId: execution.id,
      branchId,
      index,
      ...(items === 1 ? {} : { items }),
      startAt,
      type,
      ...(redrives === 0 ? {} : { mapRunRedrives: redrives }),
    };
    const row: ExecutionRow = {
      id,
      arn:
        type === "EXPRESS"
          ? `${stateMachineArn.replace(":stateMachine:", ":express:")}:${name}:${randomUUID()}`
          : `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${name}`,
      name,
      stateMachineArn,
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      revisionId: revision.id,
      startDate,
      input,
      traceHeader:
        (tracing === undefined ? execution.traceHeader : tracing.headerOfChild(execution, mapRunArn, redrives)) ?? null,
      ...(execution.testCase === undefined ? {} : { testCase: execution.testCase }),
      mapRunArn,
      parent: JSON.stringify(parent),
      status: "RUNNING",
      stopDate: null,
      output: null,
      error: null,
      cause: null,
    };
    return this.#host.start({ ...revision, type }, row);
  }

  #redrive(live: LiveExecution, group: ChildrenStart, child: ChildRedo): Promise<void> {
    const { executionId: id } = child;
    const redriving = this.#goOn(live, group, child).finally(() => this.#redriving.delete(id));
    this.#redriving.set(id, redriving);
    return redriving;
  }

  async #goOn(live: LiveExecution, group: ChildrenStart, { executionId, index }: ChildRedo): Promise<void> {
    const { store, clock, post, redrive } = this.#host;
    const { branchId, mapRunArn, redrives } = group;
    const row = await store.executionById(executionId);
    const now = clock.now();
    if (
      row === undefined ||
      row.status === "RUNNING" ||
      reasonAgainstRedrive(row, await store.lastEventId(executionId), false, now) !== undefined
    ) {
      // It stays as it is.
      this.ended(mapRunArn, executionId);
      const status = row === undefined || row.status === "RUNNING" ? "FAILED" : row.status;
      const children = [{ index, status, notRedrivable: true }];
      void post(live.execution.id, { kind: "childrenEnded", branchId, mapRunArn, redrives, children });
      return;
    }
    await redrive(row, { ...nextRedrive(readRedrive(row.redrive), now), mapRunRedrives: redrives });
  }

  /** True where many starts of a map run are not durable yet: then `onRoom` is called when fewer are. */
  areMany(mapRunArn: string, onRoom: () => void): boolean {
    const unstored = this.#unstored.get(mapRunArn);
    if (unstored === undefined || unstored.children <= UNSTORED_CHILDREN) return false;
    unstored.onRoom = onRoom;
    return true;
  }

  /** A child runs no more, or its start was not stored. */
  ended(mapRunArn: string, id: number): void {
    const running = this.#running.get(mapRunArn);
    running?.delete(id);
    if (running?.size === 0) this.#running.delete(mapRunArn);
  }

  /** Starts no more children of a map run; gives the ids of those that were started here and run. */
  stop(mapRunArn: string): number[] {
    this.#waiting.delete(mapRunArn);
    return [...(this.#running.get(mapRunArn) ?? [])];
  }

  /** Starts nothing more, and tries nothing again: the next process does. */
  close(): void {
    this.#closed = true;
    this.#waiting.clear();
  }

  /** Resolves when a redrive of the child that is under way is durable, or will not be. */
  async redriven(id: number): Promise<void> {
    await this.#redriving.get(id)?.catch(() => {});
  }
}

/** Children that wait until the store takes them. */
interface Waiting {
  readonly live: LiveExecution;
  readonly starts: { readonly group: ChildrenStart; readonly child: ChildStart }[];
}

interface Unstored {
  children: number;
  onRoom?: () => void;
}

/** The next inputs are read while no more children than these are being written. */
const UNSTORED_CHILDREN = 128;

const RETRY_MILLISECONDS = 1000;
