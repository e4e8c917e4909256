import { randomUUID } from "node:crypto";
import { parseJson, printJson } from "@pawl/asl";
import type { Clock } from "../clock.js";
import type { Execution } from "../execution.js";
import { nextRedrive, type Redrive, readRedrive, reasonAgainstRedrive } from "../redrive.js";
import type { ExecutionRow, Store } from "../store/store.js";
import type { ChildStart } from "../transition/effect.js";
import type { ExecutionEvent } from "../transition/event.js";
import { type Child, isMapRun, type MapRunBranch, rebuildMapRun, redrivesOf } from "../transition/map-run.js";
import { type LiveExecution, mapRunRedrives, type ParentPlace, type Revision } from "./live-execution.js";

/** Child executions of map runs: how they are started, how their parents hear of their ends, how they are stopped. */
export class MapRuns {
  readonly #host: MapRunHost;
  /** Ids of the children that were started here and run, by map run: the store may not know them yet. */
  readonly #running = new Map<string, Set<number>>();
  /** Redrives of children that are not durable yet, by the child's id. */
  readonly #redriving = new Map<number, Promise<void>>();

  constructor(host: MapRunHost) {
    this.#host = host;
  }

  start(live: LiveExecution, child: ChildStart): void {
    const { clock, store, isLive } = this.#host;
    const { mapRunArn, executionId } = child;
    const id = executionId ?? store.nextExecutionId();
    const running = this.#running.get(mapRunArn) ?? new Set();
    this.#running.set(mapRunArn, running.add(id));
    const started = executionId === undefined ? this.#create(live, child, id) : this.#redrive(live, child, id);
    started.catch(() => {
      // It was not stored. A parent that was lost with it wishes again when it is read back.
      this.#forget(mapRunArn, id);
      clock.at(clock.now() + RETRY_MILLISECONDS, () => {
        const branch = live.execution.branches.get(child.branchId);
        const isWanted = branch !== undefined && isMapRun(branch) && branch.waiting.mapRunArn === mapRunArn;
        if (isWanted && isLive(live)) this.start(live, child);
      });
    });
  }

  #create({ execution, revision }: LiveExecution, child: ChildStart, id: number): Promise<unknown> {
    const { mapRunArn, stateMachineArn, index, branchId, type, startAt, redrives } = child;
    const name = randomUUID();
    const parent: ParentPlace = {
      executionId: execution.id,
      branchId,
      index,
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
      startDate: this.#host.clock.now(),
      input: printJson(child.input),
      traceHeader: execution.traceHeader ?? null,
      ...(execution.testCase === undefined ? {} : { testCase: execution.testCase }),
      mapRunArn,
      parent: JSON.stringify(parent),
      status: "RUNNING",
      stopDate: null,
      output: null,
      error: null,
      cause: null,
    };
    // Children are kept like STANDARD executions whatever their type: a finished child is not run twice.
    return this.#host.start({ ...revision, type: "STANDARD" }, row);
  }

  #redrive(live: LiveExecution, child: ChildStart, id: number): Promise<void> {
    const redriving = this.#goOn(live, child, id).finally(() => this.#redriving.delete(id));
    this.#redriving.set(id, redriving);
    return redriving;
  }

  async #goOn(live: LiveExecution, child: ChildStart, id: number): Promise<void> {
    const { store, clock, post, redrive } = this.#host;
    const row = await store.executionById(id);
    const now = clock.now();
    if (row === undefined || reasonAgainstRedrive(row, await store.lastEventId(id), false, now) !== undefined) {
      // It stays as it is.
      this.#forget(child.mapRunArn, id);
      void post(live.execution.id, { ...child, kind: "childEnded", output: undefined });
      return;
    }
    await redrive(row, { ...nextRedrive(readRedrive(row.redrive), now), mapRunRedrives: child.redrives });
  }

  /** A child has ended and that is durable: tells its parent. */
  ended({ execution, parent, mapRunArn, mapRunRedrives: redrives }: LiveExecution): void {
    if (parent === undefined || mapRunArn === null) return;
    this.#forget(mapRunArn, execution.id);
    const { executionId, branchId, index } = parent;
    const output = execution.status === "SUCCEEDED" ? execution.output : undefined;
    void this.#host.post(executionId, { kind: "childEnded", branchId, mapRunArn, index, redrives, output });
  }

  /** Stops the children of a map run that is over. They have ended when this resolves. */
  async stop(mapRunArn: string): Promise<void> {
    const ids = new Set(this.#running.get(mapRunArn));
    for (const { id, status } of await this.#host.store.mapRunExecutions(mapRunArn)) {
      if (status === "RUNNING") ids.add(id);
    }
    await Promise.all([...ids].map((id) => this.#stopOne(id)));
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
      await this.#rebuild(branch, redrivesOf(branch.waiting));
      has = true;
    }
    if (has) void this.#host.post(execution.id, { kind: "turn" });
  }

  /** Finds which children an execution that is about to be redriven has to begin once more. */
  async prepareRedrive({ execution }: LiveExecution): Promise<void> {
    for (const branch of mapRunsOf(execution)) {
      // The end of the execution has stopped them, but may not have reached them all.
      await this.stop(branch.waiting.mapRunArn);
      await this.#rebuild(branch, redrivesOf(branch.waiting) + 1);
    }
  }

  async #rebuild(branch: MapRunBranch, redrives: number): Promise<void> {
    const rows = await this.#host.store.mapRunExecutions(branch.waiting.mapRunArn);
    rebuildMapRun(branch, rows.map(childOf), redrives);
  }

  /** Children whose parent has ended while the process died before it could stop them. */
  async stopOrphans(): Promise<void> {
    for (const { id, parent } of await this.#host.store.runningChildren()) {
      const place = JSON.parse(parent ?? "{}") as ParentPlace;
      const owner = await this.#host.store.executionById(place.executionId);
      if (owner?.status !== "RUNNING") void this.#host.post(id, { kind: "stopped" });
    }
  }

  #forget(mapRunArn: string, id: number): void {
    const running = this.#running.get(mapRunArn);
    running?.delete(id);
    if (running?.size === 0) this.#running.delete(mapRunArn);
  }
}

export interface MapRunHost {
  readonly store: Store;
  readonly clock: Clock;
  readonly start: (revision: Revision, row: ExecutionRow) => Promise<unknown>;
  readonly redrive: (row: ExecutionRow, redrive: Redrive) => Promise<unknown>;
  /** True while memory holds just this object for the execution. */
  readonly isLive: (live: LiveExecution) => boolean;
  /** Resolves when what comes of the event is durable. */
  readonly post: (executionId: number, event: ExecutionEvent) => Promise<void>;
}

const RETRY_MILLISECONDS = 1000;

function childOf(row: ExecutionRow): Child {
  const { index, type } = JSON.parse(row.parent ?? "{}") as ParentPlace;
  const { id, status, output } = row;
  return {
    id,
    index,
    type,
    redrives: mapRunRedrives(row),
    running: status === "RUNNING",
    output: status === "SUCCEEDED" && output !== null ? parseJson(output) : undefined,
  };
}

function* mapRunsOf({ branches }: Execution): Iterable<MapRunBranch> {
  for (const branch of branches.values()) {
    if (isMapRun(branch)) yield branch;
  }
}

export function hasMapRun(execution: Execution): boolean {
  for (const _ of mapRunsOf(execution)) return true;
  return false;
}
