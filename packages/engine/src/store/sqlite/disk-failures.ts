import { StoreError } from "../store-error.js";
import { sqliteCode } from "./errors.js";

/**
 * Failures of the disk after which nobody knows what it holds: those of a flush. What the system then still has in memory of the file may never come
 * to the disk, and a second flush says nothing of it (https://wiki.postgresql.org/wiki/Fsync_Errors). Nothing more may be read or written then; the
 * next process reads back what the disk holds.
 *
 * A full disk, and reads and writes that fail, are told, and heal.
 */
export class DiskFailures {
  readonly #place: string;
  readonly #onBroken: (error: StoreError) => void;
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
  note(error: unknown): void {
    if (this.#broken !== undefined || !/^SQLITE_IOERR_\w*FSYNC/.test(sqliteCode(error))) return;
    this.#broken = new StoreError(
      "failed",
      `The disk of the data file ${this.#place} has failed: ${(error as Error).message}. Nothing more is read or written. Look for input/output errors in the system's log, and start Pawl again: it reads back what the disk holds, and nothing that was acknowledged is lost. Where this comes again, see with pawl check what is damaged.`,
      { cause: error },
    );
    this.#onBroken(this.#broken);
  }
}
