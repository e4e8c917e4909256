import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { StoreError } from "../store-error.js";
import { type Connection, connect } from "./connection.js";
import { storeError } from "./errors.js";
import { migrations } from "./schema.js";

/** "Pawl" in ASCII: tells our files from another program's databases. */
const applicationId = 0x5061776c;

export interface OpenDatabase {
  readonly connection: Connection;
  /** For messages: the path of the file, or "memory". */
  readonly place: string;
}

/**
 * Opens or creates the database, locks it for this process, and brings its schema up to date.
 * Nothing is written to a file before it is known to be ours and of a version that we know.
 *
 * @throws StoreError
 */
export function openDatabase(options: { readonly folder: string } | "memory"): OpenDatabase {
  if (options === "memory") return prepareDatabase(connect(":memory:"), "memory");
  const folder = resolve(options.folder);
  const place = join(folder, "pawl.db");
  let connection: Connection;
  try {
    mkdirSync(folder, { recursive: true });
    connection = connect(place);
  } catch (error) {
    throw new StoreError(
      "unwritable",
      `Cannot open the data file ${place}: ${messageOf(error)}. Check that the data folder exists, is a folder, and that this user may write to it.`,
      { cause: error },
    );
  }
  return prepareDatabase(connection, place);
}

function prepareDatabase(connection: Connection, place: string): OpenDatabase {
  try {
    // The lock is the operating system's, taken by the next read and held until the file is closed or the process dies.
    // A second process fails at once instead of waiting.
    connection.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 0");
    const version = integer(connection, "PRAGMA user_version");
    checkOwner(connection, place, version);
    connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    migrate(connection, version);
    return { connection, place };
  } catch (error) {
    connection.close();
    throw storeError(error, place);
  }
}

function checkOwner(connection: Connection, place: string, version: number): void {
  const owner = integer(connection, "PRAGMA application_id");
  const empty = integer(connection, "SELECT count(*) FROM sqlite_schema") === 0;
  if (owner !== applicationId && !(empty && owner === 0 && version === 0)) {
    throw new StoreError(
      "damaged",
      `The file ${place} is a database of another program. Choose another data folder, or move the file away.`,
    );
  }
  if (version > migrations.length) {
    throw new StoreError(
      "newer",
      `The data file ${place} was written by a newer version of Pawl (schema version ${version}; this version knows ${migrations.length}). Use that version or a later one, or choose another data folder.`,
    );
  }
}

function migrate(connection: Connection, version: number): void {
  migrations.slice(version).forEach((migration, index) => {
    connection.exec("BEGIN IMMEDIATE");
    connection.exec(migration);
    connection.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version + index + 1}; COMMIT`);
  });
}

function integer(connection: Connection, sql: string): number {
  return connection.prepare(sql).get()?.[0] as number;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
