import type {
  ActivityRow,
  BranchKey,
  BranchRow,
  Changes,
  ExecutionChange,
  ExecutionQuery,
  ExecutionRow,
  HistoryChunk,
  ListPlace,
  QueuedTask,
  RevisionRow,
  StateMachineRow,
  Store,
} from "../store.js";
import { StoreError } from "../store-error.js";
import { ArnTable, startOfRest } from "./arns.js";
import type { SqlRow, Statement } from "./connection.js";
import { storeError } from "./errors.js";
import { closeDatabase, type OpenDatabase, openDatabase } from "./open.js";
import { RowInserter } from "./row-inserter.js";
import {
  activityRow,
  branchKey,
  branchRow,
  executionRow,
  historyChunk,
  queuedTask,
  revisionRow,
  stateMachineRow,
  statusCodes,
} from "./rows.js";
import { inserts, statements } from "./statements.js";

/**
 * The store in one SQLite database: the file `pawl.db` in `folder`, which is made where it does not exist, or a database
 * in memory that is gone when it is closed. One process at a time can have a folder open; the lock ends with the process.
 *
 * @throws StoreError, as do all methods of the store
 */
export async function openSqliteStore(options: { readonly folder: string } | "memory"): Promise<Store> {
  return sqliteStore(await openDatabase(options));
}

/** The store of a database that is open. Closes it where that fails. */
export async function sqliteStore(database: OpenDatabase): Promise<Store> {
  const { connection, place } = database;
  try {
    const prepared: Partial<Record<keyof typeof statements, Statement>> = {};
    for (const name of Object.keys(statements) as (keyof typeof statements)[]) {
      prepared[name] = await connection.prepare(statements[name]);
    }
    const { execution, history } = inserts;
    return new SqliteStore(
      database,
      prepared as Prepared,
      await RowInserter.prepare(connection, execution.into, execution.columns),
      await RowInserter.prepare(connection, history.into, history.columns),
    );
  } catch (error) {
    await closeDatabase(database);
    throw storeError(error, place);
  }
}

type Prepared = Readonly<Record<keyof typeof statements, Statement>>;

/** Above every id and every time, and exactly a double. */
const ABOVE = Number.MAX_SAFE_INTEGER;

const CHILDREN_A_READ = 200;

class SqliteStore implements Store {
  readonly #database: OpenDatabase;
  readonly #sql: Prepared;
  readonly #newExecutions: RowInserter;
  readonly #newHistory: RowInserter;
  readonly #arns: ArnTable;
  #lastExecutionId: number;
  #lastRevisionId: number;
  /** The last position given in a queue of an activity. */
  #lastPosition: number;
  /** Settles, without an error, when the transaction that is open has ended. Until then nobody else may use the connection. */
  #transaction: Promise<void> | undefined;
  #open = true;

  constructor(database: OpenDatabase, sql: Prepared, newExecutions: RowInserter, newHistory: RowInserter) {
    this.#database = database;
    this.#sql = sql;
    this.#newExecutions = newExecutions;
    this.#newHistory = newHistory;
    this.#arns = new ArnTable(sql);
    this.#lastExecutionId = integer(sql.lastExecution.row());
    this.#lastRevisionId = integer(sql.lastRevision.row());
    this.#lastPosition = integer(sql.lastPosition.row());
  }

  nextExecutionId(): number {
    return ++this.#lastExecutionId;
  }

  nextRevisionId(): number {
    return ++this.#lastRevisionId;
  }

  async commit(changes: Changes): Promise<void> {
    while (this.#transaction !== undefined) await this.#transaction;
    const committed = this.#commit(changes);
    this.#transaction = committed.then(
      () => {},
      () => {},
    );
    try {
      await committed;
    } catch (error) {
      throw storeError(error, this.#database.place);
    } finally {
      this.#transaction = undefined;
    }
  }

  /**
   * Writes on the calling thread, commits on the driver's: writing the log and waiting for the disk is half of the work or
   * more. Measured with commits one after the other while JavaScript is busy for 30 (100) microseconds an execution:
   * 1.6 (1.2) times the executions a second of a commit on the calling thread. A worker thread that is sent all rows gives
   * another 1.15 (1.05), for a message each way with every read; not worth it.
   * In memory there is nothing to wait for, and a test stays free of threads.
   */
  async #commit(changes: Changes): Promise<void> {
    const sql = this.#usable();
    const { connection, inMemory } = this.#database;
    sql.begin.run();
    try {
      this.#write(changes);
      if (inMemory) sql.commit.run();
      else await connection.exec("COMMIT");
    } catch (error) {
      this.#newExecutions.clear();
      this.#newHistory.clear();
      this.#arns.forget();
      // SQLite has already ended the transaction after some errors; then there is nothing to roll back.
      try {
        sql.rollback.run();
      } catch {}
      throw error;
    }
    this.#arns.keep();
  }

  #write(changes: Changes): void {
    const sql = this.#sql;
    for (const row of changes.revisions ?? []) {
      sql.insertRevision.run(
        row.id,
        row.stateMachineArn,
        row.revision,
        row.updateDate,
        row.definition,
        row.roleArn,
        row.configuration,
      );
    }
    for (const arn of changes.deletedStateMachines ?? []) sql.deleteStateMachine.run(arn);
    for (const row of changes.stateMachines ?? []) {
      sql.putStateMachine.run(row.arn, row.name, row.type, row.status, row.creationDate, row.revisionId, row.settings);
    }
    for (const arn of changes.deletedActivities ?? []) sql.deleteActivity.run(arn);
    for (const row of changes.activities ?? []) {
      sql.putActivity.run(row.arn, row.name, row.creationDate, row.settings);
    }
    if (changes.executions !== undefined) this.#writeExecutions(changes.executions);
    if (changes.deletedExecutions !== undefined) this.#deleteExecutions(changes.deletedExecutions);
  }

  /** First all new rows, many with one statement; then what changes rows, in order. */
  #writeExecutions(changes: readonly ExecutionChange[]): void {
    for (const { id, insert, history } of changes) {
      if (insert !== undefined) this.#addExecution(insert);
      if (history !== undefined) {
        this.#newHistory.add(id, history.firstEventId, history.lastEventId, history.events);
      }
    }
    this.#newExecutions.flush();
    this.#newHistory.flush();
    for (const change of changes) this.#updateExecution(change);
  }

  #addExecution(row: ExecutionRow): void {
    const cut = startOfRest(row.arn);
    const arnRest = row.arn.slice(cut);
    this.#newExecutions.add(
      row.id,
      this.#arns.key(row.arn.slice(0, cut)),
      arnRest,
      row.name === arnRest ? null : row.name,
      this.#arns.key(row.stateMachineArn),
      statusCodes[row.status],
      row.revisionId,
      row.startDate,
      row.stopDate,
      row.stateMachineVersionArn,
      row.stateMachineAliasArn,
      row.traceHeader,
      row.error,
      row.cause,
      row.output,
      row.mapRunArn === null ? null : this.#arns.key(row.mapRunArn),
      row.parent,
      row.input,
    );
  }

  #updateExecution({ id, update, branches, deletedBranches }: ExecutionChange): void {
    const sql = this.#sql;
    if (update !== undefined) {
      sql.updateExecution.run(
        id,
        statusCodes[update.status],
        update.stopDate,
        update.output,
        update.error,
        update.cause,
      );
    }
    if (deletedBranches === "all") sql.deleteBranches.run(id);
    else if (deletedBranches !== undefined) for (const branchId of deletedBranches) sql.deleteBranch.run(id, branchId);
    if (branches === undefined) return;
    for (const branch of branches) {
      sql.putBranch.run(
        id,
        branch.id,
        branch.dueAt,
        branch.activityArn === null ? null : this.#arns.key(branch.activityArn),
        branch.activityArn === null ? 0 : ++this.#lastPosition,
        branch.restart ? 1 : 0,
        branch.data,
      );
    }
  }

  #deleteExecutions(ids: readonly number[]): void {
    const sql = this.#sql;
    for (const id of ids) {
      sql.deleteExecution.run(id);
      sql.deleteHistory.run(id);
      sql.deleteBranches.run(id);
    }
    if (ids.length > 0) sql.keepLastDeleted.run(this.#lastExecutionId);
  }

  async execution(arn: string): Promise<ExecutionRow | undefined> {
    return this.#read((sql) => {
      const cut = startOfRest(arn);
      const arnStart = this.#arns.known(arn.slice(0, cut));
      if (arnStart === undefined) return undefined;
      return optional(sql.executionByArn.row(arnStart, arn.slice(cut)), this.#executionRow);
    });
  }

  async executionById(id: number): Promise<ExecutionRow | undefined> {
    return this.#read((sql) => optional(sql.executionById.row(id), this.#executionRow));
  }

  async listExecutions(query: ExecutionQuery): Promise<ExecutionRow[]> {
    return this.#read((sql) => {
      const stateMachine = this.#arns.known(query.stateMachineArn);
      if (stateMachine === undefined) return [];
      const before = query.before ?? ABOVE;
      const rows =
        query.status === undefined
          ? sql.listExecutions.rows(stateMachine, before, query.limit)
          : sql.listExecutionsOfStatus.rows(stateMachine, before, query.limit, statusCodes[query.status]);
      return rows.map(this.#executionRow);
    });
  }

  async mapRunExecutions(mapRunArn: string): Promise<ExecutionRow[]> {
    return this.#read((sql) => {
      const mapRun = this.#arns.known(mapRunArn);
      if (mapRun === undefined) return [];
      const children: ExecutionRow[] = [];
      // In parts, because the JSON of one read has a largest size: half a gigabyte.
      for (;;) {
        const rows = sql.mapRunExecutions.rows(mapRun, children.at(-1)?.id ?? 0, CHILDREN_A_READ);
        for (const row of rows) children.push(this.#executionRow(row));
        if (rows.length < CHILDREN_A_READ) return children;
      }
    });
  }

  async runningChildren(): Promise<ExecutionRow[]> {
    return this.#read((sql) => sql.runningChildren.rows().map(this.#executionRow));
  }

  async hasRunningExecution(stateMachineArn: string): Promise<boolean> {
    return this.#read((sql) => {
      const stateMachine = this.#arns.known(stateMachineArn);
      return stateMachine !== undefined && sql.runningExecution.row(stateMachine) !== undefined;
    });
  }

  async history(executionId: number, from: number, to: number): Promise<HistoryChunk[]> {
    return this.#read((sql) => sql.history.rows(executionId, from, to).map(historyChunk));
  }

  async lastEventId(executionId: number): Promise<number> {
    return this.#read((sql) => integer(sql.lastEvent.row(executionId)));
  }

  async branches(executionId: number): Promise<BranchRow[]> {
    return this.#read((sql) => sql.branches.rows(executionId).map((row) => branchRow(row, this.#arns.arn)));
  }

  async due(time: number, limit: number): Promise<BranchKey[]> {
    return this.#read((sql) => sql.due.rows(time, limit).map(branchKey));
  }

  async nextDue(): Promise<number | undefined> {
    return this.#read((sql) => (sql.nextDue.row()?.[0] as number | null) ?? undefined);
  }

  async queued(activityArn: string, limit: number, after = 0): Promise<QueuedTask[]> {
    return this.#read((sql) => {
      const activity = this.#arns.known(activityArn);
      return activity === undefined ? [] : sql.queued.rows(activity, after, limit).map(queuedTask);
    });
  }

  async restarting(): Promise<number[]> {
    return this.#read((sql) => sql.restarting.rows().map(integer));
  }

  async stateMachine(arn: string): Promise<StateMachineRow | undefined> {
    return this.#read((sql) => optional(sql.stateMachine.row(arn), stateMachineRow));
  }

  async listStateMachines(limit: number, after?: ListPlace): Promise<StateMachineRow[]> {
    return this.#read((sql) =>
      sql.listStateMachines.rows(after?.creationDate ?? ABOVE, after?.arn ?? "", limit).map(stateMachineRow),
    );
  }

  async revision(id: number): Promise<RevisionRow | undefined> {
    return this.#read((sql) => optional(sql.revision.row(id), revisionRow));
  }

  async activity(arn: string): Promise<ActivityRow | undefined> {
    return this.#read((sql) => optional(sql.activity.row(arn), activityRow));
  }

  async listActivities(limit: number, after?: ListPlace): Promise<ActivityRow[]> {
    return this.#read((sql) =>
      sql.listActivities.rows(after?.creationDate ?? ABOVE, after?.arn ?? "", limit).map(activityRow),
    );
  }

  async close(): Promise<void> {
    while (this.#transaction !== undefined) await this.#transaction;
    if (!this.#open) return;
    this.#open = false;
    await closeDatabase(this.#database);
  }

  readonly #executionRow = (row: SqlRow): ExecutionRow => executionRow(row, this.#arns.arn);

  /** Reads what is committed: after the open transaction, not within it. */
  async #read<Result>(read: (sql: Prepared) => Result): Promise<Result> {
    while (this.#transaction !== undefined) await this.#transaction;
    const sql = this.#usable();
    try {
      return read(sql);
    } catch (error) {
      throw storeError(error, this.#database.place);
    }
  }

  #usable(): Prepared {
    if (this.#open) return this.#sql;
    throw new StoreError("closed", `The store in ${this.#database.place} was closed. Open it again to use it.`);
  }
}

function integer(row: SqlRow | undefined): number {
  return (row?.[0] as number | undefined) ?? 0;
}

function optional<Row>(row: SqlRow | undefined, read: (row: SqlRow) => Row): Row | undefined {
  return row === undefined ? undefined : read(row);
}
