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
import { ArnTable } from "./arns.js";
import type { Connection, SqlRow, Statement } from "./connection.js";
import { storeError } from "./errors.js";
import { openDatabase } from "./open.js";
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
import { statements } from "./statements.js";

/**
 * The store in one SQLite database: the file `pawl.db` in `folder`, which is made where it does not exist, or a database
 * in memory that is gone when it is closed. One process at a time can have a folder open; the lock ends with the process.
 *
 * @throws StoreError, as do all methods of the store
 */
export async function openSqliteStore(options: { readonly folder: string } | "memory"): Promise<Store> {
  const { connection, place } = openDatabase(options);
  try {
    return new SqliteStore(connection, place);
  } catch (error) {
    connection.close();
    throw storeError(error, place);
  }
}

type Prepared = Readonly<Record<keyof typeof statements, Statement>>;

/** Above every id and every time, and exactly a double. */
const above = Number.MAX_SAFE_INTEGER;

class SqliteStore implements Store {
  readonly #connection: Connection;
  readonly #place: string;
  readonly #sql: Prepared;
  readonly #arns: ArnTable;
  #lastExecutionId: number;
  #lastRevisionId: number;
  /** The last position given in a queue of an activity. */
  #lastPosition: number;
  #open = true;

  constructor(connection: Connection, place: string) {
    this.#connection = connection;
    this.#place = place;
    this.#sql = Object.fromEntries(
      Object.entries(statements).map(([name, sql]) => [name, connection.prepare(sql)]),
    ) as Prepared;
    this.#arns = new ArnTable(this.#sql);
    this.#lastExecutionId = integer(this.#sql.lastExecution.get());
    this.#lastRevisionId = integer(this.#sql.lastRevision.get());
    this.#lastPosition = integer(this.#sql.lastPosition.get());
  }

  nextExecutionId(): number {
    return ++this.#lastExecutionId;
  }

  nextRevisionId(): number {
    return ++this.#lastRevisionId;
  }

  async commit(changes: Changes): Promise<void> {
    this.#attempt((sql) => {
      sql.begin.run();
      try {
        this.#write(changes);
        sql.commit.run();
      } catch (error) {
        this.#arns.forget();
        // SQLite has already ended the transaction after some errors; then there is nothing to roll back.
        try {
          sql.rollback.run();
        } catch {}
        throw error;
      }
      this.#arns.keep();
    });
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
    for (const change of changes.executions ?? []) this.#writeExecution(change);
  }

  #writeExecution(change: ExecutionChange): void {
    const sql = this.#sql;
    const { id, insert, update, history, branches, deletedBranches } = change;
    if (insert !== undefined) {
      sql.insertExecution.run(
        insert.id,
        insert.arn,
        insert.name,
        this.#arns.key(insert.stateMachineArn),
        statusCodes[insert.status],
        insert.revisionId,
        insert.startDate,
        insert.stopDate,
        insert.stateMachineVersionArn,
        insert.stateMachineAliasArn,
        insert.traceHeader,
        insert.error,
        insert.cause,
        insert.output,
        insert.input,
      );
    }
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
    if (history !== undefined) sql.insertHistory.run(id, history.firstEventId, history.lastEventId, history.events);
    if (deletedBranches === "all") sql.deleteBranches.run(id);
    else for (const branchId of deletedBranches ?? []) sql.deleteBranch.run(id, branchId);
    for (const branch of branches ?? []) {
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

  async execution(arn: string): Promise<ExecutionRow | undefined> {
    return this.#attempt((sql) => optional(sql.executionByArn.get(arn), this.#executionRow));
  }

  async executionById(id: number): Promise<ExecutionRow | undefined> {
    return this.#attempt((sql) => optional(sql.executionById.get(id), this.#executionRow));
  }

  async listExecutions(query: ExecutionQuery): Promise<ExecutionRow[]> {
    return this.#attempt((sql) => {
      const stateMachine = this.#arns.known(query.stateMachineArn);
      if (stateMachine === undefined) return [];
      const before = query.before ?? above;
      const rows =
        query.status === undefined
          ? sql.listExecutions.all(stateMachine, before, query.limit)
          : sql.listExecutionsOfStatus.all(stateMachine, before, query.limit, statusCodes[query.status]);
      return rows.map(this.#executionRow);
    });
  }

  async hasRunningExecution(stateMachineArn: string): Promise<boolean> {
    return this.#attempt((sql) => {
      const stateMachine = this.#arns.known(stateMachineArn);
      return stateMachine !== undefined && sql.runningExecution.get(stateMachine) !== undefined;
    });
  }

  async history(executionId: number, from: number, to: number): Promise<HistoryChunk[]> {
    return this.#attempt((sql) => sql.history.all(executionId, from, to).map(historyChunk));
  }

  async lastEventId(executionId: number): Promise<number> {
    return this.#attempt((sql) => integer(sql.lastEvent.get(executionId)));
  }

  async branches(executionId: number): Promise<BranchRow[]> {
    return this.#attempt((sql) => sql.branches.all(executionId).map((row) => branchRow(row, this.#arns.arn)));
  }

  async due(time: number, limit: number): Promise<BranchKey[]> {
    return this.#attempt((sql) => sql.due.all(time, limit).map(branchKey));
  }

  async nextDue(): Promise<number | undefined> {
    return this.#attempt((sql) => (sql.nextDue.get()?.[0] as number | null) ?? undefined);
  }

  async queued(activityArn: string, limit: number, after = 0): Promise<QueuedTask[]> {
    return this.#attempt((sql) => {
      const activity = this.#arns.known(activityArn);
      return activity === undefined ? [] : sql.queued.all(activity, after, limit).map(queuedTask);
    });
  }

  async restarting(): Promise<number[]> {
    return this.#attempt((sql) => sql.restarting.all().map(integer));
  }

  async stateMachine(arn: string): Promise<StateMachineRow | undefined> {
    return this.#attempt((sql) => optional(sql.stateMachine.get(arn), stateMachineRow));
  }

  async listStateMachines(limit: number, after?: ListPlace): Promise<StateMachineRow[]> {
    return this.#attempt((sql) =>
      sql.listStateMachines.all(after?.creationDate ?? above, after?.arn ?? "", limit).map(stateMachineRow),
    );
  }

  async revision(id: number): Promise<RevisionRow | undefined> {
    return this.#attempt((sql) => optional(sql.revision.get(id), revisionRow));
  }

  async activity(arn: string): Promise<ActivityRow | undefined> {
    return this.#attempt((sql) => optional(sql.activity.get(arn), activityRow));
  }

  async listActivities(limit: number, after?: ListPlace): Promise<ActivityRow[]> {
    return this.#attempt((sql) =>
      sql.listActivities.all(after?.creationDate ?? above, after?.arn ?? "", limit).map(activityRow),
    );
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#connection.close();
  }

  readonly #executionRow = (row: SqlRow): ExecutionRow => executionRow(row, this.#arns.arn);

  #attempt<Result>(action: (sql: Prepared) => Result): Result {
    if (!this.#open) throw new StoreError("closed", `The store of ${this.#place} was closed. Open it again to use it.`);
    try {
      return action(this.#sql);
    } catch (error) {
      throw storeError(error, this.#place);
    }
  }
}

function integer(row: SqlRow | undefined): number {
  return (row?.[0] as number | undefined) ?? 0;
}

function optional<Row>(row: SqlRow | undefined, read: (row: SqlRow) => Row): Row | undefined {
  return row === undefined ? undefined : read(row);
}
