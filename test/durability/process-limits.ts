import { spawnSync } from "node:child_process";

/** Limits of a running process, by `prlimit` (util-linux), which only Linux has. Each gives false where that does not work. */

/** Sets the largest file that the process may write; to what is below its files, the disk is as good as full. */
export function setLargestFile(pid: number, bytes: number | "unlimited"): boolean {
  return prlimit(pid, `--fsize=${bytes}:unlimited`);
}

/** Sets how many files and connections the process may have open. */
export function setOpenFiles(pid: number, count: number): boolean {
  return prlimit(pid, `--nofile=${count}:`);
}

function prlimit(pid: number, limit: string): boolean {
  return spawnSync("prlimit", ["--pid", String(pid), limit]).status === 0;
}
