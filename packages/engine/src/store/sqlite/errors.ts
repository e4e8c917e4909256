import { StoreError } from "../store-error.js";
import { DamagedRowError, damagedRow } from "./checksum.js";

/** The driver's extended result code, such as SQLITE_IOERR_FSYNC; "" for errors of others. */
export function sqliteCode(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}

/** The error that a caller gets for what the driver threw; a StoreError stays as it is. `place` is the data file. */
export function storeError(error: unknown, place: string): StoreError {
  if (error instanceof StoreError) return error;
  if (error instanceof DamagedRowError) return damagedRow(error, place);
  // A text that was read is not what it was, and so no JSON.
  if (error instanceof SyntaxError) return damagedRow(new DamagedRowError("what was read"), place);
  const detail = error instanceof Error ? error.message : String(error);
  const code = sqliteCode(error);
  const options = { cause: error };
  // Extended result codes continue the primary one: SQLITE_BUSY_SNAPSHOT, SQLITE_IOERR_WRITE.
  switch (/^SQLITE_[A-Z]+/.exec(code)?.[0]) {
    case "SQLITE_FULL":
      return new StoreError(
        "full",
        `No space left for the data file ${place}. The change was not stored. Free space on its disk.`,
        options,
      );
    case "SQLITE_BUSY":
    case "SQLITE_LOCKED":
      return new StoreError(
        "locked",
        `The data file ${place} is in use by another process. Stop that process, or give this one its own data folder.`,
        options,
      );
    case "SQLITE_NOTADB":
      return new StoreError(
        "damaged",
        `The file ${place} is not a Pawl data file. Choose another data folder, or move the file away.`,
        options,
      );
    case "SQLITE_CORRUPT":
      // SQLite's word for a read that fails with EIO, too.
      return new StoreError(
        "damaged",
        `The data file ${place} is damaged, or its disk cannot be read: ${detail}. Look for input/output errors in the system's log; where it has none, stop Pawl, see with pawl check what is damaged, and restore the data folder from a backup.`,
        options,
      );
    case "SQLITE_READONLY":
    case "SQLITE_CANTOPEN":
    case "SQLITE_PERM":
      return new StoreError(
        "unwritable",
        `The data file ${place} cannot be written: ${detail}. Check that this user may write to the data folder.`,
        options,
      );
    case "SQLITE_CONSTRAINT":
      return new StoreError("conflict", `The change contradicts what is stored in ${place}: ${detail}.`, options);
    default:
      return new StoreError(
        "failed",
        `The data file ${place} cannot be used: ${detail}. Check its disk; what was stored before is unharmed.`,
        options,
      );
  }
}
