import { constants } from "node:fs";
import { chmod, copyFile, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { StoreError } from "../store-error.js";
import { checkBackup } from "./check.js";
import type { Connection } from "./connection.js";
import { storeError } from "./errors.js";
import { closeDatabase, DATABASE_FILE, openDatabase } from "./open.js";

/**
 * Writes the database, as it is committed, to a new file, complete on disk when this resolves. The connection is busy
 * meanwhile: a database of 154 MB takes 0.46 s (Node 20.20, SQLite 3.45, two cores). JavaScript goes on, on the driver's
 * thread nothing else does. SQLite's backup interface, which works in steps between commits, is not in the driver; a copy of the
 * file by this process would give its lock back (https://sqlite.org/howtocorrupt.html, section 2.2).
 *
 * @throws StoreError; then there is no such file
 */
export async function writeBackup(connection: Connection, file: string): Promise<void> {
  const created = await createEmpty(file);
  try {
    // VACUUM INTO takes an empty file for none.
    await connection.exec(`VACUUM INTO '${created.replaceAll("'", "''")}'`);
    await syncFile(created);
    await syncFolder(dirname(created));
  } catch (error) {
    await rm(created, { force: true });
    throw storeError(error, created);
  }
}

/**
 * Makes a backup the data file of a folder. Nothing changes there before the backup has been found whole.
 *
 * @param force replaces the data file that is there
 * @throws StoreError `conflict` where there is one and it is not to be replaced, `locked` where a process uses it, `damaged` or
 * `newer` where the backup cannot be used
 */
export async function restoreBackup(backup: string, folder: string, force: boolean): Promise<void> {
  const target = join(resolve(folder), DATABASE_FILE);
  const source = resolve(backup);
  const exists = await isFile(target);
  if (exists && !force) {
    throw new StoreError(
      "conflict",
      `There is data in ${resolve(folder)} already. Choose an empty folder, or add --force to replace that data.`,
    );
  }
  const arriving = `${target}.restoring`;
  await makeFolder(folder);
  try {
    await rm(arriving, { force: true });
    await copyFile(source, arriving, constants.COPYFILE_EXCL);
    await chmod(arriving, 0o600);
    const { faults } = await checkBackup(arriving, source);
    if (faults.length > 0) {
      throw new StoreError("damaged", `The backup ${source} cannot be used: ${faults.slice(0, 3).join("; ")}.`);
    }
    await syncFile(arriving);
    if (exists) await release(folder);
    // What belongs to the old file would be taken for the new one's.
    for (const suffix of ["-wal", "-shm", "-journal"]) await rm(target + suffix, { force: true });
    await rename(arriving, target);
    await syncFolder(dirname(target));
  } catch (error) {
    throw fileError(error, source);
  } finally {
    await rm(arriving, { force: true });
    await rm(`${arriving}-journal`, { force: true });
  }
}

/** Readable and writable by this user alone: it holds every input and output. */
async function createEmpty(file: string): Promise<string> {
  const path = resolve(file);
  try {
    await (await open(path, "wx", 0o600)).close();
  } catch (error) {
    throw fileError(error, path);
  }
  return path;
}

/** Makes sure that no process uses the data of a folder. Data that cannot be opened is what a restore is for. */
async function release(folder: string): Promise<void> {
  try {
    await closeDatabase(await openDatabase({ folder }));
  } catch (error) {
    if ((error as StoreError).code === "locked") throw error;
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { message } = error as Error;
    throw new StoreError("unwritable", `The data folder ${resolve(folder)} cannot be made: ${message}.`, {
      cause: error,
    });
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a new name last. Windows has no such call, and needs none. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function fileError(error: unknown, path: string): StoreError {
  if (error instanceof StoreError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const options = { cause: error };
  switch (code) {
    case "EEXIST":
      return new StoreError("conflict", `The file ${path} is there already. Choose another name.`, options);
    case "ENOENT":
      return new StoreError("unwritable", `There is no file or folder for ${path}.`, options);
    case "ENOSPC":
      return new StoreError("full", `No space left for ${path}. Free space on its disk.`, options);
    default:
      return new StoreError("unwritable", `${path} cannot be used: ${message}.`, options);
  }
}
