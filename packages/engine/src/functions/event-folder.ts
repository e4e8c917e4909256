import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { FunctionCall } from "./function-call.js";

/** A call that is kept until it was made. */
export interface KeptCall {
  readonly id: string;
  readonly call: FunctionCall;
}

/** Keeps calls of functions as files, one each, so that they outlive the process. The folder is this process's alone. */
export class EventFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Resolves with the call's id when it is on disk. */
  async keep(call: FunctionCall): Promise<string> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const id = randomUUID();
    const path = this.#path(id);
    const half = `${path}.half`;
    const file = await open(half, "wx", 0o600);
    try {
      await file.writeFile(JSON.stringify(call));
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(half, path);
    await this.#syncFolder();
    return id;
  }

  async forget(id: string): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  /** What the last process had not made. Files that cannot be read are left alone, and told. */
  async kept(log: (message: string) => void): Promise<KeptCall[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const calls: KeptCall[] = [];
    for (const name of names) {
      // Half a file was never acknowledged.
      if (name.endsWith(".half")) await rm(join(this.#folder, name), { force: true });
      if (!name.endsWith(".json")) continue;
      try {
        const call = JSON.parse(await readFile(join(this.#folder, name), "utf8")) as FunctionCall;
        calls.push({ id: name.slice(0, -".json".length), call });
      } catch (error) {
        log(`an event for a function cannot be read from ${join(this.#folder, name)}: ${(error as Error).message}`);
      }
    }
    return calls;
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }

  /** The file's name must be on disk, too. Windows has no such call, and needs none. */
  async #syncFolder(): Promise<void> {
    if (process.platform === "win32") return;
    const folder = await open(this.#folder, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}
