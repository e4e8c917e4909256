/**
 * The migrations of the database file, oldest first; `PRAGMA user_version` counts those that have run.
 * A migration that was released is never edited: a change is a new one at the end.
 *
 * What the commit of a new execution that has already ended costs, measured with `bench/store.mjs` and variants of it:
 *
 * - ARNs of state machines, versions, aliases, map runs and activities, and the beginning of execution ARNs, stand once in
 *   `arns`; rows hold a small integer. The unique index of execution ARNs is the dearest index, because names that callers choose come in no order:
 *   with a million executions a commit of 64 rewrites some 64 pages of it, and takes twice the time that names in order
 *   take. Without the repeated beginning it is half as large, and such commits take 0.76 of the time.
 * - `executions_by_state_machine` serves lists of one status, lists of all (a merge of five ranges, nothing is sorted) and
 *   "is one running". An index without the status plus a partial one for RUNNING costs as many writes. The indexes by version,
 *   alias and map run are the same for the executions that have one, and cost nothing for the others.
 * - `history` and `branches` are tables with a rowid and an index for their key. WITHOUT ROWID makes a chunk of 1 kB spill
 *   to a page of its own: 3.4 times the size on disk, 1.8 times the time. One integer made of both parts of the key saves
 *   the index and 7 % of the insert, not worth its limit on the parts.
 * - The indexes of `branches` are partial: a branch is in those that can wake it. A branch that waits for nothing is in none.
 * - No foreign keys: each checked one adds a look-up for every row, and the rows come from one writer.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE arns (
    key INTEGER PRIMARY KEY,
    arn TEXT NOT NULL UNIQUE
  );

  -- The execution's ARN is that of arn_start in arns, then arn_rest. The name is null where it is arn_rest.
  CREATE TABLE executions (
    id INTEGER PRIMARY KEY,
    arn_start INTEGER NOT NULL,
    arn_rest TEXT NOT NULL,
    name TEXT,
    state_machine INTEGER NOT NULL,
    status INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    start_date INTEGER NOT NULL,
    stop_date INTEGER,
    version INTEGER,
    alias INTEGER,
    trace_header TEXT,
    error TEXT,
    cause TEXT,
    output TEXT,
    map_run INTEGER,
    parent TEXT,
    input TEXT NOT NULL,
    redrive TEXT
  );
  CREATE UNIQUE INDEX executions_by_arn ON executions (arn_start, arn_rest);
  CREATE INDEX executions_by_state_machine ON executions (state_machine, status, id);
  CREATE INDEX executions_by_version ON executions (version, status, id) WHERE version IS NOT NULL;
  CREATE INDEX executions_by_alias ON executions (alias, status, id) WHERE alias IS NOT NULL;
  CREATE INDEX executions_by_map_run ON executions (map_run, status, id) WHERE map_run IS NOT NULL;
  CREATE INDEX executions_running_children ON executions (id) WHERE map_run IS NOT NULL AND status = 0;

  -- The last id that was given out when an execution was deleted: its id is not used again.
  CREATE TABLE last_deleted (execution INTEGER NOT NULL);
  INSERT INTO last_deleted VALUES (0);

  CREATE TABLE history (
    execution INTEGER NOT NULL,
    first_event INTEGER NOT NULL,
    last_event INTEGER NOT NULL,
    events TEXT NOT NULL,
    PRIMARY KEY (execution, first_event)
  );

  CREATE TABLE branches (
    execution INTEGER NOT NULL,
    id INTEGER NOT NULL,
    due_at INTEGER,
    activity INTEGER,
    position INTEGER NOT NULL,
    restart INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (execution, id)
  );
  CREATE INDEX branches_by_due_at ON branches (due_at, execution, id) WHERE due_at IS NOT NULL;
  CREATE INDEX branches_by_activity ON branches (activity, position) WHERE activity IS NOT NULL;
  CREATE INDEX branches_to_restart ON branches (execution) WHERE restart = 1;

  CREATE TABLE state_machines (
    arn TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    status TEXT NOT NULL,
    creation_date INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    last_version INTEGER NOT NULL,
    settings TEXT NOT NULL
  );
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

  CREATE TABLE versions (
    state_machine_arn TEXT NOT NULL,
    number INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    creation_date INTEGER NOT NULL,
    description TEXT,
    PRIMARY KEY (state_machine_arn, number)
  );

  CREATE TABLE aliases (
    state_machine_arn TEXT NOT NULL,
    name TEXT NOT NULL,
    creation_date INTEGER NOT NULL,
    update_date INTEGER,
    description TEXT,
    routing TEXT NOT NULL,
    PRIMARY KEY (state_machine_arn, name)
  );

  CREATE TABLE activities (
    arn TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    creation_date INTEGER NOT NULL,
    settings TEXT NOT NULL
  );
  CREATE INDEX activities_by_creation_date ON activities (creation_date, arn);
  `,
  `
  ALTER TABLE executions ADD COLUMN test_case TEXT;
  `,
  `
  -- Removal of old executions: what closed when, and what ended so that it can be redriven for a while.
  CREATE INDEX executions_by_stop_date ON executions (stop_date) WHERE stop_date IS NOT NULL AND map_run IS NULL;
  CREATE INDEX executions_redrivable ON executions (stop_date) WHERE status > 1 AND map_run IS NULL;

  -- The last execution of executions_redrivable, in its order, whose branches have left.
  CREATE TABLE past_redrive (stop_date INTEGER NOT NULL, execution INTEGER NOT NULL);
  INSERT INTO past_redrive VALUES (0, 0);

  -- Executions that were removed, or have lost their branches (stays = 1), and of which something is left.
  CREATE TABLE remains (execution INTEGER PRIMARY KEY, stays INTEGER NOT NULL);
  `,
  `
  CREATE TABLE map_runs (
    id INTEGER PRIMARY KEY,
    arn INTEGER NOT NULL UNIQUE,
    execution INTEGER NOT NULL,
    status TEXT NOT NULL,
    start_date INTEGER NOT NULL,
    stop_date INTEGER,
    data TEXT NOT NULL
  );
  CREATE INDEX map_runs_by_execution ON map_runs (execution, id);
  CREATE INDEX executions_redriven_children ON executions (map_run, id) WHERE map_run IS NOT NULL AND redrive IS NOT NULL;
  `,
  `
  -- They are listed by ARN.
  DROP INDEX state_machines_by_creation_date;
  DROP INDEX activities_by_creation_date;

  -- Of the map runs of what remains: the one (its id) whose children are next, and the last of them that was taken.
  ALTER TABLE remains ADD COLUMN map_run INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE remains ADD COLUMN child INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- Executions are listed by their end, or by their last start while they run. An entry of the index moves with the status anyway.
  ALTER TABLE executions ADD COLUMN listed_at INTEGER
    GENERATED ALWAYS AS (coalesce(stop_date, redrive ->> '$.date', start_date)) VIRTUAL;
  DROP INDEX executions_by_state_machine;
  DROP INDEX executions_by_version;
  DROP INDEX executions_by_alias;
  CREATE INDEX executions_by_state_machine ON executions (state_machine, status, listed_at, id);
  CREATE INDEX executions_by_version ON executions (version, status, listed_at, id) WHERE version IS NOT NULL;
  CREATE INDEX executions_by_alias ON executions (alias, status, listed_at, id) WHERE alias IS NOT NULL;
  `,
  `
  -- Jobs that tasks have started and that are to be stopped, because nobody waits for them any more.
  CREATE TABLE job_stops (
    execution INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (execution, attempt)
  );
  `,
  `
  -- Checksums (checksum.ts); null in rows of before. An execution's sum is that of its row as it was inserted, what has changed since has its
  -- own.
  ALTER TABLE arns ADD COLUMN sum INTEGER;
  ALTER TABLE executions ADD COLUMN sum INTEGER;
  ALTER TABLE executions ADD COLUMN outcome_sum INTEGER;
  ALTER TABLE executions ADD COLUMN redrive_sum INTEGER;
  ALTER TABLE history ADD COLUMN sum INTEGER;
  ALTER TABLE branches ADD COLUMN sum INTEGER;
  ALTER TABLE state_machines ADD COLUMN sum INTEGER;
  ALTER TABLE revisions ADD COLUMN sum INTEGER;
  ALTER TABLE versions ADD COLUMN sum INTEGER;
  ALTER TABLE aliases ADD COLUMN sum INTEGER;
  ALTER TABLE activities ADD COLUMN sum INTEGER;
  ALTER TABLE map_runs ADD COLUMN sum INTEGER;
  ALTER TABLE job_stops ADD COLUMN sum INTEGER;
  `,
  `
  -- Histories have events in a short form (history/event-text.ts), which older versions do not read.
  SELECT 1;
  `,
];

/** How many migrations there are in a file whose rows have checksums. */
export const CHECKSUMS_SINCE = 8;
