/**
 * The migrations of the database file, oldest first; `PRAGMA user_version` counts those that have run.
 * A migration that was released is never edited: a change is a new one at the end.
 *
 * ARNs of state machines and activities stand once in `arns`; rows refer to them by a small integer.
 *
 * `history` and `branches` are keyed by one integer, the execution's id shifted left by {@link keyShift} bits plus the
 * first event's or the branch's id: one B-tree of rows in the order in which they are written, no second index.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE arns (
    key INTEGER PRIMARY KEY,
    arn TEXT NOT NULL UNIQUE
  );

  CREATE TABLE executions (
    id INTEGER PRIMARY KEY,
    arn TEXT NOT NULL,
    name TEXT NOT NULL,
    state_machine INTEGER NOT NULL REFERENCES arns,
    status INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    start_date INTEGER NOT NULL,
    stop_date INTEGER,
    version_arn TEXT,
    alias_arn TEXT,
    trace_header TEXT,
    error TEXT,
    cause TEXT,
    output TEXT,
    input TEXT NOT NULL
  );
  CREATE UNIQUE INDEX executions_by_arn ON executions (arn);
  -- Serves lists of one status, lists of all (a merge of the five), and "is one running" alike.
  CREATE INDEX executions_by_state_machine ON executions (state_machine, status, id);

  CREATE TABLE history (
    key INTEGER PRIMARY KEY,
    last_event INTEGER NOT NULL,
    events TEXT NOT NULL
  );

  CREATE TABLE branches (
    key INTEGER PRIMARY KEY,
    due_at INTEGER,
    activity INTEGER REFERENCES arns,
    position INTEGER NOT NULL,
    restart INTEGER NOT NULL,
    data TEXT NOT NULL
  );
  CREATE INDEX branches_by_due_at ON branches (due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX branches_by_activity ON branches (activity, position) WHERE activity IS NOT NULL;
  CREATE INDEX branches_to_restart ON branches (restart) WHERE restart = 1;

  CREATE TABLE state_machines (
    arn TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    status TEXT NOT NULL,
    creation_date INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    settings TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX state_machines_by_creation_date ON state_machines (creation_date, arn);

  CREATE TABLE revisions (
    id INTEGER PRIMARY KEY,
    state_machine_arn TEXT NOT NULL,
    revision TEXT,
    update_date INTEGER NOT NULL,
    definition TEXT NOT NULL,
    role_arn TEXT NOT NULL,
    configuration TEXT NOT NULL
  );

  CREATE TABLE activities (
    arn TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    creation_date INTEGER NOT NULL,
    settings TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX activities_by_creation_date ON activities (creation_date, arn);
  `,
];

/** Event and branch ids stay below 2^24; the service ends an execution at 25,000 events. */
export const keyShift = 24;
