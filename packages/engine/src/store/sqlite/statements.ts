import { keyShift } from "./schema.js";

/** The SQL of every hot or repeated statement. Columns of a row come in the order in which `rows.ts` reads and writes them. */

const executionColumns =
  "id, arn, name, state_machine, status, revision, start_date, stop_date, version_arn, alias_arn, trace_header, error, cause, output, input";

/** The first parameter holds an execution's id; the result is the first key that belongs to it. */
const firstKey = `(?1 << ${keyShift})`;
const lastKey = `((?1 << ${keyShift}) | ${2 ** keyShift - 1})`;

/** Lists of all statuses merge five index ranges, each in order, and stop at the limit; nothing is sorted. */
const idsOfAnyStatus = [0, 1, 2, 3, 4]
  .map((status) => `SELECT id FROM executions WHERE state_machine = ?1 AND status = ${status} AND id < ?2`)
  .join(" UNION ALL ");

export const statements = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",

  insertArn: "INSERT INTO arns (key, arn) VALUES (?, ?)",
  arnKey: "SELECT key FROM arns WHERE arn = ?",
  arn: "SELECT arn FROM arns WHERE key = ?",

  insertExecution: `INSERT INTO executions (${executionColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  updateExecution:
    "UPDATE executions SET status = ?2, stop_date = ?3, output = ?4, error = ?5, cause = ?6 WHERE id = ?1",
  executionByArn: `SELECT ${executionColumns} FROM executions WHERE arn = ?`,
  executionById: `SELECT ${executionColumns} FROM executions WHERE id = ?`,
  listExecutions: `SELECT ${executionColumns} FROM executions WHERE id IN (SELECT id FROM (${idsOfAnyStatus} ORDER BY id DESC LIMIT ?3)) ORDER BY id DESC`,
  listExecutionsOfStatus: `SELECT ${executionColumns} FROM executions WHERE state_machine = ?1 AND id < ?2 AND status = ?4 ORDER BY id DESC LIMIT ?3`,
  runningExecution: "SELECT 1 FROM executions WHERE state_machine = ? AND status = 0 LIMIT 1",

  insertHistory: `INSERT INTO history (key, last_event, events) VALUES (${firstKey} | ?2, ?3, ?4)`,
  /** The chunk that holds event `from` is the last one that does not begin after it. */
  history: `SELECT key & ${2 ** keyShift - 1}, last_event, events FROM history
    WHERE key BETWEEN coalesce((SELECT max(key) FROM history WHERE key BETWEEN ${firstKey} AND ${firstKey} | ?2), ${firstKey})
      AND ${firstKey} | ?3 AND last_event >= ?2 ORDER BY key`,
  lastEvent: `SELECT last_event FROM history WHERE key BETWEEN ${firstKey} AND ${lastKey} ORDER BY key DESC LIMIT 1`,

  /** A branch that stays in its activity's queue keeps its position. */
  putBranch: `INSERT INTO branches (key, due_at, activity, position, restart, data) VALUES (${firstKey} | ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT (key) DO UPDATE SET due_at = excluded.due_at, restart = excluded.restart, data = excluded.data,
      position = iif(activity IS excluded.activity, position, excluded.position), activity = excluded.activity`,
  deleteBranch: `DELETE FROM branches WHERE key = ${firstKey} | ?2`,
  deleteBranches: `DELETE FROM branches WHERE key BETWEEN ${firstKey} AND ${lastKey}`,
  branches: `SELECT key & ${2 ** keyShift - 1}, due_at, activity, restart, data FROM branches WHERE key BETWEEN ${firstKey} AND ${lastKey} ORDER BY key`,
  due: `SELECT key >> ${keyShift}, key & ${2 ** keyShift - 1}, due_at FROM branches WHERE due_at <= ? ORDER BY due_at, key LIMIT ?`,
  nextDue: "SELECT min(due_at) FROM branches WHERE due_at IS NOT NULL",
  queued: `SELECT key >> ${keyShift}, key & ${2 ** keyShift - 1}, position FROM branches WHERE activity = ? AND position > ? ORDER BY position LIMIT ?`,
  restarting: `SELECT DISTINCT key >> ${keyShift} FROM branches WHERE restart = 1`,

  putStateMachine:
    "REPLACE INTO state_machines (arn, name, type, status, creation_date, revision, settings) VALUES (?, ?, ?, ?, ?, ?, ?)",
  deleteStateMachine: "DELETE FROM state_machines WHERE arn = ?",
  stateMachine: "SELECT arn, name, type, status, creation_date, revision, settings FROM state_machines WHERE arn = ?",
  listStateMachines:
    "SELECT arn, name, type, status, creation_date, revision, settings FROM state_machines WHERE (creation_date, arn) < (?, ?) ORDER BY creation_date DESC, arn DESC LIMIT ?",

  insertRevision:
    "INSERT INTO revisions (id, state_machine_arn, revision, update_date, definition, role_arn, configuration) VALUES (?, ?, ?, ?, ?, ?, ?)",
  revision:
    "SELECT id, state_machine_arn, revision, update_date, definition, role_arn, configuration FROM revisions WHERE id = ?",

  putActivity: "REPLACE INTO activities (arn, name, creation_date, settings) VALUES (?, ?, ?, ?)",
  deleteActivity: "DELETE FROM activities WHERE arn = ?",
  activity: "SELECT arn, name, creation_date, settings FROM activities WHERE arn = ?",
  listActivities:
    "SELECT arn, name, creation_date, settings FROM activities WHERE (creation_date, arn) < (?, ?) ORDER BY creation_date DESC, arn DESC LIMIT ?",

  lastExecution: "SELECT coalesce(max(id), 0) FROM executions",
  lastRevision: "SELECT coalesce(max(id), 0) FROM revisions",
  lastArn: "SELECT coalesce(max(key), 0) FROM arns",
  lastPosition: "SELECT coalesce(max(position), 0) FROM branches WHERE activity IS NOT NULL",
} as const;
