// What a process that a test starts does with a data folder: `open`, `commit` or `restore`, then the folder, then the backup.
import { restoreBackup } from "../src/store/sqlite/backup.js";
import { openSqliteStore } from "../src/store/sqlite/store.js";
import { StoreError } from "../src/store/store-error.js";
import { chunk, executionRow } from "./store-rows.js";

const [task, folder = "", backup = ""] = process.argv.slice(1);
if (task === "open") await open();
if (task === "commit") await commit();
if (task === "restore") await restore();

async function restore(): Promise<void> {
  try {
    await restoreBackup(backup, folder, true);
    console.log("restored");
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    console.log(error.code);
  }
}

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
