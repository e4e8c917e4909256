import {
  type ActivityRow,
  type AliasRow,
  type BranchKey,
  type BranchRow,
  type Changes,
  type ChildRow,
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
  type Store,
  type VersionRow,
} from "../store.js";
import { StoreError } from "../store-error.js";
import { ArnTable, startOfRest } from "./arns.js";
import { writeBackup } from "./backup.js";
import { ChangesWriter, type Inserters } from "./changes-writer.js";
import { CHECKPOINT, Checkpoints } from "./checkpoints.js";
import { DamagedRowError, damagedRow } from "./checksum.js";
import type { SqlRow, Statement } from "./connection.js";
import { DiskFailures } from "./disk-failures.js";
import { storeError } from "./errors.js";
import { closeDatabase, type OpenDatabase, openDatabase } from "./open.js";
import { RowInserter } from "./row-inserter.js";
import {
  activityRow,
  aliasRow,
  branchKey,
  branchRow,
  childRow,
  executionRow,
  historyChunks,
  jobStopRow,
  mapRunRow,
  queuedTask,
  revisionRow,
  stateMachineRow,
  statusCodes,
  versionRow,
} from "./rows.js";
import { inserts, type Prepared, statements } from "./statements.js";

/**
 * The store in one SQLite database: the file `pawl.db` in `folder`, which is made where it does not exist, or a database
 * in memory that is gone when it is closed. One process at a time can have a folder open; the lock ends with the process.
 *
 * @throws StoreError, as do all methods of the store
 */
export async function openSqliteStore(options: SqliteStoreOptions | "memory"): Promise<Store> {
  return sqliteStore(await openDatabase(options), options === "memory" ? undefined : options.onBroken);
}

export interface SqliteStoreOptions {
  readonly folder: string;
  /**
   * Called once where the disk has failed so that nothing more is read or written: every call is refused with this error from then on. The process
   * had better end, and another one open the folder.
   */
  readonly onBroken?: ((error: StoreError) => void) | undefined;
}

/** The store of a database that is open. Closes it where that fails. */
export async function sqliteStore(
  database: OpenDatabase,
  onBroken: (error: StoreError) => void = () => {},
): Promise<Store> {
  const { connection, place } = database;
  try {
    const prepared: Partial<Record<keyof typeof statements, Statement>> = {};
    for (const name of Object.keys(statements) as (keyof typeof statements)[]) {
      prepared[name] = await connection.prepare(statements[name]);
    }
    const inserters: Partial<Record<keyof typeof inserts, RowInserter>> = {};
    for (const name of Object.keys(inserts) as (keyof typeof inserts)[]) {
      inserters[name] = await RowInserter.prepare(connection, inserts[name]);
    }
    const failures = new DiskFailures(place, onBroken);
    return new SqliteStore(database, prepared as Prepared, inserters as Inserters, failures);
  } catch (error) {
    await closeDatabase(database);
    throw storeError(error, place);
  }
}

/** Above every id and every time, and exactly a double. */
const ABOVE = Number.MAX_SAFE_INTEGER;

class SqliteStore implements Store {
  readonly #database: OpenDatabase;
  readonly #sql: Prepared;
  readonly #writer: ChangesWriter;
  readonly #arns: ArnTable;
  readonly #checkpoints: Checkpoints;
  readonly #failures: DiskFailures;
  #lastExecutionId: number;
  #lastRevisionId: number;
  /** Settles, without an error, when the transaction that is open has ended. Until then nobody else may use the connection. */
  #transaction: Promise<void> | undefined;
  #open = true;

  constructor(database: OpenDatabase, sql: Prepared, inserters: Inserters, failures: DiskFailures) {
    this.#failures = failures;
    this.#database = database;
    this.#sql = sql;
    this.#arns = new ArnTable(sql);
    this.#writer = new ChangesWriter(sql, this.#arns, inserters);
    this.#checkpoints = new Checkpoints(database.inMemory);
    this.#lastExecutionId = integer(sql.lastExecution.row());
    this.#lastRevisionId = integer(sql.lastRevision.row());
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
    this.#transaction = this.#afterwards(committed, changes);
    try {
      await committed;
    } catch (error) {
      throw storeError(error, this.#database.place);
    }
  }

  /** Ends with the transaction, or with the checkpoint that follows it. */
  async #afterwards(committed: Promise<void>, { executions = [] }: Changes): Promise<void> {
    try {
      await committed;
      if (this.#checkpoints.isDue(executions.length)) await this.#database.connection.exec(CHECKPOINT);
    } catch (error) {
      // Its caller is told of the transaction's error. A checkpoint that fails has lost nothing: the next one does its work, or the next process.
      this.#failures.note(error);
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
    try {
      sql.begin.run();
      this.#writer.write(changes, this.#lastExecutionId);
      if (inMemory) sql.commit.run();
      else await connection.exec("COMMIT");
    } catch (error) {
      this.#writer.clear();
      this.#arns.forget();
      // SQLite has already ended the transaction after some errors; then there is nothing to roll back.
      try {
        sql.rollback.run();
      } catch {}
      await this.#renew();
      throw error;
    }
    this.#arns.keep();
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
      const [arn, ofAny, ofStatus] = listOf(query, sql);
      const key = this.#arns.known(arn);
      if (key === undefined) return [];
      const { status, limit } = query;
      const code = status === undefined ? [] : [statusCodes[status]];
      const list = status === undefined ? ofAny : ofStatus;
      if ("mapRunArn" in query) {
        return list.rows(key, query.before ?? ABOVE, limit, ...code).map(this.#executionRow);
      }
      const { listedAt: time, id } = query.before ?? { listedAt: ABOVE, id: ABOVE };
      const found = list.rows(key, time, limit, id, ...code).map(this.#executionRow);
      return status === undefined
        ? found.sort((one, other) => listedAt(other) - listedAt(one) || other.id - one.id)
        : found;
    });
  }

  async mapRunExecutions(mapRunArn: string, limit: number, after = 0): Promise<ExecutionRow[]> {
    return this.#read((sql) => {
      const mapRun = this.#arns.known(mapRunArn);
      return mapRun === undefined ? [] : sql.mapRunExecutions.rows(mapRun, after, limit).map(this.#executionRow);
    });
  }

  async mapRunChildren(mapRunArn: string, limit: number, after = 0): Promise<ChildRow[]> {
    return this.#read((sql) => {
      const mapRun = this.#arns.known(mapRunArn);
      return mapRun === undefined ? [] : sql.mapRunChildren.rows(mapRun, after, limit).map(this.#childRow);
    });
  }

  async runningChildren({
    mapRunArn,
    limit,
    after = 0,
  }: {
    readonly mapRunArn?: string;
    readonly limit: number;
    readonly after?: number;
  }): Promise<ChildRow[]> {
    return this.#read((sql) => {
      if (mapRunArn === undefined) return sql.runningChildren.rows(after, limit).map(this.#childRow);
      const mapRun = this.#arns.known(mapRunArn);
      return mapRun === undefined ? [] : sql.runningChildrenOfMapRun.rows(mapRun, after, limit).map(this.#childRow);
    });
  }

  async mapRun(arn: string): Promise<MapRunRow | undefined> {
    return this.#read((sql) => {
      const key = this.#arns.known(arn);
      return key === undefined ? undefined : optional(sql.mapRun.row(key), this.#mapRunRow);
    });
  }

  async mapRuns(executionId: number, limit: number, before?: string): Promise<MapRunRow[]> {
    return this.#read((sql) => {
      const place = before === undefined ? null : (this.#arns.known(before) ?? null);
      return sql.mapRuns.rows(executionId, place, limit).map(this.#mapRunRow);
    });
  }

  async hasRunningExecution(stateMachineArn: string): Promise<boolean> {
    return this.#read((sql) => {
      const stateMachine = this.#arns.known(stateMachineArn);
      return stateMachine !== undefined && sql.runningExecution.row(stateMachine) !== undefined;
    });
  }

  async history(executionId: number, from: number, to: number): Promise<HistoryChunk[]> {
    return this.#read((sql) => historyChunks(executionId, sql.history.text(executionId, from, to)));
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

  async jobStops(limit: number, after: JobStopKey = { executionId: 0, attempt: 0 }): Promise<JobStopRow[]> {
    return this.#read((sql) => sql.jobStops.rows(after.executionId, after.attempt, limit).map(jobStopRow));
  }

  async stateMachine(arn: string): Promise<StateMachineRow | undefined> {
    return this.#read((sql) => optional(sql.stateMachine.row(arn), stateMachineRow));
  }

  async listStateMachines(limit: number, after = ""): Promise<StateMachineRow[]> {
    return this.#read((sql) => sql.listStateMachines.rows(after, limit).map(stateMachineRow));
  }

  async revision(id: number): Promise<RevisionRow | undefined> {
    return this.#read((sql) => optional(sql.revision.row(id), revisionRow));
  }

  async versions(stateMachineArn: string): Promise<VersionRow[]> {
    return this.#read((sql) => sql.versions.rows(stateMachineArn).map(versionRow));
  }

  async aliases(stateMachineArn: string): Promise<AliasRow[]> {
    return this.#read((sql) => sql.aliases.rows(stateMachineArn).map(aliasRow));
  }

  async activity(arn: string): Promise<ActivityRow | undefined> {
    return this.#read((sql) => optional(sql.activity.row(arn), activityRow));
  }

  async listActivities(limit: number, after = ""): Promise<ActivityRow[]> {
    return this.#read((sql) => sql.listActivities.rows(after, limit).map(activityRow));
  }

  async removable({
    closed,
    ended,
    limit,
  }: {
    readonly closed: number;
    readonly ended: number;
    readonly limit: number;
  }): Promise<Removable> {
    return this.#read((sql) => ({
      executions: sql.closedBefore.rows(closed, limit).map(integer),
      pastRedrive: sql.pastRedrive
        .rows(ended, limit)
        .map(([id, stopDate]) => ({ id: id as number, stopDate: stopDate as number })),
      hasRemains: sql.remains.rows(1).length > 0,
    }));
  }

  async backup(file: string): Promise<void> {
    while (this.#transaction !== undefined) await this.#transaction;
    this.#usable();
    const written = writeBackup(this.#database.connection, file);
    // The connection is on the driver's thread: reads and commits wait as for a transaction.
    this.#transaction = written.then(
      () => {},
      () => {},
    );
    try {
      await written;
    } finally {
      this.#transaction = undefined;
    }
  }

  async close(): Promise<void> {
    while (this.#transaction !== undefined) await this.#transaction;
    if (!this.#open) return;
    this.#open = false;
    // What is in memory must not reach the file.
    if (this.#failures.broken !== undefined) this.#database.connection.close();
    else await closeDatabase(this.#database);
  }

  readonly #executionRow = (row: SqlRow): ExecutionRow => executionRow(row, this.#arns.arn);
  readonly #childRow = (row: SqlRow): ChildRow => childRow(row, this.#arns.arn);
  readonly #mapRunRow = (row: SqlRow): MapRunRow => mapRunRow(row, this.#arns.arn);

  /** Reads what is committed: after the open transaction, not within it. */
  async #read<Result>(read: (sql: Prepared) => Result): Promise<Result> {
    while (this.#transaction !== undefined) await this.#transaction;
    const sql = this.#usable();
    try {
      return read(sql);
    } catch (error) {
      this.#failures.note(error);
      this.#transaction = this.#renew().finally(() => {
        this.#transaction = undefined;
      });
      throw error instanceof DamagedRowError ? this.#damagedRow(error) : storeError(error, this.#database.place);
    }
  }

  /** Never throws: a statement that is not prepared again goes on throwing, and is tried again then. */
  async #renew(): Promise<void> {
    try {
      await this.#database.connection.renew();
    } catch {}
  }

  #damagedRow(error: DamagedRowError): StoreError {
    let arn: string | undefined;
    try {
      const row = error.executionId === undefined ? undefined : this.#sql.executionById.row(error.executionId);
      if (row !== undefined) arn = this.#arns.arn(row[1] as number) + row[2];
    } catch {
      // Its name is damaged, too.
    }
    return damagedRow(error, this.#database.place, arn);
  }

  #usable(): Prepared {
    const { broken } = this.#failures;
    if (broken !== undefined) throw broken;
    if (this.#open) return this.#sql;
    throw new StoreError("closed", `The store in ${this.#database.place} was closed. Open it again to use it.`);
  }
}

/** Whose executions a query asks for, and the statements that list them. */
function listOf(query: ExecutionQuery, sql: Prepared): [arn: string, ofAny: Statement, ofStatus: Statement] {
  if ("mapRunArn" in query) {
    const { mapRunArn, redriven } = query;
    if (redriven === undefined) return [mapRunArn, sql.listMapRunExecutions, sql.listMapRunExecutionsOfStatus];
    return redriven
      ? [mapRunArn, sql.listRedrivenExecutions, sql.listRedrivenExecutionsOfStatus]
      : [mapRunArn, sql.listNotRedrivenExecutions, sql.listNotRedrivenExecutionsOfStatus];
  }
  const { stateMachineArn, stateMachineVersionArn, stateMachineAliasArn } = query;
  if (stateMachineAliasArn !== undefined) {
    return [stateMachineAliasArn, sql.listAliasExecutions, sql.listAliasExecutionsOfStatus];
  }
  return stateMachineVersionArn === undefined
    ? [stateMachineArn, sql.listExecutions, sql.listExecutionsOfStatus]
    : [stateMachineVersionArn, sql.listVersionExecutions, sql.listVersionExecutionsOfStatus];
}

function integer(row: SqlRow | undefined): number {
  return (row?.[0] as number | undefined) ?? 0;
}

function optional<Row>(row: SqlRow | undefined, read: (row: SqlRow) => Row): Row | undefined {
  return row === undefined ? undefined : read(row);
}
