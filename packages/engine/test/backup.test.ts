import { spawnSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "libsql";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSqliteStore, restoreBackup, type Store } from "../src/index.js";
import { chunk, executionRow } from "./store-rows.js";

let parent: string;
let data: string;
let backup: string;
const open: Store[] = [];

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "pawl-backup-"));
  data = join(parent, "data");
  backup = join(parent, "it's a backup.db");
});

afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
  await rm(parent, { recursive: true });
});

async function store(folder: string): Promise<Store> {
  const opened = await openSqliteStore({ folder });
  open.push(opened);
  return opened;
}

/** One execution a commit, with its history. */
async function insert(into: Store, count: number): Promise<number> {
  for (let done = 0; done < count; done++) {
    const id = into.nextExecutionId();
    await into.commit({ executions: [{ id, insert: executionRow(id), history: chunk(1, 2) }] });
  }
  return count;
}

test("a backup holds what was committed before it, and nothing of what comes after", async () => {
  const source = await store(data);
  await insert(source, 20);
  await source.backup(backup);
  await insert(source, 5);
  if (process.platform !== "win32") expect((await stat(backup)).mode & 0o777).toBe(0o600);

  const restored = join(parent, "restored");
  await restoreBackup(backup, restored, false);
  expect(await readdir(restored)).toEqual(["pawl.db"]);
  const copy = await store(restored);
  expect(await copy.executionById(20)).toEqual(await source.executionById(20));
  expect(await copy.history(20, 1, 2)).toEqual([chunk(1, 2)]);
  expect(await copy.executionById(21)).toBeUndefined();
  expect(copy.nextExecutionId()).toBe(21);
  await insert(copy, 1);
});

test("backups under load are whole: each holds a beginning of what was committed", async () => {
  const source = await store(data);
  let committed = 0;
  let stopped = false;
  const load = (async () => {
    while (!stopped) committed += await insert(source, 1);
  })();
  const counts: { before: number; after: number; file: string }[] = [];
  for (let round = 0; round < 5; round++) {
    await expect.poll(() => committed).toBeGreaterThan(30 * (round + 1));
    const before = committed;
    const file = join(parent, `backup-${round}`);
    await source.backup(file);
    counts.push({ before, after: committed + 1, file });
  }
  stopped = true;
  await load;
  for (const { before, after, file } of counts) {
    const database = new Database(file);
    const [rows, last, chunks] = database
      .prepare("SELECT count(*), max(id), (SELECT count(*) FROM history) FROM executions")
      .raw()
      .get([]) as [number, number, number];
    expect(rows).toBe(last);
    expect(chunks).toBe(rows);
    expect(rows).toBeGreaterThanOrEqual(before);
    expect(rows).toBeLessThanOrEqual(after);
    expect(database.prepare("PRAGMA integrity_check").raw().get([])).toEqual(["ok"]);
    database.close();
  }
});

test("a store in memory is backed up too", async () => {
  const source = await openSqliteStore("memory");
  open.push(source);
  await insert(source, 3);
  await source.backup(backup);
  await restoreBackup(backup, data, false);
  expect(await (await store(data)).executionById(3)).toEqual(await source.executionById(3));
});

test("a backup overwrites nothing, and leaves nothing where it fails", async () => {
  const source = await store(data);
  await writeFile(backup, "mine");
  await expect(source.backup(backup)).rejects.toMatchObject({ code: "conflict" });
  expect(await readFile(backup, "utf8")).toBe("mine");
  await expect(source.backup(join(parent, "nowhere", "file"))).rejects.toMatchObject({ code: "unwritable" });
  // The store works on.
  await insert(source, 1);
  await source.close();
  await expect(source.backup(join(parent, "late"))).rejects.toMatchObject({ code: "closed" });
  expect((await readdir(parent)).sort()).toEqual(["data", "it's a backup.db"]);
});

test("a restore replaces data only when it is told to, the log of the old data included", async () => {
  const source = await store(data);
  await insert(source, 2);
  await source.backup(backup);
  const other = join(parent, "other");
  const old = await store(other);
  await insert(old, 50);
  // As a process leaves it that was killed.
  await copyFile(join(other, "pawl.db"), join(parent, "pawl.db"));
  await copyFile(join(other, "pawl.db-wal"), join(parent, "pawl.db-wal"));

  await expect(restoreBackup(backup, parent, false)).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("--force"),
  });
  await restoreBackup(backup, parent, true);
  const restored = await store(parent);
  expect(await restored.executionById(2)).toBeDefined();
  expect(await restored.executionById(3)).toBeUndefined();
});

test("a restore under a process that runs is refused, forced or not", async () => {
  const source = await store(data);
  await insert(source, 1);
  await source.backup(backup);
  expect(restoreInProcess(backup, data)).toBe("locked");
  await source.close();
  expect(restoreInProcess(backup, data)).toBe("restored");
});

/** In a process of its own, as the command does it: the lock is one between processes. */
function restoreInProcess(file: string, folder: string): string {
  const program = fileURLToPath(new URL("./sqlite-process.ts", import.meta.url));
  const script = `
    import { runnerImport } from "vite";
    await runnerImport(${JSON.stringify(program)}, { configFile: false, logLevel: "error" });
  `;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script, "restore", folder, file], {
    cwd: fileURLToPath(new URL("../../..", import.meta.url)),
    stdio: ["ignore", "pipe", "inherit"],
  });
  return stdout.toString().trim();
}

test.each([
  ["no database", (file: string) => writeFile(file, "not a database at all"), "damaged"],
  ["an empty file", (file: string) => writeFile(file, ""), "damaged"],
  [
    "half of one",
    async (file: string) => truncate(file, Math.floor((await stat(file)).size / 2 / 4096) * 4096),
    "damaged",
  ],
  ["a database of another program", (file: string) => alter(file, "PRAGMA application_id = 7"), "damaged"],
  ["one of a later version", (file: string) => alter(file, "PRAGMA user_version = 99"), "newer"],
  ["nothing", (file: string) => rm(file), "unwritable"],
])("%s is no backup: what is there stays", async (_, spoil, code) => {
  const source = await store(data);
  await insert(source, 200);
  await source.backup(backup);
  await source.close();
  await spoil(backup);
  await expect(restoreBackup(backup, data, true)).rejects.toMatchObject({ name: "StoreError", code });
  expect(await readdir(data)).toEqual(["pawl.db"]);
  expect(await (await store(data)).executionById(200)).toBeDefined();
});

async function alter(file: string, sql: string): Promise<void> {
  const database = new Database(file);
  database.exec(sql);
  database.close();
}

test("data that is damaged can be replaced", async () => {
  const source = await store(data);
  await insert(source, 1);
  await source.backup(backup);
  const broken = join(parent, "broken");
  await mkdir(broken);
  await writeFile(join(broken, "pawl.db"), "x".repeat(10_000));
  await restoreBackup(backup, broken, true);
  expect(await (await store(broken)).executionById(1)).toBeDefined();
});

test("a data folder that is a file", async () => {
  const source = await store(data);
  await source.backup(backup);
  const file = join(parent, "file");
  await writeFile(file, "");
  for (const folder of [file, join(file, "inner")]) {
    await expect(restoreBackup(backup, folder, false)).rejects.toMatchObject({ code: "unwritable" });
  }
  expect(await readFile(file, "utf8")).toBe("");
});
