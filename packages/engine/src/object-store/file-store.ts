import { createHash, randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { type FileHandle, open, opendir, rename, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LocalFolders } from "./local-folders.js";
import {
  type ListedObject,
  type ListedPlace,
  type ObjectPlace,
  type ObjectStore,
  ObjectStoreError,
  type ObjectWriter,
  type StoredObject,
} from "./object-store.js";

/** Objects as files: a bucket `file:///data` is a folder, a key `in/orders.csv` is the path of a file in it. */
export function fileStore(allowedFolders: readonly string[]): ObjectStore {
  const folders = new LocalFolders(allowedFolders);
  return {
    async open({ bucket, key }, { signal, etag, partSize }) {
      const { handle, stats } = await folders.openFile(await folders.bucket(bucket), key);
      const object = new OpenFile(handle, stats, partSize, signal);
      if (etag === undefined || etag === object.etag) return object;
      await object.close();
      throw new ObjectStoreError(
        "At least one of the pre-conditions you specified did not hold: the file has changed.",
      );
    },
    async *list(place, signal) {
      const folder = await folders.bucket(place.bucket);
      yield* pagesOf(filesIn(folder, "", place), signal);
    },
    create: (place, signal) => new FileWriter(folders, place, signal),
  };
}

class OpenFile implements StoredObject {
  readonly etag: string;
  readonly size: number;
  readonly #handle: FileHandle;
  readonly #partSize: number;
  readonly #signal: AbortSignal;

  constructor(handle: FileHandle, stats: Stats, partSize: number, signal: AbortSignal) {
    this.#handle = handle;
    this.#partSize = partSize;
    this.#signal = signal;
    this.etag = etagOf(stats);
    this.size = stats.size;
  }

  async *parts(): AsyncIterable<Uint8Array> {
    for (let start = 0; start < this.size; ) {
      const part = await this.range(start, Math.min(start + this.#partSize, this.size));
      if (part.length === 0) throw new ObjectStoreError("The file has become shorter while it was read.");
      yield part;
      start += part.length;
    }
  }

  async range(start: number, end: number): Promise<Uint8Array> {
    this.#signal.throwIfAborted();
    // Parts are kept by what is made of them, strings among it: each has memory of its own.
    const buffer = Buffer.allocUnsafeSlow(end - start);
    const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, start);
    return buffer.subarray(0, bytesRead);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** Another one after every change: size and time of the last one. */
function etagOf({ size, mtimeMs, ino }: Stats): string {
  return `"${createHash("md5").update(`${ino}:${size}:${mtimeMs}`).digest("hex")}"`;
}

const PAGE = 1000;

async function* pagesOf(files: AsyncIterable<ListedObject>, signal: AbortSignal): AsyncIterable<ListedObject[]> {
  let page: ListedObject[] = [];
  for await (const file of files) {
    signal.throwIfAborted();
    page.push(file);
    if (page.length === PAGE) {
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
}

/** What is still being written. */
const UNFINISHED = /^\.pawl-[\da-f-]{36}\.part$/;

/** Files in the order of their keys, links left out: they may lead anywhere. */
async function* filesIn(folder: string, path: string, { prefix }: ListedPlace): AsyncIterable<ListedObject> {
  const names: string[] = [];
  for await (const entry of await opendir(join(folder, path))) {
    // With its slash, a folder stands where its files' keys stand among the others.
    if (entry.isDirectory()) names.push(`${entry.name}/`);
    else if (entry.isFile() && !UNFINISHED.test(entry.name)) names.push(entry.name);
  }
  for (const name of names.sort(byCodePoints)) {
    const key = path + name;
    if (name.endsWith("/")) {
      if (key.startsWith(prefix) || prefix.startsWith(key)) yield* filesIn(folder, key, { bucket: folder, prefix });
    } else if (key.startsWith(prefix)) {
      const stats = await stat(join(folder, key)).catch(() => undefined);
      if (stats?.isFile()) {
        yield { etag: etagOf(stats), key, lastModified: stats.mtimeMs, size: stats.size, storageClass: "STANDARD" };
      }
    }
  }
}

/** The order of S3: that of the bytes in UTF-8. */
function byCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Writes beside the file and moves it into its place when all of it is on disk. */
class FileWriter implements ObjectWriter {
  readonly #folders: LocalFolders;
  readonly #place: ObjectPlace;
  readonly #signal: AbortSignal;
  #file: Promise<{ path: string; part: string; handle: FileHandle }> | undefined;

  constructor(folders: LocalFolders, place: ObjectPlace, signal: AbortSignal) {
    this.#folders = folders;
    this.#place = place;
    this.#signal = signal;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#signal.throwIfAborted();
    this.#file ??= this.#open();
    const { handle } = await this.#file;
    await handle.writeFile(bytes);
  }

  async close(): Promise<void> {
    this.#signal.throwIfAborted();
    this.#file ??= this.#open();
    const { path, part, handle } = await this.#file;
    await handle.sync();
    await handle.close();
    await rename(part, path);
    await syncFolder(dirname(path));
  }

  async abort(): Promise<void> {
    const file = await this.#file?.catch(() => undefined);
    await file?.handle.close().catch(() => {});
    if (file !== undefined) await unlink(file.part).catch(() => {});
  }

  async #open(): Promise<{ path: string; part: string; handle: FileHandle }> {
    const { bucket, key } = this.#place;
    const path = await this.#folders.fileToWrite(await this.#folders.bucket(bucket), key);
    const part = join(dirname(path), `.pawl-${randomUUID()}.part`);
    return { path, part, handle: await open(part, "wx", 0o644) };
  }
}

/** A name is on disk when its folder is. Windows cannot open folders, and needs not. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
