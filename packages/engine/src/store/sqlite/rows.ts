import type {
  ActivityRow,
  AliasRow,
  BranchKey,
  BranchRow,
  ChildRow,
  ExecutionRow,
  ExecutionStatus,
  HistoryChunk,
  JobStopRow,
  MapRunRow,
  QueuedTask,
  RevisionRow,
  StateMachineRow,
  VersionRow,
} from "../store.js";
import { checkRow, DamagedRowError } from "./checksum.js";
import type { SqlRow } from "./connection.js";
import { checkExecution } from "./execution-checksum.js";
import { AFTER, BETWEEN } from "./statements.js";

/** Statuses are stored as their place in this list, which therefore only grows at its end. */
export const statuses: readonly ExecutionStatus[] = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"];

export const statusCodes: Readonly<Record<ExecutionStatus, number>> = {
  RUNNING: 0,
  SUCCEEDED: 1,
  FAILED: 2,
  TIMED_OUT: 3,
  ABORTED: 4,
};

/** The text of which `arns` holds the integer. */
export type ArnOf = (key: number) => string;

// The schema gives each column its type; NOT NULL columns are never null. The casts below repeat that, column by column.

function statusOf(id: number, code: number): ExecutionStatus {
  const status = statuses[code];
  if (status === undefined) throw new DamagedRowError(`the status ${code}`, id);
  return status;
}

/** @throws DamagedRowError, as do the others */
export function executionRow(row: SqlRow, arnOf: ArnOf): ExecutionRow {
  checkExecution(row);
  const status = statusOf(row[0] as number, row[4] as number);
  const arnRest = row[2] as string;
  return {
    id: row[0] as number,
    arn: arnOf(row[1] as number) + arnRest,
    name: (row[10] as string | null) ?? arnRest,
    stateMachineArn: arnOf(row[3] as number),
    status,
    revisionId: row[5] as number,
    startDate: row[6] as number,
    stopDate: row[7] as number | null,
    stateMachineVersionArn: row[11] === null ? null : arnOf(row[11] as number),
    stateMachineAliasArn: row[12] === null ? null : arnOf(row[12] as number),
    traceHeader: row[13] as string | null,
    error: row[14] as string | null,
    cause: row[15] as string | null,
    output: row[8] as string | null,
    mapRunArn: row[16] === null ? null : arnOf(row[16] as number),
    parent: row[17] as string | null,
    input: row[9] as string,
    ...(row[18] === null ? {} : { testCase: row[18] as string }),
    ...(row[19] === null ? {} : { redrive: row[19] as string }),
  };
}

export function childRow(row: SqlRow, arnOf: ArnOf): ChildRow {
  return {
    id: row[0] as number,
    status: statusOf(row[0] as number, row[1] as number),
    mapRunArn: row[4] === null ? null : arnOf(row[4] as number),
    parent: row[2] as string | null,
    ...(row[3] === null ? {} : { redrive: row[3] as string }),
  };
}

export function mapRunRow(row: SqlRow, arnOf: ArnOf): MapRunRow {
  checkRow(row, () => "a map run", row[1] as number);
  return {
    arn: arnOf(row[0] as number),
    executionId: row[1] as number,
    status: row[2] as MapRunRow["status"],
    startDate: row[3] as number,
    stopDate: row[4] as number | null,
    data: row[5] as string,
  };
}

/** @param text of the statement for chunks; null where there are none */
export function historyChunks(executionId: number, text: string | null): HistoryChunk[] {
  if (text === null) return [];
  return text.split(AFTER).map((chunk) => {
    const end = chunk.indexOf(BETWEEN);
    const head = /^(\d+) (\d+) (-?\d*)$/.exec(chunk.slice(0, Math.max(end, 0)));
    // A separator that was no separator once.
    if (head === null) throw new DamagedRowError("the history", executionId);
    const [firstEventId, lastEventId, events] = [Number(head[1]), Number(head[2]), chunk.slice(end + 1)];
    const sum = head[3] === "" ? null : Number(head[3]);
    checkHistory([executionId, firstEventId, lastEventId, events, sum]);
    return { firstEventId, lastEventId, events };
  });
}

/** @throws DamagedRowError */
export function checkHistory(row: SqlRow): void {
  checkRow(row, historyOf, row[0] as number);
}

export function branchRow(row: SqlRow, arnOf: ArnOf): BranchRow {
  checkRow(row, () => `branch ${row[1]}`, row[0] as number);
  return {
    id: row[1] as number,
    dueAt: row[2] as number | null,
    activityArn: row[3] === null ? null : arnOf(row[3] as number),
    restart: row[4] === 1,
    data: row[5] as string,
  };
}

export function branchKey(row: SqlRow): BranchKey {
  return { executionId: row[0] as number, branchId: row[1] as number, dueAt: row[2] as number };
}

export function queuedTask(row: SqlRow): QueuedTask {
  return { executionId: row[0] as number, branchId: row[1] as number, position: row[2] as number };
}

export function stateMachineRow(row: SqlRow): StateMachineRow {
  checkRow(row, ([arn]) => `state machine ${arn}`);
  return {
    arn: row[0] as string,
    name: row[1] as string,
    type: row[2] as StateMachineRow["type"],
    status: row[3] as StateMachineRow["status"],
    creationDate: row[4] as number,
    revisionId: row[5] as number,
    lastVersion: row[6] as number,
    settings: row[7] as string,
  };
}

export function revisionRow(row: SqlRow): RevisionRow {
  checkRow(row, ([id, arn]) => `revision ${id} of state machine ${arn}`);
  return {
    id: row[0] as number,
    stateMachineArn: row[1] as string,
    revision: row[2] as string | null,
    updateDate: row[3] as number,
    definition: row[4] as string,
    roleArn: row[5] as string,
    configuration: row[6] as string,
  };
}

export function versionRow(row: SqlRow): VersionRow {
  checkRow(row, ([arn, number]) => `version ${number} of state machine ${arn}`);
  return {
    stateMachineArn: row[0] as string,
    number: row[1] as number,
    revisionId: row[2] as number,
    creationDate: row[3] as number,
    description: row[4] as string | null,
  };
}

export function aliasRow(row: SqlRow): AliasRow {
  checkRow(row, ([arn, name]) => `alias ${name} of state machine ${arn}`);
  return {
    stateMachineArn: row[0] as string,
    name: row[1] as string,
    creationDate: row[2] as number,
    updateDate: row[3] as number | null,
    description: row[4] as string | null,
    routing: row[5] as string,
  };
}

export function activityRow(row: SqlRow): ActivityRow {
  checkRow(row, ([arn]) => `activity ${arn}`);
  return {
    arn: row[0] as string,
    name: row[1] as string,
    creationDate: row[2] as number,
    settings: row[3] as string,
  };
}

export function jobStopRow(row: SqlRow): JobStopRow {
  checkRow(row, () => "a job to be stopped", row[0] as number);
  return { executionId: row[0] as number, attempt: row[1] as number, data: row[2] as string };
}

function historyOf(row: SqlRow): string {
  return `the history from event ${row[1]} to ${row[2]}`;
}
