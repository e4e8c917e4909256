import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { PawlProcess } from "../test/durability/pawl-process.js";

/**
 * Starts a process on a folder that it cannot write to, which must say so and end: a mount that is read-only where this user may mount, else a folder
 * without the right to write. @returns what was wrong
 */
export async function startReadOnly(data: string): Promise<string | undefined> {
  const makeWritable = lock(data);
  if (makeWritable === undefined) return undefined;
  try {
    const pawl = new PawlProcess({ data });
    const url = await pawl.url();
    const code = await pawl.ended;
    const isSaid = /^pawl: [^\n]+ cannot be written: [^\n]+\n$/.test(pawl.stderr);
    return url === undefined && code === 2 && isSaid
      ? undefined
      : `on a read-only folder it serves ${url}, ends with ${code} and says ${pawl.stderr}`;
  } finally {
    makeWritable();
  }
}

/** @returns what undoes it; undefined where it cannot be done */
function lock(data: string): (() => void) | undefined {
  if (process.getuid?.() !== 0) return takeRight(data);
  const mount = (...args: string[]): boolean => spawnSync("mount", args).status === 0;
  if (!mount("--bind", data, data)) return undefined;
  const unmount = (): void => void spawnSync("umount", [data]);
  if (mount("-o", "remount,bind,ro", data)) return unmount;
  unmount();
  return undefined;
}

function takeRight(data: string): () => void {
  const paths = [data, ...readdirSync(data).map((name) => join(data, name))];
  const set = (folder: number, file: number): void => {
    for (const path of paths) chmodSync(path, statSync(path).isDirectory() ? folder : file);
  };
  set(0o500, 0o400);
  return () => set(0o700, 0o600);
}
