import Database from "libsql";

/** One SQLite connection, reduced to what the store needs. Rows are arrays in the order of the statement's columns. */
export interface Connection {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

export interface Statement {
  run(...parameters: SqlValue[]): void;
  get(...parameters: SqlValue[]): SqlRow | undefined;
  all(...parameters: SqlValue[]): SqlRow[];
}

/** The driver binds no booleans. */
export type SqlValue = string | number | null;
export type SqlRow = readonly SqlValue[];

export function connect(path: string): Connection {
  const database = new Database(path);
  return {
    exec: (sql) => void database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql);
      if (statement.reader) statement.raw(true);
      return {
        run: (...parameters) => void statement.run(parameters),
        get: (...parameters) => statement.get(parameters) as SqlRow | undefined,
        all: (...parameters) => statement.all(parameters) as SqlRow[],
      };
    },
    close: () => void database.close(),
  };
}
