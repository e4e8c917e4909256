import { pathToFileURL } from "node:url";
import { StoreError } from "../store-error.js";

/** One SQLite connection, reduced to what the store needs. */
export interface Connection {
  /** Runs statements on a thread of the driver's: meanwhile JavaScript goes on, and must leave the connection alone. */
  exec(sql: string): Promise<void>;
  prepare(sql: string): Promise<Statement>;
  /** Prepares again what has thrown: until then such a statement throws its error again. Nothing else may use the connection meanwhile. */
  renew(): Promise<void>;
  close(): void;
}

/** Runs at once, on the calling thread. */
export interface Statement {
  run(...parameters: SqlValue[]): void;
  /** As `run`, for parameters that are an array already. */
  runWith(parameters: readonly SqlValue[]): void;
  /** The first row, for a statement of one column that is a JSON array; undefined where there is no row. */
  row(...parameters: SqlValue[]): SqlRow | undefined;
  /** The rows, for a statement of one row and column that is a JSON array of arrays. */
  rows(...parameters: SqlValue[]): SqlRow[];
  /** The one column of the first row, a text without NUL, as it is; null where there is none. */
  text(...parameters: SqlValue[]): string | null;
}

/** The driver binds nothing else: a boolean ends the process. */
export type SqlValue = string | number | null;
/** Values in the order of the statement's columns. */
export type SqlRow = readonly SqlValue[];

/**
 * The driver is libsql: prebuilt for macOS, Linux and Windows without an install script, and it can run a statement on a thread of
 * its own (`commit` in `store.ts` says what that gives). Measured against better-sqlite3 12, which downloads or compiles
 * itself in an install script and has one thread: inserts take 1.6 times as long, 2.4 microseconds more for an execution;
 * commits the same.
 *
 * Where it differs from what one expects of a driver, and what this store does about it:
 * - `close` leaves the connection open, and the file locked, until its statements are collected as garbage. So
 *   `closeDatabase` in `open.ts` gives the lock back first.
 * - A text read from a column ends at its first NUL. And each read of many rows makes a native object for the garbage
 *   collector, where crashes have been reported (https://github.com/tursodatabase/libsql-client-ts/issues/354). Reads here
 *   are single rows of JSON, which keeps texts whole and makes no such object.
 * - It ends the process over a text that is no UTF-8, as damage to the file can leave one. So the JSON comes as a blob: 0.7 microseconds more
 *   for one row (2.7), 1 % more for a list of 100.
 * - Numbers are bound as REAL; columns of type INTEGER turn them back.
 * - A statement whose read has failed keeps its parameters, whatever is bound next: it would give the row that it was asked for before. So none is
 *   used again after an error before it is prepared anew (`renew`).
 * - Its layer for encryption, which all files go through unless another one is named, says nothing of reads that fail: what then
 *   stands in memory is taken for the page that was asked for, and kept. `nameOf` goes around it.
 */
export async function connect(path: string): Promise<Connection> {
  const Database = await loadDriver();
  const database = new Database(nameOf(path), {});
  const prepare = async (sql: string): Promise<DriverStatement> => {
    const statement: DriverStatement = await database.prepare(sql);
    if (statement.reader) statement.raw(true);
    return statement;
  };
  const failed = new Set<() => Promise<void>>();
  return {
    async exec(sql) {
      await database.exec(sql);
    },
    async prepare(sql) {
      let statement: DriverStatement | undefined = await prepare(sql);
      let failure: unknown;
      const renew = async (): Promise<void> => {
        statement = await prepare(sql);
      };
      const spoil = (error: unknown): never => {
        failed.add(renew);
        statement = undefined;
        failure = error;
        throw error;
      };
      const run = (parameters: readonly SqlValue[]): void => {
        if (statement === undefined) throw failure;
        try {
          statement.run(parameters);
        } catch (error) {
          spoil(error);
        }
      };
      // A Buffer says nothing of bytes that are no UTF-8: they become other characters, which the checksum notices.
      const text = (parameters: readonly SqlValue[]): string | undefined => {
        if (statement === undefined) throw failure;
        try {
          return statement.get(parameters)?.[0]?.toString();
        } catch (error) {
          return spoil(error);
        }
      };
      const json = (parameters: readonly SqlValue[]) => {
        const found = text(parameters);
        return found === undefined ? undefined : JSON.parse(found);
      };
      return {
        run: (...parameters) => run(parameters),
        runWith: run,
        row: (...parameters) => json(parameters),
        rows: (...parameters) => json(parameters),
        text: (...parameters) => text(parameters) ?? null,
      };
    },
    async renew() {
      for (const renew of failed) {
        await renew();
        failed.delete(renew);
      }
    },
    close: () => database.close(),
  };
}

/** The file as SQLite's own layer for the system opens it (https://sqlite.org/vfs.html). */
function nameOf(path: string): string {
  if (path === ":memory:") return path;
  return `${pathToFileURL(path).href}?vfs=${process.platform === "win32" ? "win32" : "unix"}`;
}

/** Loaded when the first store is opened: it is native code of 10 MB, made for each platform. */
async function loadDriver() {
  try {
    return (await import("libsql/promise")).default;
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new StoreError(
      "failed",
      `The SQLite driver does not load on ${process.platform} ${process.arch}: ${detail}. Install the packages again, optional ones included (npm install --include=optional).`,
      { cause: error },
    );
  }
}

/** What `prepare` gives, which the driver's own types call `any`. */
interface DriverStatement {
  readonly reader: boolean;
  raw(on: boolean): void;
  run(parameters: readonly SqlValue[]): unknown;
  get(parameters: readonly SqlValue[]): [string | Buffer | null] | undefined;
}
