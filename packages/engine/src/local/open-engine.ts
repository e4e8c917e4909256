import { type Clock, systemClock } from "../clock.js";
import type { Engine } from "../engine.js";
import { ActivityQueues } from "../runtime/activity-queues.js";
import { type EvaluateExpression, EvaluationThreads } from "../runtime/evaluation-threads.js";
import { Runtime } from "../runtime/runtime.js";
import type { Store } from "../store/store.js";
import { type Integrations, taskHandler } from "../tasks/registry.js";
import type { TaskHandler } from "../tasks/task-handler.js";
import { testState } from "../test-state/test-state.js";
import { ActivityRegistry } from "./activity-registry.js";
import { AliasRegistry } from "./alias-registry.js";
import { ExecutionRegistry } from "./execution-registry.js";
import { operating } from "./operating.js";
import { StateMachineRegistry } from "./state-machine-registry.js";
import { StateMachineTable } from "./state-machine-table.js";
import { TagRegistry } from "./tag-registry.js";
import { Turns } from "./turns.js";
import { VersionRegistry } from "./version-registry.js";

export interface EngineOptions {
  /** An endpoint with Lambda's Invoke API. */
  readonly lambdaEndpoint?: string | undefined;
  /** Further integrations; see {@link Integrations}. A function, where they call the engine that they serve. */
  readonly integrations?: Integrations | ((engine: Engine) => Integrations) | undefined;
  /** The engine closes it. */
  readonly store: Store;
  /** Of new ARNs; default `us-east-1`. */
  readonly region?: string;
  /** Of new ARNs, 12 digits; default `123456789012`. */
  readonly accountId?: string;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** A number in [0, 1); default Math.random. */
  readonly random?: () => number;
  /**
   * Evaluates expressions that take too long for a transition. Default: threads, in which one may take a second and 128 MB.
   */
  readonly evaluate?: EvaluateExpression;
  /** Told what an operator should know; default: nothing is said. */
  readonly log?: (message: string) => void;
}

/**
 * Opens an engine on a store and takes up what the last process left there. Closes the store where that fails.
 * @throws StoreError
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { store, region = "us-east-1", accountId = "123456789012", clock = systemClock } = options;
  const { random = Math.random, log = () => {} } = options;
  const home = { region, accountId };
  const table = new StateMachineTable(store, random);
  const threads = new EvaluationThreads();
  const evaluate = options.evaluate ?? threads.evaluate;
  // Whole before the first call: what the last process left may be called while this one is still opening.
  const runTask: TaskHandler = (request, signal) => tasks(request, signal);
  const turns = new Turns();
  const runtime: Runtime = new Runtime({
    store,
    clock,
    region,
    random,
    runTask,
    evaluate,
    revision: (id) => table.revision(id),
    activityExists: (arn) => activities.exists(arn),
    onQueued: (activityArn) => queues.handOut(activityArn),
    log,
  });
  const queues = new ActivityQueues(store, clock, (executionId, event) => runtime.post(executionId, event));
  const stateMachines = new StateMachineRegistry(store, table, runtime, clock, home, turns);
  const activities = new ActivityRegistry(store, runtime, queues, clock, home, turns);
  const executions = new ExecutionRegistry(store, runtime, table, clock);
  const engine: Engine = {
    ...home,
    stateMachines,
    versions: new VersionRegistry(table, runtime, clock, turns),
    aliases: new AliasRegistry(table, runtime, clock, turns),
    executions,
    activities,
    tags: new TagRegistry(store, table, runtime, turns),
    ...operating(store, runtime),
    testState: (request, signal) => testState({ home, clock, random, runTask, evaluate }, request, signal),
    async close() {
      queues.close();
      await threads.close();
      await runtime.close();
      await store.close();
    },
  };
  const { integrations } = options;
  const tasks = taskHandler({
    lambdaEndpoint: options.lambdaEndpoint,
    integrations: typeof integrations === "function" ? integrations(engine) : integrations,
  });
  try {
    await activities.load();
    await runtime.recover();
  } catch (error) {
    await runtime.close();
    await store.close();
    throw error;
  }
  try {
    await stateMachines.finishDeletions();
  } catch (error) {
    log(`a state machine is still being deleted: ${(error as Error).message}`);
  }
  return engine;
}
