// What a process that `sqlite-store.test.ts` starts does with a data folder: `open` or `commit`, then the folder.
import { openSqliteStore } from "../src/store/sqlite/store.js";
import { StoreError } from "../src/store/store-error.js";
import { chunk, executionRow } from "./store-rows.js";

const [task, folder = ""] = process.argv.slice(1);
if (task === "open") await open();
if (task === "commit") await commit();

async function open(): Promise<void> {
  try {
    const store = await openSqliteStore({ folder });
    await store.close();
    console.log(JSON.stringify({ opened: true }));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const { name, code, message } = error;
    console.log(JSON.stringify({ name, code, message }));
  }
}

async function commit(): Promise<never> {
  const store = await openSqliteStore({ folder });
  for (;;) {
    const ids = Array.from({ length: 20 }, () => store.nextExecutionId());
    await store.commit({
      executions: ids.map((id) => ({
        id,
        insert: executionRow(id),
        history: chunk(1, 3),
        branches: [{ id: 0, data: "{}", dueAt: id, activityArn: null, restart: false }],
      })),
    });
    // Written to the pipe at once, so that what was acknowledged is known when the process is killed.
    process.stdout.write(`${ids.join("\n")}\n`);
  }
}
