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
    for (const id of executions) this.#removeExecution(id);
    for (const { id, stopDate } of pastRedrive) {
      this.#dropBranches(id);
      sql.keepPastRedrive.run(stopDate, id);
    }
    this.#sweep();
    sql.keepLastDeleted.run(lastExecutionId);
  }

  #removeExecution(id: number): void {
    const sql = this.#sql;
    sql.deleteExecution.run(id);
    const { chunks, branches, isParent } = this.#belongingsOf(id);
    if (chunks > FEW || branches > FEW || isParent) {
      sql.insertRemains.run(id, GOES);
      return;
    }
    // Most have little, which goes at once.
    if (chunks > 0) sql.deleteHistory.run(id);
    if (branches > 0) sql.deleteBranches.run(id);
  }

  #dropBranches(id: number): void {
    const { branches, isParent } = this.#belongingsOf(id);
    if (branches > FEW || isParent) this.#sql.insertRemains.run(id, STAYS);
    else if (branches > 0) this.#sql.deleteBranches.run(id);
  }

  #belongingsOf(id: number): { chunks: number; branches: number; isParent: boolean } {
    const [chunks, branches, isParent] = this.#sql.countBelongings.row(id, FEW + 1) as [number, number, number];
    return { chunks, branches, isParent: isParent === 1 };
  }

  /** Removes some of what is left of executions. */
  #sweep(): void {
    let budget = ROWS_A_COMMIT;
    for (const remains of this.#sql.remains.rows(ROWS_A_COMMIT) as Remains[]) {
      budget = this.#sweepExecution(remains, budget - 1);
      if (budget <= 0) return;
    }
  }

  /** Gives what is left of the budget. */
  #sweepExecution([execution, stays, mapRun, child]: Remains, budget: number): number {
    const sql = this.#sql;
    const branches = count(sql.countBranches.row(execution, budget + 1));
    if (branches > 0) sql.deleteSomeBranches.run(execution, budget);
    let left = budget - branches;
    if (left > 0 && stays === GOES) {
      const chunks = count(sql.countHistory.row(execution, left + 1));
      if (chunks > 0) sql.deleteSomeHistory.run(execution, left);
      left -= chunks;
    }
    if (left <= 0) return 0;
    const swept = this.#sweepChildren(execution, stays, mapRun, child, left);
    if (swept.isDone) sql.deleteRemains.run(execution);
    return swept.left;
  }

  /** The children of its map runs leave with an execution, or lose with it what they kept for a redrive. */
  #sweepChildren(execution: number, stays: number, from: number, after: number, budget: number): Swept {
    const sql = this.#sql;
    let left = budget;
    let child = after;
    for (let next = from; ; child = 0) {
      const [mapRun, arn] = (sql.nextMapRun.row(execution, next) ?? []) as [number?, number?];
      if (mapRun === undefined || arn === undefined) return { isDone: true, left };
      const ids = stays === GOES ? sql.closedChildren.rows(arn, left) : sql.unsuccessfulChildren.rows(arn, child, left);
      for (const [id] of ids as [number][]) {
        if (stays === GOES) this.#removeExecution(id);
        else this.#dropBranches(id);
        child = id;
      }
      left -= ids.length;
      if (left <= 0) {
        sql.updateRemains.run(mapRun, child, execution);
        return { isDone: false, left };
      }
      if (stays === GOES) {
        // One that is being stopped has a while left.
        if (sql.runningChild.row(arn) !== undefined) return { isDone: false, left };
        sql.deleteMapRun.run(mapRun);
      }
      next = mapRun + 1;
    }
  }
}

/** A row of `remains`. */
type Remains = [execution: number, stays: number, mapRun: number, child: number];

/** Of an execution in `remains`: whether it goes whole, or stays without its branches. */
const GOES = 0;
const STAYS = 1;

interface Swept {
  readonly isDone: boolean;
  readonly left: number;
}

/** Of history, and of branches. */
const FEW = 10;

/** Of history, branches and executions. */
const ROWS_A_COMMIT = 300;

const count = (row: readonly unknown[] | undefined): number => (row?.[0] as number | undefined) ?? 0;
