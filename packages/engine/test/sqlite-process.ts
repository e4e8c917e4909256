import { openSqliteStore } from "../src/store/sqlite/store.js";
import { chunk, executionRow } from "./store-rows.js";

/** What a process that a test starts does with a data folder; see `sqlite-store.test.ts`. */
export async function main(task: string, folder: string): Promise<void> {
  if (task === "open") {
    try {
      const store = await openSqliteStore({ folder });
      await store.close();
      console.log(JSON.stringify({ opened: true }));
    } catch (error) {
      const { name, code, message } = error as { name: string; code: string; message: string };
      console.log(JSON.stringify({ name, code, message }));
    }
  }
  if (task === "commit") {
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
}
