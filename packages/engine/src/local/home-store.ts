import { type Home, homePrefix } from "../arn.js";
import type { Store } from "../store/store.js";

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
    jobStops: (limit, after) => store.jobStops(limit, after),

    stateMachine: async (arn) => (isMine(arn) ? store.stateMachine(arn) : undefined),
    // ARNs of one home stand together, after its prefix.
    listStateMachines: async (limit, after = prefix) =>
      (await store.listStateMachines(limit, after)).filter(({ arn }) => isMine(arn)),
    revision: (id) => store.revision(id),
    versions: async (arn) => (isMine(arn) ? store.versions(arn) : []),
    aliases: async (arn) => (isMine(arn) ? store.aliases(arn) : []),

    activity: async (arn) => (isMine(arn) ? store.activity(arn) : undefined),
    listActivities: async (limit, after = prefix) =>
      (await store.listActivities(limit, after)).filter(({ arn }) => isMine(arn)),

    removable: (query) => store.removable(query),
    backup: (file) => store.backup(file),
    close: () => store.close(),
  };
}
