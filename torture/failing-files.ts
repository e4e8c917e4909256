import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Makes reads, writes and flushes of some files fail, from outside of the process that uses them (`failing-files.c`). */
export interface FailingFiles {
  /** Of the process. @param prefix what the paths begin with */
  environment(prefix: string): Record<string, string>;
  /** @param share of the calls, from 0 to 1 */
  fail(what: readonly (keyof typeof CALLS)[], error: "EIO" | "EROFS", share: number): void;
  heal(): void;
}

const CALLS = { reads: 1, writes: 2, flushes: 4 } as const;

/** Tools run in the root of the workspace (`scripts/run-tool.mjs`). */
const source = resolve("torture/failing-files.c");

let made: FailingFiles | string | undefined;

/** Compiled when first asked for; a sentence where that cannot be done here. */
export function failingFiles(): FailingFiles | string {
  made ??= make();
  return made;
}

function make(): FailingFiles | string {
  if (process.platform !== "linux") return "failing files need Linux";
  const folder = mkdtempSync(join(tmpdir(), "pawl-failing-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const library = join(folder, "failing-files.so");
  const { status, stderr, error } = spawnSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]);
  if (status !== 0) return `failing files need a C compiler (cc): ${error?.message ?? String(stderr)}`;
  const control = join(folder, "control");
  const set = (...bytes: number[]): void => writeFileSync(control, Buffer.from(bytes), { flag: "r+" });
  writeFileSync(control, Buffer.alloc(3));
  return {
    environment: (prefix) => ({ LD_PRELOAD: library, FAILING_FILES: prefix, FAILING_CONTROL: control }),
    fail(what, error, share) {
      const calls = what.reduce((sum, call) => sum + CALLS[call], 0);
      set(calls, Math.ceil(share * 255), constants.errno[error] ?? constants.errno.EIO);
    },
    heal: () => set(0, 0, 0),
  };
}
