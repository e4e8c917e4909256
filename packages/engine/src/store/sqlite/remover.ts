import type { Removal } from "../store.js";
import type { Prepared } from "./statements.js";

/**
 * Removes old executions, within the transaction that is open, a bounded number of rows with each. What is left of an execution
 * when its row is gone stands in the table `remains`.
 */
export class Remover {
  readonly #sql: Prepared;

  constructor(sql: Prepared) {
    this.#sql = sql;
  }

  /** @param lastExecutionId the highest id that was given out */
  remove({ executions, pastRedrive }: Removal, lastExecutionId: number): void {
    const sql = this.#sql;
    for (const id of executions) {
      sql.deleteExecution.run(id);
      // Most have little, which goes at once.
      const [chunks, branches] = sql.countBelongings.row(id, FEW + 1) as [number, number];
      if (chunks <= FEW && branches <= FEW) {
        if (chunks > 0) sql.deleteHistory.run(id);
        if (branches > 0) sql.deleteBranches.run(id);
      } else {
        sql.insertRemains.run(id, 0);
      }
    }
    if (executions.length > 0) sql.keepLastDeleted.run(lastExecutionId);
    for (const { id, stopDate } of pastRedrive) {
      sql.insertRemains.run(id, 1);
      sql.keepPastRedrive.run(stopDate, id);
    }
    this.#sweep();
  }

  #sweep(): void {
    const sql = this.#sql;
    let budget = ROWS_A_COMMIT;
    for (const [execution, stays] of sql.remains.rows(ROWS_A_COMMIT) as [number, number][]) {
      const branches = count(sql.countBranches.row(execution, budget + 1));
      if (branches > 0) sql.deleteSomeBranches.run(execution, budget);
      if (branches > budget) return;
      budget -= branches;
      if (stays === 0) {
        const chunks = count(sql.countHistory.row(execution, budget + 1));
        if (chunks > 0) sql.deleteSomeHistory.run(execution, budget);
        if (chunks > budget) return;
        budget -= chunks;
      }
      sql.deleteRemains.run(execution);
      budget -= 1;
      if (budget <= 0) return;
    }
  }
}

/** Of history, and of branches. */
const FEW = 10;

/** Of history, branches and executions. */
const ROWS_A_COMMIT = 300;

const count = (row: readonly unknown[] | undefined): number => (row?.[0] as number | undefined) ?? 0;
