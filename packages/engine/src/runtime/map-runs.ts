import type { MapState } from "@pawl/asl";
import type { ChildInput, Execution, Tally } from "../execution.js";
import type { ChildrenStart, InputWish, ResultsWish } from "../transition/effect.js";
import type { ChildEnd, ChildrenEnded } from "../transition/event.js";
import { branchOf, isMapRun } from "../transition/map-run.js";
import { type MapRunBranch, redrivesOf } from "../transition/map-run-counts.js";
import { MapRunRebuild } from "../transition/map-run-rebuild.js";
import { ChildStarts } from "./child-starts.js";
import { type LiveExecution, parentPlace } from "./live-execution.js";
import { childrenOf } from "./map-run-children.js";
import type { MapRunHost } from "./map-run-host.js";
import { MapRunInputs, readingFailure } from "./map-run-inputs.js";
import { gatherResults } from "./map-run-results.js";

/**
 * Map runs: how inputs for their children come in, how parents hear of their children's ends, how those are stopped, and how
 * results are gathered.
 */
export class MapRuns {
  readonly #host: MapRunHost;
  readonly #starts: ChildStarts;
  /** Ends that are durable and of which the parents have not been told. */
  #ends = new Map<string, { readonly parent: number; readonly event: ChildrenEnded & { children: ChildEnd[] } }>();
  readonly #inputs = new Map<string, { readonly live: LiveExecution; readonly inputs: MapRunInputs }>();
  readonly #gathering = new Map<string, AbortController>();
  #closed = false;

  constructor(host: MapRunHost) {
    this.#host = host;
    this.#starts = new ChildStarts(host);
  }

  /** Starts children: those of one group are stored together, and none before one that comes before it. */
  start(live: LiveExecution, group: ChildrenStart): void {
    this.#starts.start(live, group);
  }

  /** A child has ended and that is durable: its parent is told, of all that ended at once in one event. */
  ended({ execution, parent, mapRunArn, mapRunRedrives: redrives }: LiveExecution): void {
    const { status } = execution;
    if (parent === undefined || mapRunArn === null || status === "RUNNING") return;
    this.#starts.ended(mapRunArn, execution.id);
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
    // One group is made while another is being written, and no more.
    if (this.#starts.areMany(mapRunArn, () => this.read(live, wish))) return;
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
    await Promise.all(this.#starts.stop(mapRunArn).map((id) => this.#stopOne(id)));
    for (let after = 0; ; ) {
      const rows = await this.#host.store.runningChildren({ mapRunArn, limit: ROWS_A_READ, after });
      await Promise.all(rows.map(({ id }) => this.#stopOne(id)));
      if (rows.length < ROWS_A_READ) return;
      after = rows.at(-1)?.id ?? after;
    }
  }

  async #stopOne(id: number): Promise<void> {
    // What has ended and is to go on cannot be stopped before it does.
    await this.#starts.redriven(id);
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
    this.#starts.close();
    for (const mapRunArn of [...this.#inputs.keys(), ...this.#gathering.keys()]) this.#stopWork(mapRunArn);
  }
}

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
