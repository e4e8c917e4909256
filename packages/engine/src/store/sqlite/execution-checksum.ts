import { checksumOf, DamagedRowError } from "./checksum.js";
import type { SqlRow } from "./connection.js";

/** Columns of an execution that stand in its row from the first, in the order of `statements.ts`; its redrive and checksums follow. */
const INSERTED = 19;
const [ID, STATUS, STOP_DATE, OUTPUT, ERROR, CAUSE] = [0, 4, 7, 8, 14, 15] as const;
const [REDRIVE, REDRIVE_SUM, OUTCOME_SUM, SUM] = [19, 20, 21, 22] as const;

/** @throws DamagedRowError where the row is not what was written */
export function checkExecution(row: SqlRow): void {
  const id = row[ID] as number;
  const hasChanged = row[OUTCOME_SUM] !== null;
  if (row[SUM] !== null && row[SUM] !== (hasChanged ? sumAsRunning(row) : checksumOf(row, INSERTED))) {
    throw new DamagedRowError("the row", id);
  }
  if (hasChanged && row[OUTCOME_SUM] !== checksumOf(outcomeOf(row))) throw new DamagedRowError("the outcome", id);
  if (row[REDRIVE_SUM] !== null && row[REDRIVE_SUM] !== checksumOf([id, row[REDRIVE] ?? null])) {
    throw new DamagedRowError("what is known of redrives", id);
  }
}

/** The checksum of the row as it was inserted, if it was inserted RUNNING. */
export function sumAsRunning(row: SqlRow): number {
  const inserted = row.slice(0, INSERTED);
  inserted[STATUS] = 0;
  for (const column of [STOP_DATE, OUTPUT, ERROR, CAUSE]) inserted[column] = null;
  return checksumOf(inserted);
}

function outcomeOf(row: SqlRow): SqlRow {
  return [ID, STATUS, STOP_DATE, OUTPUT, ERROR, CAUSE].map((column) => row[column] ?? null);
}
