import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSqliteStore, type Store } from "../src/index.js";
import { closeDatabase, openDatabase } from "../src/store/sqlite/open.js";
import { migrations } from "../src/store/sqlite/schema.js";
import { statements } from "../src/store/sqlite/statements.js";
import { sqliteStore } from "../src/store/sqlite/store.js";
import { chunk, executionRow, stateMachine, stateMachineArn } from "./store-rows.js";
import { storeSuite } from "./store-suite.js";

storeSuite("SQLite store in a folder", true, async () => {
  const folder = await mkdtemp(join(tmpdir(), "pawl-store-"));
  return {
    open: () => openSqliteStore({ folder }),
    dispose: () => rm(folder, { recursive: true }),
  };
});

storeSuite("SQLite store in memory", false, async () => ({
  open: () => openSqliteStore("memory"),
  dispose: async () => {},
}));

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pawl-store-"));
  file = join(folder, "pawl.db");
});

afterEach(async () => {
  await chmod(folder, 0o755);
  await rm(folder, { recursive: true });
});

describe("opening", () => {
  test("makes the folder, and leaves one file when it is closed", async () => {
    const inner = join(folder, "a", "b");
    const store = await openSqliteStore({ folder: inner });
    await insert(store, 10);
    await store.close();
    expect(await readdir(inner)).toEqual(["pawl.db"]);
  });

  test("fails where another store has the folder open, in this process or in another, until that is closed", async () => {
    const store = await openSqliteStore({ folder });
    const locked = { name: "StoreError", code: "locked", message: expect.stringContaining(file) };
    await expect(openSqliteStore({ folder })).rejects.toMatchObject(locked);
    expect(await openInProcess(folder)).toMatchObject(locked);
    await insert(store, 1);
    await store.close();
    expect(await openInProcess(folder)).toEqual({ opened: true });
    const again = await openSqliteStore({ folder });
    expect(await again.executionById(1)).toEqual(executionRow(1));
    await again.close();
  });

  test("fails where the folder is a file", async () => {
    const path = join(folder, "file");
    await writeFile(path, "text");
    for (const place of [path, join(path, "inner")]) {
      await expect(openSqliteStore({ folder: place })).rejects.toMatchObject({
        name: "StoreError",
        code: "unwritable",
      });
    }
    expect(await readFile(path, "utf8")).toBe("text");
  });

  // Only Linux has a file system that refuses in this way.
  test.runIf(existsSync("/proc/self"))("fails, and does not hang, where no folder can be made", async () => {
    await expect(openSqliteStore({ folder: "/proc/pawl/data" })).rejects.toMatchObject({ code: "unwritable" });
  });

  test("fails where the data file is a folder", async () => {
    await mkdir(file);
    await expect(openSqliteStore({ folder })).rejects.toMatchObject({ code: "unwritable" });
  });

  test("fails in a folder that may not be written", async () => {
    await chmod(folder, 0o555);
    await asPlainUser(() => expect(openSqliteStore({ folder })).rejects.toMatchObject({ code: "unwritable" }));
    expect(await readdir(folder)).toEqual([]);
  });

  test("fails on a data file that may not be written, and leaves it as it is", async () => {
    const store = await openSqliteStore({ folder });
    await insert(store, 5);
    await store.close();
    const before = await readFile(file);
    await chmod(file, 0o444);
    await chmod(folder, 0o555);
    await asPlainUser(() => expect(openSqliteStore({ folder })).rejects.toMatchObject({ code: "unwritable" }));
    expect((await readFile(file)).equals(before)).toBe(true);
  });

  test.each([
    ["text", Buffer.from("This is not a database. ".repeat(500))],
    ["a few bytes", Buffer.from("short")],
    ["zeros", Buffer.alloc(8192)],
  ])("fails on a file of %s, and leaves it as it is", async (_, content) => {
    await writeFile(file, content);
    await expect(openSqliteStore({ folder })).rejects.toMatchObject({ name: "StoreError", code: "damaged" });
    expect((await readFile(file)).equals(content)).toBe(true);
  });

  test("fails on another program's database, and leaves it as it is", async () => {
    const other = new Database(file);
    other.exec("CREATE TABLE notes (text); INSERT INTO notes VALUES ('mine')");
    other.close();
    const before = await readFile(file);
    await expect(openSqliteStore({ folder })).rejects.toMatchObject({ code: "damaged" });
    expect((await readFile(file)).equals(before)).toBe(true);
  });

  test("fails on data of a newer version, and leaves it as it is", async () => {
    const database = await openDatabase({ folder });
    await database.connection.exec(`PRAGMA user_version = ${migrations.length + 1}`);
    await closeDatabase(database);
    const before = await readFile(file);
    await expect(openSqliteStore({ folder })).rejects.toMatchObject({
      name: "StoreError",
      code: "newer",
      message: expect.stringContaining(file),
    });
    expect((await readFile(file)).equals(before)).toBe(true);
  });

  test("or reading fails on a file whose pages are damaged", async () => {
    const store = await openSqliteStore({ folder });
    for (let first = 1; first < 1_000; first += 100) await insert(store, 100, first);
    await store.close();
    const content = await readFile(file);
    await writeFile(file, content.fill(0xa5, 4096));
    const read = async () => {
      const damaged = await openSqliteStore({ folder });
      try {
        await damaged.listExecutions({ stateMachineArn, limit: 1_000 });
      } finally {
        await damaged.close();
      }
    };
    await expect(read()).rejects.toMatchObject({ name: "StoreError", code: "damaged" });
  });
});

describe("a page that cannot be read", () => {
  test("hides what is on it and nothing else, whatever is asked before", async () => {
    const store = await openSqliteStore({ folder });
    await insert(store, 1_000);
    await store.close();
    const content = await readFile(file);
    const { input } = executionRow(500);
    const leafOfTable = 0x0d;
    let damaged = 0;
    for (let start = 4096; start < content.length; start += 4096) {
      const page = content.subarray(start, start + 4096);
      if (page[0] !== leafOfTable || !page.includes(input)) continue;
      page.fill(0xff, 0, 8);
      damaged += 1;
    }
    expect(damaged).toBe(1);
    await writeFile(file, content);
    const reopened = await openSqliteStore({ folder });
    let unread = 0;
    for (let id = 1; id <= 1_000; id++) {
      const expected = executionRow(id);
      try {
        expect(await reopened.execution(expected.arn)).toMatchObject({ id, arn: expected.arn });
      } catch (error) {
        expect(error).toMatchObject({ name: "StoreError", code: "damaged" });
        unread += 1;
      }
    }
    expect(unread).toBeGreaterThan(0);
    expect(unread).toBeLessThan(100);
    // Adding executions reads no damaged page.
    await insert(reopened, 10, 2_000);
    expect(await reopened.executionById(2_003)).toMatchObject({ id: 2_003 });
    await reopened.close();
  });
});

describe("the log", () => {
  test("is copied into the database often, so that it stays short and holds no commit up", async () => {
    const store = await openSqliteStore({ folder });
    let longest = 0;
    for (let commits = 0; commits < 300; commits += 10) {
      for (let id = commits + 1; id <= commits + 10; id++) {
        await store.commit({ executions: [{ id, insert: executionRow(id), history: chunk(1, 3) }] });
      }
      longest = Math.max(longest, (await stat(`${file}-wal`)).size);
    }
    await store.close();
    // 64 commits of some ten pages. All 300 would be four times that.
    expect(longest).toBeLessThan(64 * 16 * 4096);
    const reopened = await openSqliteStore({ folder });
    expect((await reopened.listExecutions({ stateMachineArn, limit: 1000 })).length).toBe(300);
    await reopened.close();
  });
});

describe("a full disk", () => {
  test("undoes the commit, keeps the store usable, and takes commits again once there is space", async () => {
    const database = await openDatabase({ folder });
    const store = await sqliteStore(database);
    await insert(store, 1);
    // What SQLite does at this limit is what it does when the disk has no more blocks.
    await database.connection.exec("PRAGMA max_page_count = 60");
    const large = executionRow(2, { input: JSON.stringify("x".repeat(300_000)) });
    const change = {
      stateMachines: [stateMachine("new", 1)],
      executions: [{ id: 2, insert: large, history: chunk(1, 2) }],
    };
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(store.commit(change)).rejects.toMatchObject({
        name: "StoreError",
        code: "full",
        message: expect.stringContaining(file),
      });
      expect(await store.executionById(2)).toBeUndefined();
      expect(await store.listStateMachines(10)).toEqual([]);
      expect(await store.executionById(1)).toEqual(executionRow(1));
    }
    await insert(store, 1, 3);
    await database.connection.exec("PRAGMA max_page_count = 1000000");
    await store.commit(change);
    await store.close();
    const next = await openSqliteStore({ folder });
    expect(await next.executionById(2)).toEqual(large);
    expect(await next.executionById(3)).toEqual(executionRow(3));
    expect(await next.listStateMachines(10)).toEqual(change.stateMachines);
    await next.close();
  });
});

describe("a flush that fails", () => {
  test("ends all reading and writing, and says so once", async () => {
    const database = await openDatabase({ folder });
    const failure = Object.assign(new Error("disk I/O error"), { code: "SQLITE_IOERR_FSYNC" });
    let isFailing = false;
    const exec = (sql: string): Promise<void> =>
      isFailing && sql === "COMMIT" ? Promise.reject(failure) : database.connection.exec(sql);
    const told: Error[] = [];
    const store = await sqliteStore({ ...database, connection: { ...database.connection, exec } }, (error) =>
      told.push(error),
    );
    await insert(store, 1);
    isFailing = true;
    await expect(insert(store, 1, 2)).rejects.toMatchObject({ name: "StoreError", code: "failed" });
    isFailing = false;
    expect(told).toEqual([expect.objectContaining({ name: "StoreError", message: expect.stringContaining(file) })]);
    // Both were possible before, and the file is whole.
    await expect(store.executionById(1)).rejects.toBe(told[0]);
    await expect(insert(store, 1, 3)).rejects.toBe(told[0]);
    await store.close();
    expect(told).toHaveLength(1);
  });
});

describe("the end of the process by SIGKILL", () => {
  test("loses no commit that was acknowledged, and leaves none half done", async () => {
    const acknowledged: number[] = [];
    for (const commits of [3, 40, 200]) {
      acknowledged.push(...(await commitUntilKilled(folder, commits)));
      const store = await openSqliteStore({ folder });
      const ids = await wholeCommits(store);
      expect(ids.length).toBeGreaterThanOrEqual(acknowledged.length);
      for (const id of acknowledged) expect(ids).toContain(id);
      await store.close();
    }
  });

  test("with a log whose end did not reach the disk leaves the commits before", async () => {
    await commitUntilKilled(folder, 60);
    const { length } = await readFile(`${file}-wal`);
    let last = Number.POSITIVE_INFINITY;
    for (let part = 10; part > 0; part--) {
      const copy = join(folder, `copy-${part}`);
      await mkdir(copy);
      await copyFile(file, join(copy, "pawl.db"));
      await copyFile(`${file}-wal`, join(copy, "pawl.db-wal"));
      await truncate(join(copy, "pawl.db-wal"), Math.floor((length * part) / 10) - 777);
      const store = await openSqliteStore({ folder: copy });
      const { length: count } = await wholeCommits(store);
      expect(count).toBeLessThanOrEqual(last);
      last = count;
      await store.close();
    }
    expect(last).toBeGreaterThan(0);
  });
});

describe("queries", () => {
  test("find their rows by an index, and sort nothing", () => {
    const database = new Database(":memory:");
    for (const migration of migrations) database.exec(migration);
    // Read whole: one row, the index of what a new process must take up, all of it, or a few rows from the first one on.
    const small =
      /^SCAN (last_deleted|past_redrive|remains|CONSTANT ROW|branches USING COVERING INDEX branches_to_restart|executions USING INDEX executions_running_children|\(subquery-\d+\))$/;
    for (const [name, sql] of Object.entries(statements)) {
      if (!/^(SELECT|UPDATE|DELETE)/.test(sql)) continue;
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(Array(9).fill(0)) as { detail: string }[];
      for (const { detail } of plan) {
        expect(/^SCAN|TEMP B-TREE/.test(detail) && !small.test(detail), `${name}: ${detail}`).toBe(false);
      }
    }
    database.close();
  });
});

async function insert(store: Store, count: number, first = 1): Promise<void> {
  const ids = Array.from({ length: count }, (_, index) => first + index);
  await store.commit({ executions: ids.map((id) => ({ id, insert: executionRow(id), history: chunk(1, 3) })) });
}

/** Permissions do not bind root: the action runs as another user then. */
async function asPlainUser(action: () => Promise<void>): Promise<void> {
  const { geteuid, seteuid } = process;
  if (geteuid?.() !== 0 || seteuid === undefined) return action();
  const nobody = 65_534;
  seteuid(nobody);
  try {
    await action();
  } finally {
    seteuid(0);
  }
}

function startProcess(task: string, dataFolder: string): ChildProcess {
  const program = fileURLToPath(new URL("./sqlite-process.ts", import.meta.url));
  const script = `
    import { runnerImport } from "vite";
    await runnerImport(${JSON.stringify(program)}, { configFile: false, logLevel: "error" });
  `;
  return spawn(process.execPath, ["--input-type=module", "-e", script, task, dataFolder], {
    cwd: new URL("../../..", import.meta.url),
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function openInProcess(dataFolder: string): Promise<unknown> {
  const { stdout } = startProcess("open", dataFolder);
  if (stdout === null) throw new Error("no output");
  let output = "";
  for await (const part of stdout) output += part;
  return JSON.parse(output);
}

/** Ids of the executions that a process had acknowledged when it was killed, soon after so many commits. */
async function commitUntilKilled(dataFolder: string, commits: number): Promise<number[]> {
  const child = startProcess("commit", dataFolder);
  if (child.stdout === null) throw new Error("no output");
  const ids: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    ids.push(Number(line));
    if (ids.length === commits * 20) child.kill("SIGKILL");
  }
  if (child.signalCode === null) await once(child, "exit");
  expect(child.signalCode).toBe("SIGKILL");
  return ids;
}

/** Ids of all executions, which came in commits of 20, each with its history and its branch. */
async function wholeCommits(store: Store): Promise<number[]> {
  const rows = await store.listExecutions({ stateMachineArn, limit: 1_000_000 });
  const due = await store.due(Number.MAX_SAFE_INTEGER, 1_000_000);
  expect(rows.length % 20).toBe(0);
  expect(due.map(({ executionId }) => executionId)).toEqual(rows.map(({ id }) => id).reverse());
  for (const row of rows) {
    expect(row).toEqual(executionRow(row.id));
    expect(await store.execution(row.arn)).toEqual(row);
    expect(await store.history(row.id, 1, 9)).toEqual([chunk(1, 3)]);
  }
  return rows.map(({ id }) => id);
}
