import { randomUUID } from "node:crypto";
import { type MapState, parseJson, printJson } from "@pawl/asl";
import type { Clock } from "../clock.js";
import type { Execution } from "../execution.js";
import type { ExecutionRow, Store } from "../store/store.js";
import type { ChildStart } from "../transition/effect.js";
import type { ExecutionEvent } from "../transition/event.js";
import { childStart, isMapRun, rebuildMapRun } from "../transition/map-run.js";
import type { LiveExecution, ParentPlace, Revision } from "./live-execution.js";

/** Child executions of map runs: how they are started, how their parents hear of their ends, how they are stopped. */
export class MapRuns {
  readonly #host: MapRunHost;
  /** Ids of the children that were started here and run, by map run: the store may not know them yet. */
  readonly #running = new Map<string, Set<number>>();

  constructor(host: MapRunHost) {
    this.#host = host;
  }

  start(live: LiveExecution, child: ChildStart): void {
    const { execution, revision } = live;
    const { store, clock, start, isLive } = this.#host;
    const { mapRunArn, stateMachineArn, index, branchId, type } = child;
    const id = store.nextExecutionId();
    const name = randomUUID();
    const parent: ParentPlace = { executionId: execution.id, branchId, index, startAt: child.startAt, type };
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
      startDate: clock.now(),
      input: printJson(child.input),
      traceHeader: execution.traceHeader ?? null,
      mapRunArn,
      parent: JSON.stringify(parent),
      status: "RUNNING",
      stopDate: null,
      output: null,
      error: null,
      cause: null,
    };
    const running = this.#running.get(mapRunArn) ?? new Set();
    this.#running.set(mapRunArn, running.add(id));
    // Children are kept like STANDARD executions whatever their type: a finished child is not run twice.
    start({ ...revision, type: "STANDARD" }, row).catch(() => {
      // It was not stored. A parent that was lost with it wishes again when it is read back.
      this.#forget(mapRunArn, id);
      clock.at(clock.now() + RETRY_MILLISECONDS, () => {
        const branch = execution.branches.get(branchId);
        const isWanted = branch !== undefined && isMapRun(branch) && branch.waiting.mapRunArn === mapRunArn;
        if (isWanted && isLive(live)) this.start(live, child);
      });
    });
  }

  /** A child has ended and that is durable: tells its parent. */
  ended({ execution, parent, mapRunArn }: LiveExecution): void {
    if (parent === undefined || mapRunArn === null) return;
    this.#forget(mapRunArn, execution.id);
    const { executionId, branchId, index } = parent;
    const output = execution.status === "SUCCEEDED" ? execution.output : undefined;
    this.#host.post(executionId, { kind: "childEnded", branchId, mapRunArn, index, output });
  }

  /** Stops the children of a map run that is over. */
  async stop(mapRunArn: string): Promise<void> {
    const ids = new Set(this.#running.get(mapRunArn));
    for (const { id, status } of await this.#host.store.mapRunExecutions(mapRunArn)) {
      if (status === "RUNNING") ids.add(id);
    }
    for (const id of ids) this.#host.post(id, { kind: "stopped" });
  }

  /** Makes what a parent knew of its children from their rows. */
  async rebuild(live: LiveExecution): Promise<void> {
    for (const branch of live.execution.branches.values()) {
      if (!isMapRun(branch)) continue;
      const { mapRunArn } = branch.waiting;
      const rows = await this.#host.store.mapRunExecutions(mapRunArn);
      const missing = rebuildMapRun(
        branch,
        rows.map(({ parent, status, output }) => ({
          index: (JSON.parse(parent ?? "{}") as ParentPlace).index,
          running: status === "RUNNING",
          output: status === "SUCCEEDED" && output !== null ? parseJson(output) : undefined,
        })),
      );
      const state = live.revision.program.states.get(branch.state) as MapState;
      for (const index of missing) this.start(live, childStart(branch, state, index));
      this.#host.post(live.execution.id, { kind: "turn" });
    }
  }

  /** Children whose parent has ended while the process died before it could stop them. */
  async stopOrphans(): Promise<void> {
    for (const { id, parent } of await this.#host.store.runningChildren()) {
      const place = JSON.parse(parent ?? "{}") as ParentPlace;
      const owner = await this.#host.store.executionById(place.executionId);
      if (owner?.status !== "RUNNING") this.#host.post(id, { kind: "stopped" });
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
  /** True while memory holds just this object for the execution. */
  readonly isLive: (live: LiveExecution) => boolean;
  readonly post: (executionId: number, event: ExecutionEvent) => void;
}

const RETRY_MILLISECONDS = 1000;

export function hasMapRun({ branches }: Execution): boolean {
  for (const branch of branches.values()) {
    if (isMapRun(branch)) return true;
  }
  return false;
}
