import { type Home, homePrefix } from "../arn.js";
import type { ListPlace, Store } from "../store/store.js";

/**
 * A store as one account and region sees it: what belongs to another is not there. What is asked for by an id is not looked at,
 * because ids come from rows that were found by their ARNs; executions alone are, because task tokens name them.
 */
export function homeStore(store: Store, home: Home): Store {
  const prefix = homePrefix(home);
  const isMine = (arn: string): boolean => arn.startsWith(prefix);
  return {
    nextExecutionId: () => store.nextExecutionId(),
    nextRevisionId: () => store.nextRevisionId(),
    commit: (changes) => store.commit(changes),

    execution: async (arn) => (isMine(arn) ? store.execution(arn) : undefined),
    async executionById(id) {
      const row = await store.executionById(id);
      return row !== undefined && isMine(row.arn) ? row : undefined;
    },
    listExecutions: async (query) =>
      isMine("mapRunArn" in query ? query.mapRunArn : query.stateMachineArn) ? store.listExecutions(query) : [],
    mapRunExecutions: async (arn, limit, after) => (isMine(arn) ? store.mapRunExecutions(arn, limit, after) : []),
    mapRunChildren: async (arn, limit, after) => (isMine(arn) ? store.mapRunChildren(arn, limit, after) : []),
    runningChildren: async (query) =>
      query.mapRunArn !== undefined && isMine(query.mapRunArn) ? store.runningChildren(query) : [],
    mapRun: async (arn) => (isMine(arn) ? store.mapRun(arn) : undefined),
    mapRuns: (executionId, limit, before) => store.mapRuns(executionId, limit, before),
    hasRunningExecution: async (arn) => isMine(arn) && store.hasRunningExecution(arn),

    history: (executionId, from, to) => store.history(executionId, from, to),
    lastEventId: (executionId) => store.lastEventId(executionId),
    branches: (executionId) => store.branches(executionId),
    due: (time, limit) => store.due(time, limit),
    nextDue: () => store.nextDue(),
    queued: async (arn, limit, after) => (isMine(arn) ? store.queued(arn, limit, after) : []),
    restarting: () => store.restarting(),

    stateMachine: async (arn) => (isMine(arn) ? store.stateMachine(arn) : undefined),
    listStateMachines: (limit, after) =>
      mine((size, from) => store.listStateMachines(size, from), isMine, limit, after),
    revision: (id) => store.revision(id),
    versions: async (arn) => (isMine(arn) ? store.versions(arn) : []),
    aliases: async (arn) => (isMine(arn) ? store.aliases(arn) : []),

    activity: async (arn) => (isMine(arn) ? store.activity(arn) : undefined),
    listActivities: (limit, after) => mine((size, from) => store.listActivities(size, from), isMine, limit, after),

    removable: (query) => store.removable(query),
    backup: (file) => store.backup(file),
    close: () => store.close(),
  };
}

/** Rows read at a time: where there are few homes, one read is enough. */
const ROWS_A_READ = 200;

async function mine<Row extends ListPlace>(
  read: (limit: number, after?: ListPlace) => Promise<Row[]>,
  isMine: (arn: string) => boolean,
  limit: number,
  after: ListPlace | undefined,
): Promise<Row[]> {
  const found: Row[] = [];
  const size = Math.max(limit, ROWS_A_READ);
  for (let place = after; ; ) {
    const rows = await read(size, place);
    for (const row of rows) {
      if (!isMine(row.arn)) continue;
      found.push(row);
      if (found.length === limit) return found;
    }
    if (rows.length < size) return found;
    place = rows.at(-1);
  }
}
