import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { StoreError } from "../store-error.js";
import { type Connection, connect } from "./connection.js";
import { storeError } from "./errors.js";
import { damageOfLog } from "./log-check.js";
import { migrations } from "./schema.js";

/** The database of a data folder. */
export const DATABASE_FILE = "pawl.db";

/** "Pawl" in ASCII: tells our files from another program's databases. */
const APPLICATION_ID = 0x5061776c;

/**
 * The lock is the operating system's: taken by the next read, held until the database is closed or the process ends, however
 * it ends. A second process fails at once instead of waiting. With it SQLite needs no shared memory file.
 */
const lock = "PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 0";

/**
 * - synchronous = FULL: a commit is on disk when it returns. fullfsync: on macOS too, where fsync leaves it in the drive.
 * - wal_autocheckpoint: a commit that brings the log to 4,000 pages (16 MB) also copies it into the database before it returns, for 15 to
 *   40 ms. Few do: `checkpoints.ts` says when it is copied otherwise.
 * - cache_size: 16 MB hold the upper pages of all indexes; the system's file cache holds the rest. 64 MB measured the same.
 * - journal_size_limit: gives back the space that one very large commit took in the log.
 * - page_size stays at 4 kB: with 8 and 16 kB a commit writes 1.5 and 2.4 times as much when names come in no order.
 * - No mmap: a failing disk would end the process instead of failing one read.
 */
const settings = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  PRAGMA wal_autocheckpoint = 4000;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA cache_size = -16000;
`;

export interface OpenDatabase {
  readonly connection: Connection;
  /** For messages: the path of the file, or "memory". */
  readonly place: string;
  readonly inMemory: boolean;
}

/**
 * Opens or creates the database, locks it for this process, and brings its schema up to date.
 * Nothing is written to a file before it is known to be ours and of a version that we know.
 *
 * @throws StoreError
 */
export async function openDatabase(options: { readonly folder: string } | "memory"): Promise<OpenDatabase> {
  const inMemory = options === "memory";
  const place = inMemory ? "memory" : join(resolve(options.folder), DATABASE_FILE);
  if (!inMemory) checkLog(place);
  const connection = inMemory ? await connect(":memory:") : await openFile(options.folder, place);
  try {
    await connection.exec(lock);
    const version = await userVersion(connection);
    await checkOwner(connection, place, version);
    await connection.exec(settings);
    await migrate(connection, version);
    return { connection, place, inMemory };
  } catch (error) {
    connection.close();
    const fault = storeError(error, place);
    throw (fault.code === "failed" && !inMemory && unwritable(place)) || fault;
  }
}

/** @throws StoreError where something that was acknowledged stands in the log and would not be read */
function checkLog(place: string): void {
  const log = `${place}-wal`;
  const offset = damageOfLog(log);
  if (offset === undefined) return;
  throw new StoreError(
    "damaged",
    `The log ${log} of the data file is damaged at byte ${offset}, and whole commits stand behind that. Restore the data folder from a backup, or cut the log off there to lose what came after (truncate -s ${offset} ${log}).`,
  );
}

/** SQLite calls it an input/output error where the log of a process that was killed may not be read back into the database. */
function unwritable(place: string): StoreError | undefined {
  for (const path of [dirname(place), place, `${place}-wal`]) {
    try {
      if (existsSync(path)) accessSync(path, constants.W_OK);
    } catch (error) {
      return new StoreError(
        "unwritable",
        `The data file ${place} cannot be written: ${(error as Error).message}. Check that this user may write to the data folder.`,
        { cause: error },
      );
    }
  }
  return undefined;
}

/** Closes the database so that this or another process can open it at once. */
export async function closeDatabase({ connection, inMemory }: OpenDatabase): Promise<void> {
  try {
    // Leaving WAL mode copies the log into the database and removes it; only then can the lock be given back, which happens
    // with the next read.
    if (!inMemory) {
      await connection.exec(
        "PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT count(*) FROM sqlite_schema",
      );
    }
  } catch {
    // As on a full disk. All that was committed stays in the log, which the next process reads.
  } finally {
    connection.close();
  }
}

async function openFile(folder: string, place: string): Promise<Connection> {
  try {
    makeFolder(resolve(folder));
    return await connect(place);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw new StoreError(
      "unwritable",
      `Cannot open the data file ${place}: ${detail}. Check that the data folder is a folder and that this user may write to it.`,
      { cause: error },
    );
  }
}

/**
 * Makes the folder and those above it, for this user alone: inputs and outputs of all executions are in it. Not with the option
 * `recursive`, which never returns in Node 20 where a file system answers ENOENT for a folder whose parent is there (/proc).
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  if (!existsSync(dirname(folder))) makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

/** How many migrations the database has had. */
export function userVersion(connection: Connection): Promise<number> {
  return integer(connection, "SELECT json_array(user_version) FROM pragma_user_version");
}

/** @throws StoreError where the database is another program's, or of a version that is not known */
export async function checkOwner(connection: Connection, place: string, version: number): Promise<void> {
  const owner = await integer(connection, "SELECT json_array(application_id) FROM pragma_application_id");
  const tables = await integer(connection, "SELECT json_array(count(*)) FROM sqlite_schema");
  const isNew = owner === 0 && version === 0 && tables === 0;
  if (owner !== APPLICATION_ID && !isNew) {
    throw new StoreError(
      "damaged",
      `The file ${place} is a database of another program. Choose another data folder, or move the file away.`,
    );
  }
  if (version > migrations.length) {
    throw new StoreError(
      "newer",
      `The data file ${place} was written by a newer version of Pawl (its schema has version ${version}, this Pawl knows ${migrations.length}). Use that version or a later one, or choose another data folder.`,
    );
  }
}

/** A new database takes one transaction, because each waits for the disk; an older one keeps each migration that it has come through. */
async function migrate(connection: Connection, from: number): Promise<void> {
  const to = migrations.length;
  const step = from === 0 ? to : 1;
  for (let version = from; version < to; version += step) {
    const next = version + step;
    await connection.exec(`
      BEGIN IMMEDIATE;
      ${migrations.slice(version, next).join("\n")}
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${next};
      COMMIT;
    `);
  }
}

async function integer(connection: Connection, sql: string): Promise<number> {
  return (await connection.prepare(sql)).row()?.[0] as number;
}
