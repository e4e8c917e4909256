import {
  type ActivityRow,
  type AliasRow,
  type BranchKey,
  type BranchRow,
  type Changes,
  type ChildRow,
  type ExecutionChange,
  type ExecutionQuery,
  type ExecutionRow,
  type HistoryChunk,
  type JobStopKey,
  type JobStopRow,
  listedAt,
  type MapRunRow,
  type QueuedTask,
  type Removable,
  type RevisionRow,
  type StateMachineRow,
  StoreError,
  type VersionRow,
} from "../packages/engine/src/index.js";

/**
 * What is durable: the rows of a store, in plain maps. It does what `Store` says and nothing in time: {@link SimulatedStore}
 * gives it delays and faults. A commit is applied as a whole.
 */
export class SimulatedDisk {
  readonly #executions = new Map<number, ExecutionRow>();
  readonly #idsByArn = new Map<string, number>();
  readonly #histories = new Map<number, HistoryChunk[]>();
  readonly #branches = new Map<number, Map<number, KeptBranch>>();
  readonly #mapRuns = new Map<string, MapRunRow>();
  readonly #jobStops = new Map<string, JobStopRow>();
  readonly #machines = new Map<string, StateMachineRow>();
  readonly #revisions = new Map<number, RevisionRow>();
  readonly #versions = new Map<string, VersionRow>();
  readonly #aliases = new Map<string, AliasRow>();
  readonly #activities = new Map<string, ActivityRow>();
  #lastExecutionId = 0;
  #lastPosition = 0;
  /** Executions that were removed and of which something is left. */
  readonly #remains = new Set<number>();
  /** What was kept for redrives up to here is removed. */
  #pastRedrive = { stopDate: Number.NEGATIVE_INFINITY, id: 0 };
  /** How many commits it took. */
  commits = 0;

  /** The ids that the next process gives out come after these. */
  get lastExecutionId(): number {
    return this.#lastExecutionId;
  }

  get lastRevisionId(): number {
    return Math.max(0, ...this.#revisions.keys());
  }

  /** @throws Error, with nothing applied, where a row would be there twice */
  apply(changes: Changes): void {
    const inserted = new Set<string>();
    for (const { insert } of changes.executions ?? []) {
      if (insert === undefined) continue;
      if (this.#executions.has(insert.id) || this.#idsByArn.has(insert.arn) || inserted.has(insert.arn)) {
        throw new StoreError("conflict", `the execution ${insert.id} ${insert.arn} is there already`);
      }
      inserted.add(insert.arn);
    }
    this.commits += 1;
    for (const row of changes.revisions ?? []) this.#revisions.set(row.id, row);
    for (const arn of changes.deletedStateMachines ?? []) this.#deleteMachine(arn);
    for (const row of changes.stateMachines ?? []) this.#machines.set(row.arn, row);
    for (const row of changes.deletedVersions ?? []) this.#versions.delete(`${row.stateMachineArn}:${row.number}`);
    for (const row of changes.versions ?? []) this.#versions.set(`${row.stateMachineArn}:${row.number}`, row);
    for (const row of changes.deletedAliases ?? []) this.#aliases.delete(`${row.stateMachineArn}:${row.name}`);
    for (const row of changes.aliases ?? []) this.#aliases.set(`${row.stateMachineArn}:${row.name}`, row);
    for (const arn of changes.deletedActivities ?? []) this.#activities.delete(arn);
    for (const row of changes.activities ?? []) this.#activities.set(row.arn, row);
    for (const change of changes.executions ?? []) this.#change(change);
    for (const id of changes.deletedExecutions ?? []) this.#deleteExecution(id);
    for (const key of changes.endedJobStops ?? []) this.#jobStops.delete(jobStopKey(key));
    if (changes.removal !== undefined) this.#remove(changes.removal);
  }

  #deleteMachine(arn: string): void {
    this.#machines.delete(arn);
    for (const [key, row] of this.#versions) if (row.stateMachineArn === arn) this.#versions.delete(key);
    for (const [key, row] of this.#aliases) if (row.stateMachineArn === arn) this.#aliases.delete(key);
  }

  #change(change: ExecutionChange): void {
    const { id, insert, update, history, branches = [], deletedBranches, mapRuns = [], jobStops = [] } = change;
    if (insert !== undefined) {
      this.#executions.set(id, insert);
      this.#idsByArn.set(insert.arn, id);
      this.#lastExecutionId = Math.max(this.#lastExecutionId, id);
    }
    const row = this.#executions.get(id);
    if (update !== undefined && row !== undefined) {
      const redrive = update.redrive ?? row.redrive;
      const { status, stopDate, output, error, cause } = update;
      this.#executions.set(id, {
        ...row,
        ...{ status, stopDate, output, error, cause },
        ...(redrive === undefined ? {} : { redrive }),
      });
    }
    if (history !== undefined) {
      const chunks = this.#histories.get(id) ?? [];
      this.#histories.set(id, chunks);
      chunks.push(history);
    }
    const kept = this.#branches.get(id) ?? new Map<number, KeptBranch>();
    if (deletedBranches === "all") kept.clear();
    else for (const branchId of deletedBranches ?? []) kept.delete(branchId);
    for (const branch of branches) {
      const before = kept.get(branch.id);
      const isQueuedStill = before !== undefined && before.activityArn === branch.activityArn;
      const position = isQueuedStill ? before.position : ++this.#lastPosition;
      kept.set(branch.id, { ...branch, position: branch.activityArn === null ? 0 : position });
    }
    for (const run of mapRuns) this.#mapRuns.set(run.arn, run);
    for (const stop of jobStops) this.#jobStops.set(jobStopKey(stop), stop);
    if (kept.size > 0) this.#branches.set(id, kept);
    else this.#branches.delete(id);
  }

  #deleteExecution(id: number): void {
    const row = this.#executions.get(id);
    if (row !== undefined) this.#idsByArn.delete(row.arn);
    this.#executions.delete(id);
    this.#histories.delete(id);
    this.#branches.delete(id);
    this.#deleteMapRuns(id);
  }

  #deleteMapRuns(executionId: number): void {
    for (const [arn, row] of this.#mapRuns) if (row.executionId === executionId) this.#mapRuns.delete(arn);
  }

  #remove({ executions, pastRedrive }: NonNullable<Changes["removal"]>): void {
    for (const id of executions) this.#removeRow(id);
    for (const place of pastRedrive) {
      this.#dropBranches(place.id);
      this.#pastRedrive = place;
    }
    let left = ROWS_OF_A_REMOVAL;
    for (const id of this.#remains) {
      const chunks = this.#histories.get(id) ?? [];
      left -= chunks.splice(0, left).length;
      if (chunks.length > 0) return;
      const children = this.#childrenOf(id);
      const closed = children.filter(({ status }) => status !== "RUNNING").slice(0, left);
      for (const child of closed) this.#removeRow(child.id);
      left -= closed.length;
      if (left <= 0) return;
      // One that is being stopped has a while left.
      if (closed.length < children.length) continue;
      this.#histories.delete(id);
      this.#branches.delete(id);
      this.#deleteMapRuns(id);
      this.#remains.delete(id);
    }
  }

  /** Of an execution, and of the children of its map runs. */
  #dropBranches(id: number): void {
    if (this.#executions.get(id)?.status === "RUNNING") return;
    this.#branches.delete(id);
    for (const child of this.#childrenOf(id)) this.#dropBranches(child.id);
  }

  #childrenOf(id: number): ExecutionRow[] {
    const arns = new Set([...this.#mapRuns.values()].filter((run) => run.executionId === id).map(({ arn }) => arn));
    return arns.size === 0 ? [] : [...this.#executions.values()].filter((row) => arns.has(row.mapRunArn ?? ""));
  }

  #removeRow(id: number): void {
    const row = this.#executions.get(id);
    if (row === undefined) return;
    this.#idsByArn.delete(row.arn);
    this.#executions.delete(id);
    this.#remains.add(id);
  }

  removable({ closed, ended, limit }: { closed: number; ended: number; limit: number }): Removable {
    const stopped = this.executions()
      .flatMap(({ id, stopDate, status, parent }) =>
        stopDate === null || parent !== null ? [] : [{ id, stopDate, status }],
      )
      .sort((one, other) => one.stopDate - other.stopDate || one.id - other.id);
    const done = this.#pastRedrive;
    return {
      executions: stopped
        .filter(({ stopDate }) => stopDate < closed)
        .slice(0, limit)
        .map(({ id }) => id),
      pastRedrive: stopped
        .filter(({ id, stopDate, status }) => {
          const isNext = stopDate > done.stopDate || (stopDate === done.stopDate && id > done.id);
          return status !== "SUCCEEDED" && stopDate < ended && isNext;
        })
        .slice(0, limit)
        .map(({ id, stopDate }) => ({ id, stopDate })),
      hasRemains: this.#remains.size > 0,
    };
  }

  execution(arn: string): ExecutionRow | undefined {
    return this.#executions.get(this.#idsByArn.get(arn) ?? 0);
  }

  executionById(id: number): ExecutionRow | undefined {
    return this.#executions.get(id);
  }

  /** All executions, oldest first. */
  executions(): ExecutionRow[] {
    return [...this.#executions.values()].sort((one, other) => one.id - other.id);
  }

  listExecutions(query: ExecutionQuery): ExecutionRow[] {
    const { status, limit } = query;
    const rows = this.executions()
      .reverse()
      .filter((row) => isListed(row, query) && (status === undefined || row.status === status));
    if ("mapRunArn" in query) {
      const { before = Number.POSITIVE_INFINITY } = query;
      return rows.filter(({ id }) => id < before).slice(0, limit);
    }
    const { before } = query;
    const isBefore = (row: ExecutionRow): boolean =>
      before === undefined ||
      listedAt(row) < before.listedAt ||
      (listedAt(row) === before.listedAt && row.id < before.id);
    return rows
      .sort((one, other) => listedAt(other) - listedAt(one) || other.id - one.id)
      .filter(isBefore)
      .slice(0, limit);
  }

  mapRunExecutions(mapRunArn: string, limit: number, after = 0): ExecutionRow[] {
    const rows = this.executions().filter((row) => row.mapRunArn === mapRunArn && row.id > after);
    return rows.slice(0, limit);
  }

  mapRunChildren(mapRunArn: string, limit: number, after = 0): ChildRow[] {
    return this.mapRunExecutions(mapRunArn, limit, after).map(childRow);
  }

  runningChildren(query: { readonly mapRunArn?: string; readonly limit: number; readonly after?: number }): ChildRow[] {
    const { mapRunArn, limit, after = 0 } = query;
    return this.executions()
      .filter((row) => row.mapRunArn !== null && row.status === "RUNNING" && row.id > after)
      .filter((row) => mapRunArn === undefined || row.mapRunArn === mapRunArn)
      .slice(0, limit)
      .map(childRow);
  }

  mapRun(arn: string): MapRunRow | undefined {
    return this.#mapRuns.get(arn);
  }

  mapRuns(executionId: number, limit: number, before?: string): MapRunRow[] {
    const rows = [...this.#mapRuns.values()].filter((row) => row.executionId === executionId);
    const end = before === undefined ? -1 : rows.findIndex(({ arn }) => arn === before);
    return (end === -1 ? rows : rows.slice(0, end)).reverse().slice(0, limit);
  }

  hasRunningExecution(stateMachineArn: string): boolean {
    return this.executions().some((row) => row.stateMachineArn === stateMachineArn && row.status === "RUNNING");
  }

  history(id: number, from: number, to: number): HistoryChunk[] {
    const chunks = this.#histories.get(id) ?? [];
    return chunks.filter(({ firstEventId, lastEventId }) => firstEventId <= to && lastEventId >= from);
  }

  lastEventId(id: number): number {
    return this.#histories.get(id)?.at(-1)?.lastEventId ?? 0;
  }

  branches(id: number): BranchRow[] {
    const rows = [...(this.#branches.get(id)?.values() ?? [])];
    return rows.map(({ position: _, ...row }) => row).sort((one, other) => one.id - other.id);
  }

  #allBranches(): { executionId: number; branch: KeptBranch }[] {
    return [...this.#branches].flatMap(([executionId, rows]) =>
      [...rows.values()].map((branch) => ({ executionId, branch })),
    );
  }

  due(time: number, limit: number): BranchKey[] {
    return this.#allBranches()
      .flatMap(({ executionId, branch: { id: branchId, dueAt } }) =>
        dueAt === null || dueAt > time ? [] : [{ executionId, branchId, dueAt }],
      )
      .sort(
        (one, other) => one.dueAt - other.dueAt || one.executionId - other.executionId || one.branchId - other.branchId,
      )
      .slice(0, limit);
  }

  nextDue(): number | undefined {
    const times = this.#allBranches().flatMap(({ branch }) => branch.dueAt ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  queued(activityArn: string, limit: number, after = 0): QueuedTask[] {
    return this.#allBranches()
      .filter(({ branch }) => branch.activityArn === activityArn && branch.position > after)
      .map(({ executionId, branch: { id: branchId, position } }) => ({ executionId, branchId, position }))
      .sort((one, other) => one.position - other.position)
      .slice(0, limit);
  }

  restarting(): number[] {
    const ids = this.#allBranches().flatMap(({ executionId, branch }) => (branch.restart ? [executionId] : []));
    return [...new Set(ids)].sort((one, other) => one - other);
  }

  jobStops(limit: number, after: JobStopKey = { executionId: 0, attempt: 0 }): JobStopRow[] {
    const isAfter = (one: JobStopKey, other: JobStopKey): boolean =>
      one.executionId > other.executionId || (one.executionId === other.executionId && one.attempt > other.attempt);
    return [...this.#jobStops.values()]
      .filter((stop) => isAfter(stop, after))
      .sort((one, other) => (isAfter(one, other) ? 1 : -1))
      .slice(0, limit);
  }

  stateMachine(arn: string): StateMachineRow | undefined {
    return this.#machines.get(arn);
  }

  listStateMachines(limit: number, after?: string): StateMachineRow[] {
    return byArn(this.#machines.values(), limit, after);
  }

  revision(id: number): RevisionRow | undefined {
    return this.#revisions.get(id);
  }

  versions(stateMachineArn: string): VersionRow[] {
    const rows = [...this.#versions.values()].filter((row) => row.stateMachineArn === stateMachineArn);
    return rows.sort((one, other) => other.number - one.number);
  }

  aliases(stateMachineArn: string): AliasRow[] {
    const rows = [...this.#aliases.values()].filter((row) => row.stateMachineArn === stateMachineArn);
    return rows.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  activity(arn: string): ActivityRow | undefined {
    return this.#activities.get(arn);
  }

  listActivities(limit: number, after?: string): ActivityRow[] {
    return byArn(this.#activities.values(), limit, after);
  }
}

/** The most parts of histories that go with one commit. */
const ROWS_OF_A_REMOVAL = 200;

function jobStopKey({ executionId, attempt }: JobStopKey): string {
  return `${executionId}/${attempt}`;
}

function isListed(row: ExecutionRow, query: ExecutionQuery): boolean {
  if ("mapRunArn" in query) {
    const { mapRunArn, redriven } = query;
    return row.mapRunArn === mapRunArn && (redriven === undefined || redriven === (row.redrive !== undefined));
  }
  const { stateMachineArn, stateMachineVersionArn, stateMachineAliasArn } = query;
  return (
    row.stateMachineArn === stateMachineArn &&
    (stateMachineVersionArn === undefined || row.stateMachineVersionArn === stateMachineVersionArn) &&
    (stateMachineAliasArn === undefined || row.stateMachineAliasArn === stateMachineAliasArn)
  );
}

function childRow({ id, status, mapRunArn, parent, redrive }: ExecutionRow): ChildRow {
  return { id, status, mapRunArn, parent, ...(redrive === undefined ? {} : { redrive }) };
}

interface KeptBranch extends BranchRow {
  /** Its place in the queue of its activity. */
  readonly position: number;
}

function byArn<Row extends { readonly arn: string }>(rows: Iterable<Row>, limit: number, after = ""): Row[] {
  return [...rows]
    .filter(({ arn }) => arn > after)
    .sort((one, other) => (one.arn < other.arn ? -1 : 1))
    .slice(0, limit);
}
