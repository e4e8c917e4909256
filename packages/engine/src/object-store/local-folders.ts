import { constants, type Stats } from "node:fs";
import { type FileHandle, mkdir, open, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { ObjectStoreError } from "./object-store.js";

/**
 * The folders of this machine that state machines may read from and write to. Whoever writes a definition must not reach any file of the
 * host: without a folder named at start, none; and with one, what is in it, not what a link in it points at outside.
 */
export class LocalFolders {
  readonly #allowed: readonly string[];

  /** @param allowed absolute paths; relative ones count from where the process was started */
  constructor(allowed: readonly string[]) {
    this.#allowed = allowed.map((folder) => resolve(folder));
  }

  /**
   * The real path of a bucket `file:///path/of/a/folder`.
   * @throws ObjectStoreError where it is in no allowed folder, or not there
   */
  async bucket(url: string): Promise<string> {
    const path = pathOf(url);
    // By its name first: what is not allowed is not even looked at, so that nobody learns what exists.
    if (!this.#allowed.some((folder) => isWithin(folder, path))) throw this.#refusal(url);
    const real = await realpath(path).catch(() => {
      throw new ObjectStoreError(`The folder ${url} does not exist.`);
    });
    for (const folder of this.#allowed) {
      const root = await realpath(folder).catch(() => undefined);
      if (root !== undefined && isWithin(root, real)) return real;
    }
    throw this.#refusal(url);
  }

  /** @throws ObjectStoreError where there is no such file in the bucket */
  async openFile(bucket: string, key: string): Promise<{ handle: FileHandle; stats: Stats }> {
    const path = await realpath(join(bucket, checkedKey(key))).catch(() => undefined);
    if (path === undefined || !isWithin(bucket, path)) throw missing();
    // Neither a link that was put there meanwhile is followed, nor is a named pipe waited for.
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => {
      throw missing();
    });
    const stats = await handle.stat();
    if (stats.isFile()) return { handle, stats };
    await handle.close();
    throw missing();
  }

  /**
   * The path of a file that is to be written, whose folder is made where it is not there.
   * @throws ObjectStoreError where it would be outside of the bucket
   */
  async fileToWrite(bucket: string, key: string): Promise<string> {
    const path = join(bucket, checkedKey(key));
    let existing = dirname(path);
    while (!(await stat(existing).catch(() => undefined))) existing = dirname(existing);
    if (!isWithin(bucket, await realpath(existing))) throw outside(key);
    await mkdir(dirname(path), { recursive: true });
    const folder = await realpath(dirname(path));
    if (!isWithin(bucket, folder)) throw outside(key);
    return path;
  }

  #refusal(url: string): ObjectStoreError {
    const allowed =
      this.#allowed.length === 0 ? "none is allowed" : `allowed are ${this.#allowed.map((each) => `file://${each}`)}`;
    return new ObjectStoreError(
      `State machines may not use the folder ${url}: ${allowed}. Start the server with --data-folder to allow one.`,
    );
  }
}

/** True where a bucket names a folder of this machine. */
export function isLocal(bucket: string): boolean {
  return /^file:/i.test(bucket);
}

function pathOf(url: string): string {
  try {
    const path = resolve(fileURLToPath(url));
    if (!path.includes("\0")) return path;
  } catch {
    // Said below, for all of them.
  }
  throw new ObjectStoreError(`The bucket ${url} is not the URL of a folder: file:///absolute/path`);
}

function checkedKey(key: string): string {
  const parts = key.split("/");
  const leaves = parts.includes("..") || key.includes("\0") || isAbsolute(key) || (sep === "\\" && /[\\:]/.test(key));
  if (leaves || key === "") throw missing();
  return key;
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function missing(): ObjectStoreError {
  return new ObjectStoreError("The specified key does not exist.");
}

function outside(key: string): ObjectStoreError {
  return new ObjectStoreError(`The key ${key} leads out of the bucket's folder.`);
}
