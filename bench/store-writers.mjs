// Ways of writing finished executions to SQLite, for store.mjs to compare. Started as a worker, it serves one of them.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { RowInserter } from "../packages/engine/dist/store/sqlite/row-inserter.js";
import { migrations } from "../packages/engine/dist/store/sqlite/schema.js";
import { inserts } from "../packages/engine/dist/store/sqlite/statements.js";

const requireOfEngine = createRequire(fileURLToPath(new URL("../packages/engine/package.json", import.meta.url)));
export const Libsql = requireOfEngine("libsql");
const LibsqlPromise = requireOfEngine("libsql/promise");

const PRAGMAS = "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
const tables = [inserts.executions, inserts.history];

/** A database with the store's schema, on one of the drivers that have the interface of better-sqlite3. */
export function openRaw(Driver, path) {
  const database = new Driver(path);
  database.exec(PRAGMAS + migrations.join(""));
  return database;
}

/** Shapes of the insert statements: from a database a function that writes rows, each a pair of values for `tables`. */
export const shapes = {
  "one row": (database) => {
    const statements = tables.map((table) => database.prepare(insertRows(table, 1)));
    return (rows) => {
      for (const row of rows) {
        statements[0].run(row[0]);
        statements[1].run(row[1]);
      }
    };
  },
  "16 rows": (database) => {
    const statements = tables.map((table) => database.prepare(insertRows(table, 16)));
    return (rows) => {
      for (let first = 0; first < rows.length; first += 16) {
        statements.forEach((statement, table) => {
          const values = [];
          for (let index = first; index < first + 16; index++) {
            for (const value of rows[index][table]) values.push(value);
          }
          statement.run(values);
        });
      }
    };
  },
  "all rows as JSON": (database) => {
    const statements = tables.map(({ into, columns }) => {
      const values = columns.split(",").map((_, column) => `value ->> ${column}`);
      return database.prepare(`INSERT INTO ${into} (${columns}) SELECT ${values.join(", ")} FROM json_each(?)`);
    });
    return (rows) => {
      statements.forEach((statement, table) => void statement.run([JSON.stringify(rows.map((row) => row[table]))]));
    };
  },
};

/** Where a commit runs: from a path `commit` and `close`. All write as the store does. */
export const committers = {
  "the calling thread": async (path) => {
    const database = openRaw(Libsql, path);
    const write = await asTheStore(async (sql) => database.prepare(sql));
    const [begin, end] = [database.prepare("BEGIN IMMEDIATE"), database.prepare("COMMIT")];
    return {
      async commit(rows) {
        begin.run([]);
        write(rows);
        end.run([]);
      },
      close: () => database.close(),
    };
  },
  "the driver's thread": async (path) => {
    const database = new LibsqlPromise(path, {});
    await database.exec(PRAGMAS + migrations.join(""));
    const write = await asTheStore((sql) => database.prepare(sql));
    const begin = await database.prepare("BEGIN IMMEDIATE");
    return {
      async commit(rows) {
        begin.run([]);
        write(rows);
        await database.exec("COMMIT");
      },
      close: () => database.close(),
    };
  },
  "a worker that is sent the rows": async (path) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: path });
    const answer = () => new Promise((resolve) => worker.once("message", resolve));
    await answer();
    return {
      commit(rows) {
        worker.postMessage(rows);
        return answer();
      },
      close: () => worker.terminate(),
    };
  },
};

function insertRows({ into, columns }, rows) {
  const row = `(${columns.replaceAll(/\w+/g, "?")})`;
  return `INSERT INTO ${into} (${columns}) VALUES ${Array(rows).fill(row).join(", ")}`;
}

async function asTheStore(prepare) {
  const connection = {
    async prepare(sql) {
      const statement = await prepare(sql);
      return { runWith: (values) => void statement.run(values) };
    },
  };
  const inserters = await Promise.all(tables.map((table) => RowInserter.prepare(connection, table)));
  return (rows) => {
    inserters.forEach((inserter, table) => {
      for (const row of rows) inserter.add(...row[table]);
      inserter.flush();
    });
  };
}

if (!isMainThread) {
  const { commit } = await committers["the calling thread"](workerData);
  parentPort.on("message", async (rows) => {
    await commit(rows);
    parentPort.postMessage("committed");
  });
  parentPort.postMessage("ready");
}
