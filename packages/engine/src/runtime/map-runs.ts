import { randomUUID } from "node:crypto";
import type { MapState } from "@pawl/asl";
import type { Clock } from "../clock.js";
import type { ChildInput, ChildRedo, Execution, Tally } from "../execution.js";
import { nextRedrive, type Redrive, readRedrive, reasonAgainstRedrive } from "../redrive.js";
import type { ExecutionRow, Store } from "../store/store.js";
import { timeOrderedUuid } from "../time-ordered-uuid.js";
import type { Tracing } from "../tracing/tracing.js";
import type { ChildrenStart, ChildStart, InputWish, ResultsWish } from "../transition/effect.js";
import type { ChildEnd, ChildrenEnded, ExecutionEvent } from "../transition/event.js";
import { branchOf, isMapRun } from "../transition/map-run.js";
import { type MapRunBranch, redrivesOf } from "../transition/map-run-counts.js";
import { MapRunRebuild } from "../transition/map-run-rebuild.js";
import type { LiveExecution, ParentPlace, Revision } from "./live-execution.js";
import { parentPlace } from "./live-execution.js";
import { childrenOf } from "./map-run-children.js";
import { type InputPorts, MapRunInputs, readingFailure } from "./map-run-inputs.js";
import { gatherResults, type ResultPorts } from "./map-run-results.js";

/**
 * Map runs: how inputs for their children come in, how children are started, how their parents hear of their ends, how they are
 * stopped, and how results are gathered.
 */
export class MapRuns {
  readonly #host: MapRunHost;
  /** Ids of the children that were started here and run, by map run: the store may not know them yet. */
  readonly #running = new Map<string, Set<number>>();
  /** Redrives of children that are not durable yet, by the child's id. */
  readonly #redriving = new Map<number, Promise<void>>();
  /** Children that could not be stored and those after them, by map run: they are started in order. */
  readonly #waiting = new Map<string, Waiting>();
  /** Ends that are durable and of which the parents have not been told. */
  #ends = new Map<string, { readonly parent: number; readonly event: ChildrenEnded & { children: ChildEnd[] } }>();
  /** Children whose start is not durable yet, by map run. */
  readonly #unstored = new Map<string, Unstored>();
  readonly #inputs = new Map<string, { readonly live: LiveExecution; readonly inputs: MapRunInputs }>();
  readonly #gathering = new Map<string, AbortController>();
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
        this.#forget(mapRunArn, id);
        this.#startLater(live, group, child);
      },
    );
  }

  #stored(mapRunArn: string, unstored: Unstored): void {
    unstored.children -= 1;
    const { reading } = unstored;
    if (reading !== undefined && unstored.children <= UNSTORED_CHILDREN) {
      delete unstored.reading;
      this.read(reading.live, reading.wish);
    } else if (unstored.children === 0 && reading === undefined) {
      this.#unstored.delete(mapRunArn);
    }
  }

  #startLater(live: LiveExecution, group: ChildrenStart, child: ChildStart): void {
    const { clock, isLive } = this.#host;
    const { mapRunArn } = group;
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
      this.#forget(mapRunArn, executionId);
      const status = row === undefined || row.status === "RUNNING" ? "FAILED" : row.status;
      const children = [{ index, status, notRedrivable: true }];
      void post(live.execution.id, { kind: "childrenEnded", branchId, mapRunArn, redrives, children });
      return;
    }
    await redrive(row, { ...nextRedrive(readRedrive(row.redrive), now), mapRunRedrives: redrives });
  }

  /** A child has ended and that is durable: its parent is told, of all that ended at once in one event. */
  ended({ execution, parent, mapRunArn, mapRunRedrives: redrives }: LiveExecution): void {
    const { status } = execution;
    if (parent === undefined || mapRunArn === null || status === "RUNNING") return;
    this.#forget(mapRunArn, execution.id);
    const { executionId, branchId, index } = parent;
    const key = `${executionId} ${branchId} ${redrives} ${mapRunArn}`;
    let ends = this.#ends.get(key);
    if (ends === undefined) {
      ends = { parent: executionId, event: { kind: "childrenEnded", branchId, mapRunArn, redrives, children: [] } };
      if (this.#ends.size === 0) queueMicrotask(() => this.#tellEnds());
      this.#ends.set(key, ends);
    }
    ends.event.children.push({ index, status });
  }

  #tellEnds(): void {
    const ends = this.#ends;
    this.#ends = new Map();
    for (const { parent, event } of ends.values()) void this.#host.post(parent, event);
  }

  /** Reads the inputs of the next children. They come back as an event. */
  read(live: LiveExecution, wish: InputWish): void {
    const { branchId, mapRunArn, from } = wish;
    const branch = branchOf(live.execution, wish);
    if (this.#closed || branch === undefined) return;
    const unstored = this.#unstored.get(mapRunArn);
    if (unstored !== undefined && unstored.children > UNSTORED_CHILDREN) {
      // One group is made while another is being written, and no more.
      unstored.reading = { live, wish };
      return;
    }
    let reading = this.#inputs.get(mapRunArn);
    if (reading?.live !== live || reading.inputs.position.executions !== from.executions) {
      reading?.inputs.close();
      reading = { live, inputs: this.#inputsFrom(live, branch, from) };
      this.#inputs.set(mapRunArn, reading);
    }
    const { inputs } = reading;
    const place = { branchId, mapRunArn, from: from.executions };
    inputs.next().then(
      (group) => {
        if (inputs.isClosed) return;
        if (group.last) this.#endReading(mapRunArn, inputs);
        void this.#host.post(live.execution.id, { kind: "inputsRead", ...place, ...group });
      },
      (error: unknown) => {
        if (inputs.isClosed) return;
        this.#endReading(mapRunArn, inputs);
        void this.#host.post(live.execution.id, { kind: "readingFailed", ...place, ...readingFailure(error) });
      },
    );
  }

  #inputsFrom({ execution, revision }: LiveExecution, branch: MapRunBranch, from: Readonly<Tally>): MapRunInputs {
    const { program } = revision;
    // The branch stays as it is while it waits; what else happens to it is not for these inputs.
    const state = program.states.get(branch.state) as MapState;
    return new MapRunInputs({ program, execution, branch: { ...branch }, state }, from, this.#host);
  }

  #endReading(mapRunArn: string, inputs: MapRunInputs): void {
    inputs.close();
    if (this.#inputs.get(mapRunArn)?.inputs === inputs) this.#inputs.delete(mapRunArn);
  }

  /** Gathers or writes the results. What comes of it comes back as an event. */
  gather(live: LiveExecution, wish: ResultsWish): void {
    const { mapRunArn, failed } = wish;
    const branch = branchOf(live.execution, wish);
    if (this.#closed || branch === undefined) return;
    this.#gathering.get(mapRunArn)?.abort();
    const controller = new AbortController();
    this.#gathering.set(mapRunArn, controller);
    const stopped = failed ? this.#stopChildren(mapRunArn) : Promise.resolve();
    stopped
      .then(() => this.#gather(live, branch, wish, controller))
      .catch(() => {
        // The store cannot be read.
        const { clock, isLive } = this.#host;
        if (controller.signal.aborted) return;
        clock.at(clock.now() + RETRY_MILLISECONDS, () => {
          if (isLive(live) && !controller.signal.aborted) this.gather(live, wish);
        });
      });
  }

  async #gather(
    live: LiveExecution,
    branch: MapRunBranch,
    { branchId, mapRunArn, redrives, started, failed }: ResultsWish,
    controller: AbortController,
  ): Promise<void> {
    const { signal } = controller;
    const { execution, revision } = live;
    const { executionType = "STANDARD" } = revision.program.states.get(branch.state) as MapState;
    const outcome = await gatherResults(
      {
        branch,
        region: execution.region,
        childType: executionType,
        now: this.#host.clock.now(),
        pending: failed ? this.#pending(live, branch, started) : NONE,
      },
      this.#host,
      signal,
    );
    if (signal.aborted) return;
    this.#gathering.delete(mapRunArn);
    void this.#host.post(execution.id, { kind: "resultsGathered", branchId, mapRunArn, redrives, outcome });
  }

  /** The inputs of the children that were never started. */
  async *#pending(live: LiveExecution, branch: MapRunBranch, started: Readonly<Tally>): AsyncGenerator<ChildInput> {
    if (branch.waiting.total?.executions === started.executions) return;
    const inputs = this.#inputsFrom(live, branch, started);
    try {
      for (;;) {
        const group = await inputs.next();
        yield* group.inputs;
        if (group.last) return;
      }
    } catch {
      // What cannot be read cannot be told.
    } finally {
      inputs.close();
    }
  }

  /** Stops the children of a map run that is over, and what is read or written for it. They have ended when this resolves. */
  async stop(mapRunArn: string): Promise<void> {
    this.#stopWork(mapRunArn);
    await this.#stopChildren(mapRunArn);
  }

  #stopWork(mapRunArn: string): void {
    this.#inputs.get(mapRunArn)?.inputs.close();
    this.#inputs.delete(mapRunArn);
    this.#gathering.get(mapRunArn)?.abort();
    this.#gathering.delete(mapRunArn);
  }

  async #stopChildren(mapRunArn: string): Promise<void> {
    this.#waiting.delete(mapRunArn);
    await Promise.all([...(this.#running.get(mapRunArn) ?? [])].map((id) => this.#stopOne(id)));
    for (let after = 0; ; ) {
      const rows = await this.#host.store.runningChildren({ mapRunArn, limit: ROWS_A_READ, after });
      await Promise.all(rows.map(({ id }) => this.#stopOne(id)));
      if (rows.length < ROWS_A_READ) return;
      after = rows.at(-1)?.id ?? after;
    }
  }

  async #stopOne(id: number): Promise<void> {
    // What has ended and is to go on cannot be stopped before it does.
    await this.#redriving.get(id)?.catch(() => {});
    await this.#host.post(id, { kind: "stopped" });
  }

  /** Makes what an execution that was read back knew of its children from their rows, and lets its map runs go on. */
  async takeUp({ execution }: LiveExecution): Promise<void> {
    let has = false;
    for (const branch of mapRunsOf(execution)) {
      this.#stopWork(branch.waiting.mapRunArn);
      await this.#rebuild(branch, redrivesOf(branch));
      has = true;
    }
    if (has) void this.#host.post(execution.id, { kind: "turn" });
  }

  /** Finds which children an execution that is about to be redriven has to begin once more. */
  async prepareRedrive({ execution }: LiveExecution): Promise<void> {
    for (const branch of mapRunsOf(execution)) {
      // The end of the execution has stopped them, but may not have reached them all.
      await this.stop(branch.waiting.mapRunArn);
      await this.#rebuild(branch, redrivesOf(branch) + 1);
    }
  }

  async #rebuild(branch: MapRunBranch, redrives: number): Promise<void> {
    const rebuild = new MapRunRebuild();
    for await (const child of childrenOf(this.#host.store, branch.waiting.mapRunArn)) rebuild.add(child);
    branch.mapRun = rebuild.progress(redrives);
  }

  /** Children whose map run has ended while the process died before it could stop them. */
  async stopOrphans(): Promise<void> {
    const { store, post } = this.#host;
    const areOrphans = new Map<string, boolean>();
    for (let after = 0; ; ) {
      const rows = await store.runningChildren({ limit: ROWS_A_READ, after });
      for (const row of rows) {
        const mapRunArn = row.mapRunArn ?? "";
        let isOrphan = areOrphans.get(mapRunArn);
        if (isOrphan === undefined) {
          const owner = await store.executionById(parentPlace(row)?.executionId ?? 0);
          isOrphan = owner?.status !== "RUNNING" || (await store.mapRun(mapRunArn))?.status !== "RUNNING";
          areOrphans.set(mapRunArn, isOrphan);
        }
        if (isOrphan) void post(row.id, { kind: "stopped" });
      }
      if (rows.length < ROWS_A_READ) return;
      after = rows.at(-1)?.id ?? after;
    }
  }

  /** Ends what is read and written; the next process begins it again. */
  close(): void {
    this.#closed = true;
    for (const mapRunArn of [...this.#inputs.keys(), ...this.#gathering.keys()]) this.#stopWork(mapRunArn);
  }

  #forget(mapRunArn: string, id: number): void {
    const running = this.#running.get(mapRunArn);
    running?.delete(id);
    if (running?.size === 0) this.#running.delete(mapRunArn);
  }
}

export interface MapRunHost extends InputPorts, ResultPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly tracing: Tracing | undefined;
  readonly start: (revision: Revision, row: ExecutionRow) => Promise<unknown>;
  readonly redrive: (row: ExecutionRow, redrive: Redrive) => Promise<unknown>;
  /** True while memory holds just this object for the execution. */
  readonly isLive: (live: LiveExecution) => boolean;
  /** Resolves when what comes of the event is durable. */
  readonly post: (executionId: number, event: ExecutionEvent) => Promise<void>;
}

/** Children that wait until the store takes them. */
interface Waiting {
  readonly live: LiveExecution;
  readonly starts: { readonly group: ChildrenStart; readonly child: ChildStart }[];
}

interface Unstored {
  children: number;
  /** Inputs that are wished for, and not before some of these children are durable. */
  reading?: { readonly live: LiveExecution; readonly wish: InputWish };
}

/** The next inputs are read while no more children than these are being written. */
const UNSTORED_CHILDREN = 128;

const RETRY_MILLISECONDS = 1000;

const ROWS_A_READ = 500;

const NONE: AsyncIterable<ChildInput> = {
  async *[Symbol.asyncIterator]() {},
};

function* mapRunsOf({ branches }: Execution): Iterable<MapRunBranch> {
  for (const branch of branches.values()) {
    if (isMapRun(branch)) yield branch;
  }
}

export function hasMapRun(execution: Execution): boolean {
  for (const _ of mapRunsOf(execution)) return true;
  return false;
}
