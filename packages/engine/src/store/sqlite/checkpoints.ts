/** Copies the log into the database. Nobody else has the database open, so it copies all of it. */
export const CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)";

/** A commit writes some ten pages besides its rows, and two new executions fill one. */
const COMMITS = 64;
const EXECUTIONS = 1024;

/**
 * When the log is copied into the database: after a commit, when its callers have been told, and often, so that no copy takes long.
 * Meanwhile JavaScript goes on with the answers and the requests that follow. SQLite's own checkpoint is made within a COMMIT, before
 * it returns; it is left for commits of very many pages (`wal_autocheckpoint` in open.ts).
 *
 * A connection of its own that copies while commits go on would keep nobody waiting, but SQLite before 3.51.3 can lose commits
 * then (https://sqlite.org/wal.html#walresetbug), and the driver has 3.45.
 */
export class Checkpoints {
  readonly #isNever: boolean;
  #commits = 0;
  #executions = 0;

  /** @param inMemory there is no log */
  constructor(inMemory: boolean) {
    this.#isNever = inMemory;
  }

  /** Told of a commit of so many executions. True where the log is to be copied now. */
  isDue(executions: number): boolean {
    if (this.#isNever) return false;
    this.#commits += 1;
    this.#executions += executions;
    if (this.#commits < COMMITS && this.#executions < EXECUTIONS) return false;
    this.#commits = 0;
    this.#executions = 0;
    return true;
  }
}
