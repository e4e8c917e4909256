import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { StoreError } from "../store-error.js";
import { ArnTable } from "./arns.js";
import { checkRow, DamagedRowError } from "./checksum.js";
import type { Connection, SqlRow, Statement } from "./connection.js";
import { connect } from "./connection.js";
import { storeError } from "./errors.js";
import { checkExecution } from "./execution-checksum.js";
import { checkOwner, closeDatabase, openDatabase, userVersion } from "./open.js";
import {
  activityRow,
  aliasRow,
  branchRow,
  checkHistory,
  jobStopRow,
  mapRunRow,
  revisionRow,
  stateMachineRow,
  versionRow,
} from "./rows.js";
import { CHECKSUMS_SINCE } from "./schema.js";
import { columns, statements } from "./statements.js";

/** What a check has found. */
export interface CheckReport {
  /** Executions that were looked at, damaged ones too. */
  readonly executions: number;
  /** Rows of all kinds. */
  readonly rows: number;
  /** A sentence for each thing that is damaged, at most 1,000; none where all is whole. */
  readonly faults: readonly string[];
}

/**
 * Reads all that is stored and compares it with its checksums, and indexes with what they list. Nothing is changed, but that data of an
 * earlier version is brought up to date as by any start.
 *
 * @param path a data folder that no process uses, or a backup
 * @throws StoreError where it cannot be opened: `damaged` where it is damaged as a whole, `locked`, `newer`, `unwritable`
 */
export async function checkData(path: string): Promise<CheckReport> {
  if (!(await isFolder(path))) return checkBackup(resolve(path));
  const database = await openDatabase({ folder: path });
  try {
    return await checkDatabase(database.connection);
  } catch (error) {
    throw storeError(error, database.place);
  } finally {
    await closeDatabase(database);
  }
}

/**
 * As {@link checkData}, of a backup.
 * @param named as what it is named in messages
 */
export async function checkBackup(file: string, named = file): Promise<CheckReport> {
  const connection = await connect(file);
  try {
    await checkOwner(connection, named, await userVersion(connection));
    const tables = (await connection.prepare("SELECT json_array(count(*)) FROM sqlite_schema")).row()?.[0];
    if (tables === 0) throw new StoreError("damaged", `The backup ${named} cannot be used: it is empty.`);
    return await checkDatabase(connection);
  } catch (error) {
    throw storeError(error, named);
  } finally {
    connection.close();
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw new StoreError("unwritable", `There is no data in ${resolve(path)}: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

const MOST_FAULTS = 1000;

async function checkDatabase(connection: Connection): Promise<CheckReport> {
  const faults: string[] = [];
  const note = (fault: string): void => {
    if (faults.length < MOST_FAULTS) faults.push(fault);
  };
  await noteOf(
    connection,
    note,
    "SELECT CAST(json_group_array(json_array(integrity_check)) AS BLOB) FROM pragma_integrity_check(100)",
  );
  let [rows, executions] = [0, 0];
  if ((await userVersion(connection)) >= CHECKSUMS_SINCE) {
    const arnOf = await arnReader(connection);
    const nameOf = await executionNames(connection, arnOf);
    for (const table of tables(arnOf)) {
      const count = await checkTable(connection, table, (error) => note(sentence(error, nameOf)));
      rows += count;
      if (table.name === "executions") executions = count;
    }
  }
  await noteOf(connection, note, GAPS);
  return { executions, rows, faults };
}

/** What the rows of a query say, but that all is well. */
async function noteOf(connection: Connection, note: (fault: string) => void, sql: string): Promise<void> {
  try {
    for (const [fault] of (await connection.prepare(sql)).rows()) if (fault !== "ok") note(String(fault));
  } catch (error) {
    note(error instanceof Error ? error.message : String(error));
  }
}

/** Histories of which something is missing. Of executions that are being removed it is meant to be. */
const GAPS = `
  SELECT json_group_array(json_array('the history of execution ' || execution || ' lacks what is before event ' || first_event)) FROM (
    SELECT execution, first_event FROM (
      SELECT execution, first_event, coalesce(lag(last_event) OVER (PARTITION BY execution ORDER BY first_event), 0) + 1 AS expected
      FROM history
    ) WHERE first_event != expected AND execution IN (SELECT id FROM executions) LIMIT 100
  )`;

interface Table {
  readonly name: string;
  readonly columns: string;
  /** @throws DamagedRowError */
  check(row: SqlRow): void;
}

function tables(arnOf: (key: number) => string): readonly Table[] {
  return [
    { name: "arns", columns: columns.arn, check: (row) => checkRow(row, ([key]) => `ARN ${key}`) },
    { name: "state_machines", columns: columns.stateMachine, check: stateMachineRow },
    { name: "revisions", columns: columns.revision, check: revisionRow },
    { name: "versions", columns: columns.version, check: versionRow },
    { name: "aliases", columns: columns.alias, check: aliasRow },
    { name: "activities", columns: columns.activity, check: activityRow },
    { name: "executions", columns: columns.execution, check: checkExecution },
    { name: "map_runs", columns: columns.mapRun, check: (row) => mapRunRow(row, arnOf) },
    { name: "branches", columns: columns.branch, check: (row) => branchRow(row, arnOf) },
    { name: "history", columns: columns.historyChunk, check: checkHistory },
    { name: "job_stops", columns: columns.jobStop, check: jobStopRow },
  ];
}

/** Rows that are read at once. */
const ROWS = 100;

/** @returns how many rows there are */
async function checkTable(
  connection: Connection,
  { name, columns: names, check }: Table,
  note: (error: unknown) => void,
): Promise<number> {
  const select = (limit: number) =>
    connection.prepare(
      `SELECT CAST(json_group_array(json_array(place, ${names})) AS BLOB) FROM (SELECT rowid AS place, ${names} FROM ${name} WHERE rowid > ? ORDER BY rowid LIMIT ${limit})`,
    );
  const many = await select(ROWS);
  const one = await select(1);
  const next = await connection.prepare(`SELECT json_array(min(rowid)) FROM ${name} WHERE rowid > ?`);
  let count = 0;
  for (let after: number | undefined = 0; after !== undefined; ) {
    const place: number = after;
    const rows: SqlRow[] | undefined = read(many, place) ?? read(one, place);
    await connection.renew();
    try {
      // A row that cannot even be read is left behind.
      if (rows === undefined) throw new DamagedRowError(`a row of ${name} after row ${place}`);
      for (const [, ...row] of rows) {
        count += 1;
        try {
          check(row);
        } catch (error) {
          note(error);
        }
      }
      after = rows.length === 0 ? undefined : (rows.at(-1)?.[0] as number);
      // Damaged pages may lead back to where the reading has been.
      if (after !== undefined && after <= place) throw new DamagedRowError(`the order of rows in ${name}`);
    } catch (error) {
      note(error);
      const found = following(next, place, note);
      after = found !== undefined && found > place ? found : undefined;
      count += 1;
    }
  }
  return count;
}

function read(statement: Statement, after: number): SqlRow[] | undefined {
  try {
    return statement.rows(after);
  } catch {
    return undefined;
  }
}

function following(next: Statement, after: number, note: (error: unknown) => void): number | undefined {
  try {
    return (next.row(after)?.[0] as number | null) ?? undefined;
  } catch (error) {
    note(error);
    return undefined;
  }
}

async function arnReader(connection: Connection): Promise<(key: number) => string> {
  const prepare = (name: "insertArn" | "arnKey" | "arn" | "lastArn") => connection.prepare(statements[name]);
  const [insertArn, arnKey, arn, lastArn] = [
    await prepare("insertArn"),
    await prepare("arnKey"),
    await prepare("arn"),
    await prepare("lastArn"),
  ];
  return new ArnTable({ insertArn, arnKey, arn, lastArn }).arn;
}

async function executionNames(connection: Connection, arnOf: (key: number) => string): Promise<(id: number) => string> {
  const names = await connection.prepare(
    "SELECT CAST(json_array(arn_start, arn_rest) AS BLOB) FROM executions WHERE id = ?",
  );
  return (id) => {
    try {
      const row = names.row(id);
      return row === undefined ? String(id) : arnOf(row[0] as number) + row[1];
    } catch {
      return String(id);
    }
  };
}

function sentence(error: unknown, nameOf: (id: number) => string): string {
  if (!(error instanceof DamagedRowError)) return error instanceof Error ? error.message : String(error);
  const { message, executionId } = error;
  return `${message}${executionId === undefined ? "" : ` of execution ${nameOf(executionId)}`} is not what was written`;
}
