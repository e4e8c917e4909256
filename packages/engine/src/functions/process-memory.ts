import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";

/** Watches how much memory processes hold, with those that they have started. */
export class ProcessMemory {
  readonly #watched = new Map<number, Watched>();
  #timer: NodeJS.Timeout | undefined;

  /** Calls back when the process holds more than `megabytes`. Returns what ends the watch. */
  watch(pid: number, megabytes: number, tooMuch: () => void): () => void {
    this.#watched.set(pid, { bytes: megabytes * 1024 * 1024, tooMuch });
    this.#timer ??= setInterval(() => void this.#look(), INTERVAL).unref();
    return () => {
      this.#watched.delete(pid);
      if (this.#watched.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  async #look(): Promise<void> {
    const bytesOf = process.platform === "linux" ? residentBytes : residentBytesIn(await processTable());
    for (const [pid, { bytes, tooMuch }] of this.#watched) {
      if (bytesOf(pid) > bytes) tooMuch();
    }
  }
}

interface Watched {
  readonly bytes: number;
  readonly tooMuch: () => void;
}

/** Milliseconds: reading `/proc` takes microseconds, `ps` some milliseconds. */
const INTERVAL = process.platform === "linux" ? 100 : 1000;
/** Of every Linux that Node runs on, unless it was built otherwise; then too little is counted. */
const PAGE_BYTES = 4096;

/** proc(5). A process that is gone holds nothing. */
function residentBytes(pid: number): number {
  try {
    const [, resident = "0"] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
    return children.reduce((sum, child) => sum + residentBytes(Number(child)), Number(resident) * PAGE_BYTES);
  } catch {
    return 0;
  }
}

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly bytes: number;
}

/** What `ps` knows; empty where there is none. */
function processTable(): Promise<ProcessRow[]> {
  return new Promise((resolve) => {
    execFile("ps", ["-axo", "pid=,ppid=,rss="], (_error, text) => {
      const rows = text.split("\n").map((line) => line.trim().split(/\s+/).map(Number));
      resolve(rows.map(([pid = 0, parent = 0, kilobytes = 0]) => ({ pid, parent, bytes: kilobytes * 1024 })));
    });
  });
}

function residentBytesIn(table: readonly ProcessRow[]): (pid: number) => number {
  const bytesOf = (pid: number): number =>
    table.reduce(
      (sum, row) =>
        sum + (row.pid === pid ? row.bytes : 0) + (row.parent === pid && row.pid !== pid ? bytesOf(row.pid) : 0),
      0,
    );
  return bytesOf;
}
