import type { Statement } from "./connection.js";

/**
 * The SQL of the store. A read gives its rows as JSON text, in one column of one row: an array for one row, an array of
 * arrays for many. `rows.ts` knows the order of the columns.
 *
 * Measured with libsql 0.5: a list of 100 executions takes 0.57 of the time that fetching their columns takes, because each
 * value that crosses into JavaScript costs more than its JSON. And texts stay whole: the driver ends a text at a NUL. The JSON is a blob
 * because of damaged files (`connection.ts`).
 */

/** What most executions have, the rest being null; see {@link inserts}. */
const plainExecution = "id, arn_start, arn_rest, state_machine, status, revision, start_date, stop_date, output, input";
const newExecution = `${plainExecution}, name, version, alias, trace_header, error, cause, map_run, parent, test_case`;
const child = "id, status, parent, redrive, map_run";

/** The columns that are read, each row's checksum last. */
export const columns = {
  arn: "key, arn, sum",
  execution: `${newExecution}, redrive, redrive_sum, outcome_sum, sum`,
  historyChunk: "execution, first_event, last_event, events, sum",
  branch: "execution, id, due_at, activity, restart, data, sum",
  stateMachine: "arn, name, type, status, creation_date, revision, last_version, settings, sum",
  revision: "id, state_machine_arn, revision, update_date, definition, role_arn, configuration, sum",
  version: "state_machine_arn, number, revision, creation_date, description, sum",
  alias: "state_machine_arn, name, creation_date, update_date, description, routing, sum",
  activity: "arn, name, creation_date, settings, sum",
  jobStop: "execution, attempt, data, sum",
  mapRun: "arn, execution, status, start_date, stop_date, data, sum",
} as const;
const { execution, stateMachine, revision, version, alias, activity, mapRun } = columns;

/** Ranges of one index, one for each status, merged in order as far as the limit; nothing is sorted. */
function idsOfAnyStatus(condition: string, order: string, statuses: readonly number[] = [0, 1, 2, 3, 4]): string {
  const ranges = statuses.map((status) => `SELECT id FROM executions WHERE status = ${status} AND ${condition}`);
  return `SELECT id FROM (${ranges.join(" UNION ALL ")} ORDER BY ${order} LIMIT ?3)`;
}

/** The children of the map run ?1 with ids below ?2, newest first; of the status ?4 where there is one. */
function listsBy(column: "map_run", condition = "") {
  return {
    all: rows(
      execution,
      `FROM executions WHERE id IN (${idsOfAnyStatus(`${column} = ?1 AND id < ?2${condition}`, "id DESC")}) ORDER BY id DESC`,
    ),
    ofStatus: rows(
      execution,
      `FROM executions WHERE ${column} = ?1 AND id < ?2${condition} AND status = ?4 ORDER BY id DESC LIMIT ?3`,
    ),
  };
}

/**
 * The executions of the state machine, version or alias ?1 before the place (?2, ?4), at most ?3; of the status ?5 where there is
 * one. Those of all statuses come in no order: sorting a page costs less than having SQLite do it.
 */
function timesBy(column: "state_machine" | "version" | "alias") {
  const before = `${column} = ?1 AND (listed_at, id) < (?2, ?4)`;
  const ranges = [0, 1, 2, 3, 4].map(
    (status) => `SELECT id, listed_at FROM executions WHERE status = ${status} AND ${before}`,
  );
  const ids = `SELECT id FROM (${ranges.join(" UNION ALL ")} ORDER BY listed_at DESC, id DESC LIMIT ?3)`;
  return {
    all: rows(execution, `FROM executions WHERE id IN (${ids})`),
    ofStatus: rows(
      execution,
      `FROM executions WHERE ${before} AND status = ?5 ORDER BY listed_at DESC, id DESC LIMIT ?3`,
    ),
  };
}

const lists = {
  ofStateMachine: timesBy("state_machine"),
  ofVersion: timesBy("version"),
  ofAlias: timesBy("alias"),
  ofMapRun: listsBy("map_run"),
  notRedriven: listsBy("map_run", " AND redrive IS NULL"),
};
const redriven =
  "FROM executions INDEXED BY executions_redriven_children WHERE map_run = ?1 AND id < ?2 AND redrive IS NOT NULL";

export const statements = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",

  insertArn: "INSERT INTO arns (key, arn, sum) VALUES (?, ?, ?)",
  arnKey: row(columns.arn, "FROM arns WHERE arn = ?"),
  arn: row(columns.arn, "FROM arns WHERE key = ?"),

  /** The checksum of the row as it was inserted cannot be checked where that was not RUNNING: ?10 stands for it then. */
  updateExecution: `UPDATE executions SET status = ?2, stop_date = ?3, output = ?4, error = ?5, cause = ?6, outcome_sum = ?8,
    redrive = coalesce(?7, redrive), redrive_sum = coalesce(?9, redrive_sum), sum = iif(status = 0, sum, ?10) WHERE id = ?1`,
  deleteExecution: "DELETE FROM executions WHERE id = ?",
  deleteHistory: "DELETE FROM history WHERE execution = ?",
  keepLastDeleted: "UPDATE last_deleted SET execution = ?",
  executionByArn: row(execution, "FROM executions WHERE arn_start = ? AND arn_rest = ?"),
  executionById: row(execution, "FROM executions WHERE id = ?"),
  listExecutions: lists.ofStateMachine.all,
  listExecutionsOfStatus: lists.ofStateMachine.ofStatus,
  listVersionExecutions: lists.ofVersion.all,
  listVersionExecutionsOfStatus: lists.ofVersion.ofStatus,
  listAliasExecutions: lists.ofAlias.all,
  listAliasExecutionsOfStatus: lists.ofAlias.ofStatus,
  listMapRunExecutions: lists.ofMapRun.all,
  listMapRunExecutionsOfStatus: lists.ofMapRun.ofStatus,
  listRedrivenExecutions: rows(execution, `${redriven} ORDER BY id DESC LIMIT ?3`),
  listRedrivenExecutionsOfStatus: rows(execution, `${redriven} AND status = ?4 ORDER BY id DESC LIMIT ?3`),
  listNotRedrivenExecutions: lists.notRedriven.all,
  listNotRedrivenExecutionsOfStatus: lists.notRedriven.ofStatus,
  mapRunExecutions: rows(
    execution,
    `FROM executions WHERE id IN (${idsOfAnyStatus("map_run = ?1 AND id > ?2", "id")}) ORDER BY id`,
  ),
  mapRunChildren: rows(
    child,
    `FROM executions WHERE id IN (${idsOfAnyStatus("map_run = ?1 AND id > ?2", "id")}) ORDER BY id`,
  ),
  runningChildren: rows(
    child,
    "FROM executions WHERE map_run IS NOT NULL AND status = 0 AND id > ? ORDER BY id LIMIT ?",
  ),
  runningChildrenOfMapRun: rows(
    child,
    "FROM executions WHERE map_run = ? AND status = 0 AND id > ? ORDER BY id LIMIT ?",
  ),

  putMapRun: `INSERT INTO map_runs (${mapRun}) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (arn) DO UPDATE SET execution = excluded.execution, status = excluded.status, start_date = excluded.start_date,
      stop_date = excluded.stop_date, data = excluded.data, sum = excluded.sum`,
  deleteMapRuns: "DELETE FROM map_runs WHERE execution = ?",
  mapRun: row(mapRun, "FROM map_runs WHERE arn = ?"),
  mapRuns: rows(
    mapRun,
    `FROM map_runs WHERE execution = ?1 AND id < coalesce((SELECT id FROM map_runs WHERE arn = ?2), ${2 ** 53}) ORDER BY id DESC LIMIT ?3`,
  ),
  runningExecution: row("id", "FROM executions WHERE state_machine = ? AND status = 0 LIMIT 1"),

  /** The chunk that holds event ?2 is the last one that does not begin after it. */
  history: chunks(
    `FROM history WHERE execution = ?1 AND last_event >= ?2 AND first_event <= ?3 AND first_event >= coalesce(
      (SELECT max(first_event) FROM history WHERE execution = ?1 AND first_event <= ?2), 0) ORDER BY first_event`,
  ),
  lastEvent: row("last_event", "FROM history WHERE execution = ? ORDER BY first_event DESC LIMIT 1"),

  closedBefore: rows(
    "id",
    "FROM executions WHERE stop_date < ? AND stop_date IS NOT NULL AND map_run IS NULL ORDER BY stop_date, id LIMIT ?",
  ),
  pastRedrive: rows(
    "id, stop_date",
    `FROM executions WHERE status > 1 AND map_run IS NULL AND stop_date < ?1
      AND (stop_date, id) > ((SELECT stop_date FROM past_redrive), (SELECT execution FROM past_redrive))
      ORDER BY stop_date, id LIMIT ?2`,
  ),
  keepPastRedrive: "UPDATE past_redrive SET stop_date = ?, execution = ?",
  remains: rows("execution, stays, map_run, child", "FROM remains ORDER BY execution LIMIT ?"),
  insertRemains: `INSERT INTO remains (execution, stays) VALUES (?1, ?2)
    ON CONFLICT DO UPDATE SET stays = min(stays, ?2), map_run = 0, child = 0`,
  updateRemains: "UPDATE remains SET map_run = ?, child = ? WHERE execution = ?",
  deleteRemains: "DELETE FROM remains WHERE execution = ?",
  /** How many rows there are, counted no further than ?2. */
  countBelongings: row(
    `(SELECT count(*) FROM (SELECT 1 FROM history WHERE execution = ?1 LIMIT ?2)),
      (SELECT count(*) FROM (SELECT 1 FROM branches WHERE execution = ?1 LIMIT ?2)),
      EXISTS (SELECT 1 FROM map_runs WHERE execution = ?1)`,
    "",
  ),
  nextMapRun: row("id, arn", "FROM map_runs WHERE execution = ? AND id >= ? ORDER BY id LIMIT 1"),
  deleteMapRun: "DELETE FROM map_runs WHERE id = ?",
  closedChildren: rows("id", "FROM executions WHERE map_run = ? AND status > 0 LIMIT ?"),
  runningChild: row("id", "FROM executions WHERE map_run = ? AND status = 0 LIMIT 1"),
  unsuccessfulChildren: rows("id", `FROM (${idsOfAnyStatus("map_run = ?1 AND id > ?2", "id", [2, 3, 4])})`),
  countHistory: row("count(*)", "FROM (SELECT 1 FROM history WHERE execution = ?1 LIMIT ?2)"),
  countBranches: row("count(*)", "FROM (SELECT 1 FROM branches WHERE execution = ?1 LIMIT ?2)"),
  deleteSomeHistory: "DELETE FROM history WHERE rowid IN (SELECT rowid FROM history WHERE execution = ?1 LIMIT ?2)",
  deleteSomeBranches: "DELETE FROM branches WHERE rowid IN (SELECT rowid FROM branches WHERE execution = ?1 LIMIT ?2)",

  deleteBranch: "DELETE FROM branches WHERE execution = ? AND id = ?",
  deleteBranches: "DELETE FROM branches WHERE execution = ?",
  branches: rows(columns.branch, "FROM branches WHERE execution = ? ORDER BY id"),
  due: rows(
    "execution, id, due_at",
    "FROM branches WHERE due_at <= ? AND due_at IS NOT NULL ORDER BY due_at, execution, id LIMIT ?",
  ),
  nextDue: row("min(due_at)", "FROM branches WHERE due_at IS NOT NULL"),
  queued: rows(
    "execution, id, position",
    "FROM branches WHERE activity = ? AND position > ? ORDER BY position LIMIT ?",
  ),
  restarting: rows("execution", "FROM branches WHERE restart = 1 GROUP BY execution ORDER BY execution"),

  putJobStop: `REPLACE INTO job_stops (${columns.jobStop}) VALUES (?, ?, ?, ?)`,
  deleteJobStop: "DELETE FROM job_stops WHERE execution = ? AND attempt = ?",
  jobStops: rows(
    columns.jobStop,
    "FROM job_stops WHERE (execution, attempt) > (?, ?) ORDER BY execution, attempt LIMIT ?",
  ),

  putStateMachine: `REPLACE INTO state_machines (${stateMachine}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  deleteStateMachine: "DELETE FROM state_machines WHERE arn = ?",
  stateMachine: row(stateMachine, "FROM state_machines WHERE arn = ?"),
  listStateMachines: rows(stateMachine, "FROM state_machines WHERE arn > ? ORDER BY arn LIMIT ?"),

  insertRevision: `INSERT INTO revisions (${revision}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  revision: row(revision, "FROM revisions WHERE id = ?"),

  insertVersion: `INSERT INTO versions (${version}) VALUES (?, ?, ?, ?, ?, ?)`,
  deleteVersion: "DELETE FROM versions WHERE state_machine_arn = ? AND number = ?",
  deleteVersions: "DELETE FROM versions WHERE state_machine_arn = ?",
  versions: rows(version, "FROM versions WHERE state_machine_arn = ? ORDER BY number DESC"),

  putAlias: `REPLACE INTO aliases (${alias}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  deleteAlias: "DELETE FROM aliases WHERE state_machine_arn = ? AND name = ?",
  deleteAliases: "DELETE FROM aliases WHERE state_machine_arn = ?",
  aliases: rows(alias, "FROM aliases WHERE state_machine_arn = ? ORDER BY name"),

  putActivity: `REPLACE INTO activities (${activity}) VALUES (?, ?, ?, ?, ?)`,
  deleteActivity: "DELETE FROM activities WHERE arn = ?",
  activity: row(activity, "FROM activities WHERE arn = ?"),
  listActivities: rows(activity, "FROM activities WHERE arn > ? ORDER BY arn LIMIT ?"),

  lastExecution: row("max(coalesce((SELECT max(id) FROM executions), 0), execution)", "FROM last_deleted"),
  lastRevision: row("coalesce(max(id), 0)", "FROM revisions"),
  lastArn: row("coalesce(max(key), 0)", "FROM arns"),
  lastPosition: row("coalesce(max(position), 0)", "FROM branches WHERE activity IS NOT NULL"),
} as const;

/** The statements, each under its name. */
export type Prepared = Readonly<Record<keyof typeof statements, Statement>>;

/**
 * Inserts of many rows by one statement; see {@link RowInserter}. Branches take 0.51 of the time of one at a time. Most
 * executions are null in eight columns, and each value costs 0.1 microseconds to bind: without them inserting an execution
 * and its history takes 0.9 of the time.
 */
export const inserts = {
  executions: { into: "executions", columns: `${newExecution}, sum` },
  plainExecutions: { into: "executions", columns: `${plainExecution}, sum` },
  history: { into: "history", columns: columns.historyChunk },
  branches: {
    into: "branches",
    columns: "execution, id, due_at, activity, restart, data, sum, position",
    /** A branch that stays in its activity's queue keeps its position. */
    onConflict: `ON CONFLICT (execution, id) DO UPDATE SET due_at = excluded.due_at, restart = excluded.restart, data = excluded.data, sum = excluded.sum,
      position = iif(activity IS excluded.activity, position, excluded.position), activity = excluded.activity`,
  },
} as const satisfies Readonly<Record<string, Insert>>;

export interface Insert {
  readonly into: string;
  /** Their names, with commas between. */
  readonly columns: string;
  /** What is done where the row is there; without it, an error. */
  readonly onConflict?: string;
}

function row(columns: string, from: string): string {
  return `SELECT CAST(json_array(${columns}) AS BLOB) ${from}`;
}

/**
 * Chunks of history, as one text: each is its ids and checksum, BETWEEN, its events; AFTER stands between two. Events are JSON texts, in which no
 * control character stands as it is, so nothing needs an escape: with them (`json_array`) reading took 3 times as long.
 */
function chunks(from: string): string {
  return `SELECT CAST(group_concat(first_event || ' ' || last_event || ' ' || coalesce(sum, '') || char(31) || events, char(30)) AS BLOB)
    FROM (SELECT first_event, last_event, sum, events ${from})`;
}

/** The characters between the texts of {@link chunks}. */
export const BETWEEN = "\x1f";
export const AFTER = "\x1e";

function rows(columns: string, from: string): string {
  return `SELECT CAST(json_group_array(json_array(${columns})) AS BLOB) FROM (SELECT ${columns} ${from})`;
}
