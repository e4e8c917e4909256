import type { Program, TaskState } from "@pawl/asl";
import { isExpressExecution } from "../arn.js";
import type { ExecutionRow, Store } from "../store/store.js";
import { isEvaluating } from "../transition/evaluations.js";
import type { ExecutionEvent } from "../transition/event.js";
import { invocationOf } from "../transition/task.js";
import type { Calls } from "./calls.js";
import { LiveExecution, type Revision } from "./live-execution.js";
import type { LiveExecutions } from "./live-executions.js";
import { hasMapRun, type MapRuns } from "./map-runs.js";
import { UnreadableError } from "./unreadable-error.js";

/** Executions that the store has and memory has not: how they are read back, and taken up where nothing of them is under way. */
export class StoredExecutions {
  readonly #host: StoredExecutionsHost;
  readonly #loading = new Map<number, Promise<LiveExecution | undefined>>();
  /** Executions of which nothing is under way in this process: what they wait for begins when they are read. */
  readonly #toTakeUp = new Set<number>();

  constructor(host: StoredExecutionsHost) {
    this.#host = host;
  }

  /** Executions that wait for something that died with the last process. They are taken up when they are read. */
  async restarting(): Promise<readonly number[]> {
    const ids = await this.#host.store.restarting();
    for (const id of ids) this.takeUpWhenRead(id);
    return ids;
  }

  /** Memory has forgotten the execution, and nothing of it is under way. */
  takeUpWhenRead(id: number): void {
    this.#toTakeUp.add(id);
  }

  /**
   * The execution in memory, read back where it is not; undefined where it does not run.
   * @param onChildren called where the children of a map run are about to be read
   * @throws StoreError, UnreadableError
   */
  async load(id: number, onChildren?: () => void): Promise<LiveExecution | undefined> {
    const live = this.#host.live.get(id);
    if (live !== undefined) return live;
    let loading = this.#loading.get(id);
    if (loading === undefined) {
      loading = this.#read(id, onChildren).finally(() => this.#loading.delete(id));
      this.#loading.set(id, loading);
    }
    return loading;
  }

  async #read(id: number, onChildren?: () => void): Promise<LiveExecution | undefined> {
    const { store, live: memory, mapRuns } = this.#host;
    const row = await store.executionById(id);
    if (row === undefined || row.status !== "RUNNING") {
      this.#toTakeUp.delete(id);
      return undefined;
    }
    // The state machine may be gone, and with it what says whether it was an express one.
    const type = isExpressExecution(row.arn) ? "EXPRESS" : "STANDARD";
    const revision: Revision = { ...(await this.#host.revision(row.revisionId)), type };
    const live = await this.readRow(revision, row);
    if (hasMapRun(live.execution)) onChildren?.();
    await mapRuns.takeUp(live);
    memory.add(live);
    if (this.#toTakeUp.delete(id)) this.#takeUp(live);
    return live;
  }

  /** An execution as the store has it, whether it runs or not. It is not in memory yet. @throws StoreError, UnreadableError */
  async readRow(revision: Revision, row: ExecutionRow): Promise<LiveExecution> {
    const { store } = this.#host;
    const [branches, lastEventId] = [await store.branches(row.id), await store.lastEventId(row.id)];
    try {
      return LiveExecution.load(revision, row, branches, lastEventId);
    } catch (error) {
      throw new UnreadableError((error as Error).message, { cause: error });
    }
  }

  /**
   * What cannot be carried on can be stopped: an execution whose definition, or whose branches, cannot be read back. Its end needs
   * neither.
   */
  async loadToStop(id: number): Promise<LiveExecution | undefined> {
    const { store, live: memory } = this.#host;
    const [row, lastEventId] = [await store.executionById(id), await store.lastEventId(id)];
    if (row === undefined || row.status !== "RUNNING") return undefined;
    const { revisionId, stateMachineArn } = row;
    const program: Program = { startAt: "", names: [], states: new Map() };
    const revision: Revision = { id: revisionId, stateMachineArn, type: "STANDARD", roleArn: "", program };
    const live = memory.get(id) ?? LiveExecution.load(revision, row, [], lastEventId);
    memory.add(live);
    return live;
  }

  /**
   * Sets under way what an execution waits for and what is not: calls, and the rest of its last transition. Called with what was just
   * read and is in memory: as soon as something happens to the execution, memory is ahead of what is stored, and a call that no
   * commit holds could be made.
   */
  #takeUp(live: LiveExecution): void {
    const { post, calls, isClosed } = this.#host;
    if (isClosed()) return;
    const { execution } = live;
    const { id } = execution;
    if (execution.lastEventId === 0) post(id, { kind: "started" });
    let hasTurn = false;
    for (const branch of execution.branches.values()) {
      hasTurn ||= branch.waiting.kind === "turn";
      if (isEvaluating(branch)) post(id, { kind: "evaluationLost", branchId: branch.id });
      const state = live.revision.program.states.get(branch.state);
      const call = state?.type === "Task" ? invocationOf(execution, branch, state as TaskState) : undefined;
      if (call !== undefined) calls.start(execution, call);
    }
    if (hasTurn) post(id, { kind: "turn" });
  }
}

export interface StoredExecutionsHost {
  readonly store: Store;
  /** Those that are in memory. */
  readonly live: LiveExecutions;
  readonly calls: Calls;
  readonly mapRuns: MapRuns;
  readonly revision: (id: number) => Promise<Revision>;
  readonly post: (executionId: number, event: ExecutionEvent) => void;
  readonly isClosed: () => boolean;
}
