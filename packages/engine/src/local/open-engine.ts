import { type Home, homeOf, homePrefix } from "../arn.js";
import { type Clock, systemClock } from "../clock.js";
import type { Engine } from "../engine.js";
import { ExecutionLogs } from "../execution-log/execution-logs.js";
import type { LogTransport } from "../execution-log/log-transport.js";
import type { FunctionTable } from "../functions/function-settings.js";
import { Functions } from "../functions/functions.js";
import type { FunctionLogLine } from "../functions/worker-pool.js";
import type { ItemReader } from "../item-reader/item-reader.js";
import { itemReader } from "../item-reader/read-items.js";
import { rootName } from "../mocks/mocked-call.js";
import type { Mocks } from "../mocks/mocks.js";
import { objectStores } from "../object-store/stores.js";
import type { ResultWriter } from "../result-writer/result-writer.js";
import { resultWriter, resultWriterCheck } from "../result-writer/write-results.js";
import { ActivityQueues } from "../runtime/activity-queues.js";
import { type EvaluateExpression, EvaluationThreads } from "../runtime/evaluation-threads.js";
import type { Revision } from "../runtime/live-execution.js";
import { Retention } from "../runtime/retention.js";
import { Runtime } from "../runtime/runtime.js";
import type { Removal, StateMachineRow, Store } from "../store/store.js";
import { AwsClients } from "../tasks/aws/aws-clients.js";
import type { HttpRules } from "../tasks/http/address-guard.js";
import type { Connections } from "../tasks/http/connections.js";
import { type Integrations, taskHandler } from "../tasks/registry.js";
import type { TaskHandler } from "../tasks/task-handler.js";
import { storedEvents } from "../tracing/stored-events.js";
import { Tracing } from "../tracing/tracing.js";
import type { TracingSettings } from "../tracing/tracing-settings.js";
import { ActivityRegistry, activityArns } from "./activity-registry.js";
import { AliasRegistry } from "./alias-registry.js";
import { ExecutionRegistry } from "./execution-registry.js";
import { homeStore } from "./home-store.js";
import { MapRunRegistry } from "./map-run-registry.js";
import { operating } from "./operating.js";
import { newPageTokenKey, PageTokens } from "./page-token.js";
import { StateMachineRegistry } from "./state-machine-registry.js";
import { StateMachineTable } from "./state-machine-table.js";
import { TagRegistry } from "./tag-registry.js";
import { Turns } from "./turns.js";
import { VersionRegistry } from "./version-registry.js";

export interface EngineOptions {
  /** What stands behind the names of Lambda functions. */
  readonly functions?: FunctionTable;
  /** Where spans of executions go; default: nowhere. The engine closes the exporters. */
  readonly tracing?: TracingSettings | undefined;
  /** Where invocations of functions of the type Event are kept until they were made, this process's alone; default: in memory. */
  readonly functionEventFolder?: string | undefined;
  /** Told each line that a function writes; default: nothing is said. */
  readonly functionLog?: (line: FunctionLogLine) => void;
  /** An endpoint with Lambda's Invoke API. */
  readonly lambdaEndpoint?: string | undefined;
  /** Further integrations; see {@link Integrations}. A function, where they call the engine that they serve. */
  readonly integrations?: Integrations | ((engine: Engine) => Integrations) | undefined;
  /** Answers tasks of executions that are started with a test case (`<state machine ARN>#<test case>`). */
  readonly mocks?: Mocks | undefined;
  /** Which addresses HTTP tasks may call; default: all but link-local ones. */
  readonly http?: HttpRules | undefined;
  /** For HTTP tasks, by name or ARN. */
  readonly connections?: Connections | undefined;
  /** Milliseconds between the first two looks at a job that a task waits for (`.sync`); default 250. */
  readonly pollMilliseconds?: number | undefined;
  /** Calls AWS services; the engine closes it. Default: with the packages, endpoints and credentials of this process. */
  readonly aws?: AwsClients | undefined;
  /** Folders of this machine that distributed Map states may use as buckets (`file:///path`), with all in them; default: none. */
  readonly dataFolders?: readonly string[] | undefined;
  /** What reads the items of distributed Map states; default: from S3 and the data folders. */
  readonly readItems?: ItemReader | undefined;
  /** What writes their results; default: to S3 and the data folders. */
  readonly writeResults?: ResultWriter | undefined;
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
  /** Where the histories of executions go whose state machines want them logged; default: nowhere. */
  readonly executionLogs?: readonly LogTransport[];
  /** How long, in milliseconds, an execution can be asked for after it closed; default: for ever. The service keeps it for 90 days. */
  readonly keepClosed?: number;
  /** 32 secret bytes that the tokens of paged listings are sealed with; default: new ones, so that tokens end with the process. */
  readonly pageTokenKey?: Uint8Array;
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
  const { aws = new AwsClients() } = options;
  const storeOf = objectStores({ dataFolders: options.dataFolders, aws });
  const threads = new EvaluationThreads();
  const evaluate = options.evaluate ?? threads.evaluate;
  // Whole before the first call: what the last process left may be called while this one is still opening.
  const functions = new Functions({
    table: options.functions,
    endpoint: options.lambdaEndpoint,
    aws,
    region,
    functionLog: options.functionLog,
    eventFolder: options.functionEventFolder,
    log,
  });
  const tracing =
    options.tracing === undefined
      ? undefined
      : new Tracing({ ...options.tracing, history: (id, to) => storedEvents(store, id, to), log });
  const runTask: TaskHandler = (request, signal) => tasks(request, signal);
  const logs = new ExecutionLogs(options.executionLogs ?? [], log);
  const tokenKey = options.pageTokenKey ?? newPageTokenKey();
  const turns = new Turns();
  const revisions = new Map<number, Revision>();
  const activities = new Set<string>();
  const homes = new Map<string, OpenHome>();
  const at = (home: Home): OpenHome => {
    const prefix = homePrefix(home);
    let known = homes.get(prefix);
    if (known === undefined) {
      known = openHome(home);
      homes.set(prefix, known);
    }
    return known;
  };
  const runtime: Runtime = new Runtime({
    store,
    clock,
    random,
    runTask,
    evaluate,
    readItems: options.readItems ?? itemReader(storeOf),
    checkResults: resultWriterCheck(storeOf),
    writeResults: options.writeResults ?? resultWriter(storeOf),
    revision: async (id) => revisions.get(id) ?? (await ownerOf(await store.revision(id))).revision(id),
    activityExists: (arn) => activities.has(arn),
    isMocked: ({ stateMachineName, testCase }, state) =>
      testCase !== undefined && options.mocks?.isMocked(rootName(stateMachineName), testCase, state) === true,
    onQueued: (activityArn) => queues.handOut(activityArn),
    tracing,
    logEvents: (settings, execution, events) => logs.add(settings, execution, events),
    log,
  });
  const queues = new ActivityQueues(store, clock, (executionId, event) => runtime.post(executionId, event), log);
  const openHome = (home: Home): OpenHome => {
    const own = homeStore(store, home);
    const tokens = new PageTokens(tokenKey, clock, homePrefix(home));
    const table = new StateMachineTable(own, random, revisions);
    const engine: Engine = {
      region: home.region,
      accountId: home.accountId,
      at: (other) => at(other).engine,
      stateMachines: new StateMachineRegistry(own, table, runtime, clock, home, turns, logs, tokens),
      versions: new VersionRegistry(table, runtime, clock, turns, tokens),
      aliases: new AliasRegistry(table, runtime, clock, turns, tokens),
      executions: new ExecutionRegistry(own, runtime, table, clock, tokens, options.mocks),
      mapRuns: new MapRunRegistry(own, runtime, tokens),
      activities: new ActivityRegistry(own, runtime, queues, clock, home, turns, activities, tokens),
      tags: new TagRegistry(own, table, runtime, turns),
      ...operators,
      async testState(request, signal) {
        // With the shapes of services' answers it is an eighth of all code.
        const { testState } = await import("../test-state/test-state.js");
        return testState({ home, clock, random, runTask, evaluate }, request, signal);
      },
      async close() {
        queues.close();
        retention?.stop();
        await threads.close();
        await runtime.close();
        await functions.close();
        await logs.close();
        await tracing?.close();
        aws.close();
        await store.close();
      },
    };
    return { engine, table };
  };
  const { keepClosed } = options;
  const remove = (removal: Removal): Promise<boolean> => runtime.remove(removal);
  const retention = keepClosed === undefined ? undefined : new Retention({ store, clock, keepClosed, remove, log });
  const operators = operating(store, runtime, logs, functions);
  const { engine } = at({ region, accountId });
  const ownerOf = async (row: { readonly stateMachineArn: string } | undefined): Promise<StateMachineTable> =>
    at(homeOf(row?.stateMachineArn ?? "") ?? engine).table;
  const { integrations } = options;
  const tasks = taskHandler({
    aws,
    functions,
    http: options.http,
    connections: options.connections,
    pollMilliseconds: options.pollMilliseconds,
    mocks: options.mocks,
    integrations: typeof integrations === "function" ? integrations(engine) : integrations,
  });
  try {
    for (const arn of await activityArns(store)) activities.add(arn);
    await runtime.recover();
    await functions.takeUp();
  } catch (error) {
    await runtime.close();
    await functions.close();
    await store.close();
    throw error;
  }
  try {
    await finishDeletions(store, (home) => at(home).engine);
  } catch (error) {
    log(`a state machine is still being deleted: ${(error as Error).message}`);
  }
  retention?.start();
  return engine;
}

/** One account and region: the engine as it is seen from there. */
interface OpenHome {
  readonly engine: Engine;
  readonly table: StateMachineTable;
}

/** Deletes the state machines that the last process had begun to delete. */
async function finishDeletions(store: Store, at: (home: Home) => Engine): Promise<void> {
  let after: string | undefined;
  do {
    const rows: StateMachineRow[] = await store.listStateMachines(1000, after);
    for (const { arn, status } of rows) {
      const home = homeOf(arn);
      if (status === "DELETING" && home !== undefined) await at(home).stateMachines.delete(arn);
    }
    after = rows.at(-1)?.arn;
  } while (after !== undefined);
}
