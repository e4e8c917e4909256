import { afterEach, beforeEach, describe, test } from "vitest";
import type { ExecutionRow, Store } from "../src/index.js";
import { executionRow } from "./store-rows.js";
import { branchTests } from "./store-suite-branches.js";
import { commitTests } from "./store-suite-commits.js";
import { executionTests } from "./store-suite-executions.js";
import { removalTests } from "./store-suite-removal.js";

/** An empty place for data, and stores on it. */
export interface StoreFixture {
  /** Opens a store on the place. The one opened before was closed. */
  open(): Promise<Store>;
  dispose(): Promise<void>;
}

/** What the tests of a suite share. */
export interface StoreSuite {
  /** The store of the running test. */
  readonly store: Store;
  readonly keepsData: boolean;
  /** Closes the store and opens the next on its data. */
  reopen(): Promise<void>;
  insert(...rows: ExecutionRow[]): Promise<void>;
  /** A new execution, not yet stored. */
  execution(part?: Partial<ExecutionRow>): ExecutionRow;
  /** A test of what the next store finds. */
  testIfKept(title: string, run: () => Promise<void>): void;
}

/** What every store must do. `keepsData`: what was committed is there for the next store that is opened. */
export function storeSuite(name: string, keepsData: boolean, create: () => Promise<StoreFixture>): void {
  describe(name, () => {
    let fixture: StoreFixture;
    let store: Store;

    beforeEach(async () => {
      fixture = await create();
      store = await fixture.open();
    });

    afterEach(async () => {
      await store.close();
      await fixture.dispose();
    });

    const suite: StoreSuite = {
      get store() {
        return store;
      },
      keepsData,
      async reopen() {
        await store.close();
        store = await fixture.open();
      },
      insert: (...rows) => store.commit({ executions: rows.map((row) => ({ id: row.id, insert: row })) }),
      execution: (part) => executionRow(store.nextExecutionId(), part),
      testIfKept(title, run) {
        if (keepsData) test(title, run);
      },
    };
    executionTests(suite);
    branchTests(suite);
    commitTests(suite);
    removalTests(suite);
  });
}
