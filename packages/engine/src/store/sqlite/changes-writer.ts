import {
  type BranchRow,
  type Changes,
  EVENTS_OF_A_PART,
  type ExecutionChange,
  type ExecutionRow,
  type HistoryChunk,
} from "../store.js";
import { type ArnTable, startOfRest } from "./arns.js";
import { checksumOf } from "./checksum.js";
import type { SqlValue, Statement } from "./connection.js";
import { sumAsRunning } from "./execution-checksum.js";
import { Remover } from "./remover.js";
import type { RowInserter } from "./row-inserter.js";
import { statusCodes } from "./rows.js";
import type { inserts, Prepared } from "./statements.js";

export type Inserters = Readonly<Record<keyof typeof inserts, RowInserter>>;

/** Writes the rows of a commit, within the transaction that is open. */
export class ChangesWriter {
  readonly #sql: Prepared;
  readonly #arns: ArnTable;
  readonly #new: Inserters;
  readonly #remover: Remover;
  /** The last position given in a queue of an activity. */
  #lastPosition: number;

  constructor(sql: Prepared, arns: ArnTable, inserters: Inserters) {
    this.#sql = sql;
    this.#arns = arns;
    this.#new = inserters;
    this.#remover = new Remover(sql);
    this.#lastPosition = (sql.lastPosition.row()?.[0] as number | undefined) ?? 0;
  }

  /** @param lastExecutionId the highest id that was given out */
  write(changes: Changes, lastExecutionId: number): void {
    const sql = this.#sql;
    this.#writeStateMachines(changes);
    for (const arn of changes.deletedActivities ?? []) sql.deleteActivity.run(arn);
    for (const row of changes.activities ?? []) {
      put(sql.putActivity, [row.arn, row.name, row.creationDate, row.settings]);
    }
    if (changes.executions !== undefined) this.#writeExecutions(changes.executions);
    if (changes.deletedExecutions !== undefined) this.#deleteExecutions(changes.deletedExecutions, lastExecutionId);
    for (const { executionId, attempt } of changes.endedJobStops ?? []) sql.deleteJobStop.run(executionId, attempt);
    if (changes.removal !== undefined) this.#remover.remove(changes.removal, lastExecutionId);
  }

  #writeStateMachines(changes: Changes): void {
    const sql = this.#sql;
    for (const row of changes.revisions ?? []) {
      put(sql.insertRevision, [
        row.id,
        row.stateMachineArn,
        row.revision,
        row.updateDate,
        row.definition,
        row.roleArn,
        row.configuration,
      ]);
    }
    for (const arn of changes.deletedStateMachines ?? []) {
      sql.deleteStateMachine.run(arn);
      sql.deleteVersions.run(arn);
      sql.deleteAliases.run(arn);
    }
    for (const row of changes.stateMachines ?? []) {
      put(sql.putStateMachine, [
        row.arn,
        row.name,
        row.type,
        row.status,
        row.creationDate,
        row.revisionId,
        row.lastVersion,
        row.settings,
      ]);
    }
    for (const { stateMachineArn, number } of changes.deletedVersions ?? []) {
      sql.deleteVersion.run(stateMachineArn, number);
    }
    for (const row of changes.versions ?? []) {
      put(sql.insertVersion, [row.stateMachineArn, row.number, row.revisionId, row.creationDate, row.description]);
    }
    for (const { stateMachineArn, name } of changes.deletedAliases ?? []) sql.deleteAlias.run(stateMachineArn, name);
    for (const row of changes.aliases ?? []) {
      put(sql.putAlias, [
        row.stateMachineArn,
        row.name,
        row.creationDate,
        row.updateDate,
        row.description,
        row.routing,
      ]);
    }
  }

  /** All new rows, many with one statement; what changes and deletes rows, in order; then all branches. */
  #writeExecutions(changes: readonly ExecutionChange[]): void {
    for (const { id, insert, history } of changes) {
      if (insert !== undefined) this.#addExecution(insert);
      if (history !== undefined) this.#addHistory(id, history);
    }
    this.#flush();
    for (const change of changes) {
      this.#updateExecution(change);
      if (change.branches !== undefined) for (const branch of change.branches) this.#addBranch(change.id, branch);
    }
    this.#flush();
  }

  /** A long chunk becomes several rows, so that a page reads little more than itself. */
  #addHistory(id: number, { firstEventId, lastEventId, events }: HistoryChunk): void {
    let [first, start] = [firstEventId, 0];
    for (; lastEventId - first >= 2 * EVENTS_OF_A_PART; first += EVENTS_OF_A_PART) {
      let end = start - 1;
      for (let event = 0; event < EVENTS_OF_A_PART; event++) end = events.indexOf("\n", end + 1);
      this.#new.history.add([id, first, first + EVENTS_OF_A_PART - 1, events.slice(start, end)]);
      start = end + 1;
    }
    this.#new.history.add([id, first, lastEventId, start === 0 ? events : events.slice(start)]);
  }

  #flush(): void {
    for (const inserter of Object.values(this.#new)) inserter.flush();
  }

  #addExecution(row: ExecutionRow): void {
    const cut = startOfRest(row.arn);
    const arnStart = this.#arns.key(row.arn.slice(0, cut));
    const arnRest = row.arn.slice(cut);
    const stateMachine = this.#arns.key(row.stateMachineArn);
    const status = statusCodes[row.status];
    const { id, revisionId, startDate, stopDate, output, input } = row;
    const plain = [id, arnStart, arnRest, stateMachine, status, revisionId, startDate, stopDate, output, input];
    if (row.name === arnRest && isPlain(row)) {
      this.#new.plainExecutions.add(plain);
      return;
    }
    this.#new.executions.add([
      ...plain,
      row.name === arnRest ? null : row.name,
      row.stateMachineVersionArn === null ? null : this.#arns.key(row.stateMachineVersionArn),
      row.stateMachineAliasArn === null ? null : this.#arns.key(row.stateMachineAliasArn),
      row.traceHeader,
      row.error,
      row.cause,
      row.mapRunArn === null ? null : this.#arns.key(row.mapRunArn),
      row.parent,
      row.testCase ?? null,
    ]);
  }

  #updateExecution({ id, update, deletedBranches, mapRuns, jobStops }: ExecutionChange): void {
    const sql = this.#sql;
    for (const { executionId, attempt, data } of jobStops ?? []) put(sql.putJobStop, [executionId, attempt, data]);
    for (const { arn, executionId, status, startDate, stopDate, data } of mapRuns ?? []) {
      put(sql.putMapRun, [this.#arns.key(arn), executionId, status, startDate, stopDate, data]);
    }
    if (update !== undefined) {
      const { stopDate, output, error, cause, redrive } = update;
      const outcome = [id, statusCodes[update.status], stopDate, output, error, cause];
      const isRedriven = redrive !== undefined;
      sql.updateExecution.run(
        ...outcome,
        redrive ?? null,
        checksumOf(outcome),
        isRedriven ? checksumOf([id, redrive]) : null,
        isRedriven ? this.#sumAsRunning(id) : null,
      );
    }
    if (deletedBranches === "all") sql.deleteBranches.run(id);
    else if (deletedBranches !== undefined) for (const branchId of deletedBranches) sql.deleteBranch.run(id, branchId);
  }

  /** The checksum of a row that is there, as if it had been inserted RUNNING. */
  #sumAsRunning(id: number): number | null {
    const row = this.#sql.executionById.row(id);
    return row === undefined ? null : sumAsRunning(row);
  }

  #addBranch(executionId: number, { id, dueAt, activityArn, restart, data }: BranchRow): void {
    const activity = activityArn === null ? null : this.#arns.key(activityArn);
    const row = [executionId, id, dueAt, activity, restart ? 1 : 0, data];
    this.#new.branches.add(row, activity === null ? 0 : ++this.#lastPosition);
  }

  #deleteExecutions(ids: readonly number[], lastExecutionId: number): void {
    const sql = this.#sql;
    for (const id of ids) {
      sql.deleteExecution.run(id);
      sql.deleteHistory.run(id);
      sql.deleteMapRuns.run(id);
      sql.deleteBranches.run(id);
    }
    if (ids.length > 0) sql.keepLastDeleted.run(lastExecutionId);
  }

  /** Drops what is left of a commit that failed. */
  clear(): void {
    for (const inserter of Object.values(this.#new)) inserter.clear();
  }
}

function put(statement: Statement, row: readonly SqlValue[]): void {
  statement.run(...row, checksumOf(row));
}

/** True where the columns are null that a plain execution's statement does not write. */
function isPlain(row: ExecutionRow): boolean {
  return (
    row.stateMachineVersionArn === null &&
    row.stateMachineAliasArn === null &&
    row.traceHeader === null &&
    row.error === null &&
    row.cause === null &&
    row.mapRunArn === null &&
    row.parent === null &&
    row.testCase === undefined
  );
}
