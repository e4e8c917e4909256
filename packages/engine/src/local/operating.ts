import type { ExecutionLogs } from "../execution-log/execution-logs.js";
import type { Functions } from "../functions/functions.js";
import type { Operating } from "../operating.js";
import type { Runtime } from "../runtime/runtime.js";
import type { Store } from "../store/store.js";

/** How long after a commit that failed the engine is said not to work: a longer time, and nobody would try again. */
const FAILURE_MILLISECONDS = 10_000;

export function operating(store: Store, runtime: Runtime, logs: ExecutionLogs, functions: Functions): Operating {
  const { counters } = runtime;
  let backups = 0;
  return {
    async check() {
      if (counters.failedAt !== undefined && performance.now() - counters.failedAt < FAILURE_MILLISECONDS) {
        throw new Error("changes cannot be stored");
      }
      // While a backup is written, reads wait: nothing is wrong with that.
      if (backups === 0) await store.nextDue();
    },
    metrics: () => ({
      started: { ...counters.started },
      ended: { ...counters.ended },
      transitions: counters.transitions,
      historyEvents: counters.historyEvents,
      failedCommits: counters.failedCommits,
      commitTime: counters.commitTime.read(),
      batchSize: counters.batchSize.read(),
      queueLength: runtime.queueLength,
      liveExecutions: runtime.liveExecutions,
      functions: functions.counts,
      logRecords: logs.counts,
    }),
    async backup(file) {
      backups += 1;
      try {
        await store.backup(file);
      } finally {
        backups -= 1;
      }
    },
  };
}
