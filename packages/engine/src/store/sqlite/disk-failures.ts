import { StoreError } from "../store-error.js";
import { sqliteCode } from "./errors.js";

/**
 * Failures of the disk after which nobody knows whether the pages in SQLite's memory are those of the file: a flush that failed (what
 * the system then still holds of the file is not known), a read that failed within a commit, and reads and commits that failed, one beside the
 * other: then what the commit has changed may not have been taken back. Rows of other executions have been found under a name so.
 * Nothing more may be read or written then; the next process reads everything back.
 *
 * A full disk, a write that fails, and a read that fails by itself are told, and heal.
 */
export class DiskFailures {
  readonly #place: string;
  readonly #onBroken: (error: StoreError) => void;
  #hasReadFailed = false;
  #hasCommitFailed = false;
  #broken: StoreError | undefined;

  /** @param onBroken called once */
  constructor(place: string, onBroken: (error: StoreError) => void) {
    this.#place = place;
    this.#onBroken = onBroken;
  }

  /** Why nothing more may be read or written, where that is so. */
  get broken(): StoreError | undefined {
    return this.#broken;
  }

  /** Told what the driver threw. */
  note(error: unknown, during: "read" | "commit"): void {
    const code = sqliteCode(error);
    // SQLite says "corrupt" of EIO.
    const isOfRead = /^SQLITE_(CORRUPT|IOERR_(READ|SHORT_READ|CORRUPTFS|SEEK|FSTAT))/.test(code);
    const isOfFlush = /^SQLITE_IOERR_\w*FSYNC/.test(code);
    if (isOfRead) this.#hasReadFailed = true;
    if (during === "commit" && /^SQLITE_(CORRUPT|IOERR|FULL)/.test(code)) this.#hasCommitFailed = true;
    if (isOfFlush || (this.#hasReadFailed && this.#hasCommitFailed)) this.#break(error);
  }

  #break(error: unknown): void {
    if (this.#broken !== undefined) return;
    this.#broken = new StoreError(
      "failed",
      `The disk of the data file ${this.#place} has failed: ${(error as Error).message}. Nothing more is read or written. Look for input/output errors in the system's log, and start Pawl again: it reads back what the disk holds, and nothing that was acknowledged is lost. Where this comes again, see with pawl check what is damaged.`,
      { cause: error },
    );
    this.#onBroken(this.#broken);
  }
}
