import { setImmediate } from "node:timers/promises";
import type { Store } from "../store/store.js";
import type { Child } from "../transition/map-run-rebuild.js";
import { mapRunRedrives, parentPlace } from "./live-execution.js";

/** Rows read at a time: without inputs and outputs a million children take some seconds, and others run in between. */
const ROWS_A_READ = 2000;

/** All children of a map run, by id, without what may be large. */
export async function* childrenOf(store: Store, mapRunArn: string): AsyncGenerator<Child> {
  for (let after = 0; ; ) {
    const rows = await store.mapRunChildren(mapRunArn, ROWS_A_READ, after);
    for (const row of rows) {
      const { index = 0, items = 1 } = parentPlace(row) ?? {};
      yield { id: row.id, index, items, status: row.status, redrives: mapRunRedrives(row) };
    }
    if (rows.length < ROWS_A_READ) return;
    after = rows.at(-1)?.id ?? after;
    await setImmediate();
  }
}
