import { dirname, join, resolve } from "node:path";
import type { Engine, EngineOptions, FunctionLogLine, Mocks } from "@pawl/engine";
import type { Configuration } from "./config/sections.js";
import { CommandError, exitCode } from "./exit-code.js";
import { printable, writeNote } from "./screen.js";
import { version } from "./version.js";

export interface LocalEngineOptions {
  /** A folder, or `memory`. */
  readonly data: string;
  readonly region: string;
  readonly accountId: string;
  readonly config: Configuration;
  /** Where the configuration stands, where it was named: the clients of AWS services may be installed beside it. */
  readonly configFile?: string | undefined;
  /** Whether tasks may act in the account of any role that they name; default true. For where callers prove who they are: false. */
  readonly trustRoles?: boolean;
  readonly mocks?: Mocks | undefined;
  /** Told what an operator should know; default: standard error. */
  readonly log?: (message: string) => void;
  readonly executionLogs?: EngineOptions["executionLogs"];
  /** Folders that state machines may use as buckets, besides those of the configuration. */
  readonly dataFolders?: readonly string[] | undefined;
  /** How long closed executions stay, in milliseconds; absent: for ever. */
  readonly keepClosed?: number | undefined;
  /** Told each line that a function writes; default: standard error. */
  readonly functionLog?: (line: FunctionLogLine) => void;
}

/**
 * Opens an engine in this process. Its Task states call the functions that the configuration names, and for others the endpoint that
 * LAMBDA_ENDPOINT, or another variable for endpoints of Lambda, names.
 * @throws StoreError where the data folder cannot be used, CommandError where a variable of the environment cannot be used
 */
export async function openLocalEngine(options: LocalEngineOptions): Promise<Engine> {
  const { data, region, accountId, config, mocks, executionLogs, keepClosed, dataFolders = [] } = options;
  const { configFile, trustRoles = true } = options;
  const { log = writeNote, functionLog = writeFunctionLine } = options;
  const [engine, { stepFunctionsTasks }] = await Promise.all([import("@pawl/engine"), import("@pawl/server")]);
  const { AwsClients, endpointOf, openEngine, openSqliteStore, pageTokenKey, tracingFromEnvironment } = engine;
  const { endpoints = {} } = config;
  const lambdaEndpoint = fromEnvironment(() => endpointOf("lambda", "Lambda", endpoints, process.env));
  const tracing = fromEnvironment(() => tracingFromEnvironment(process.env, version(), log));
  const folder = resolve(data);
  const store = await openSqliteStore(data === "memory" ? "memory" : { folder, onBroken: endProcess(log) });
  try {
    return await openEngine({
      store,
      ...(data === "memory"
        ? {}
        : { pageTokenKey: await pageTokenKey(folder), functionEventFolder: join(folder, "function-events") }),
      region,
      accountId,
      integrations: (opened) => stepFunctionsTasks(opened, { trustRoles }),
      log,
      functionLog,
      tracing,
      ...(executionLogs === undefined ? {} : { executionLogs }),
      ...(keepClosed === undefined ? {} : { keepClosed }),
      ...(lambdaEndpoint === undefined ? {} : { lambdaEndpoint }),
      ...config,
      dataFolders: [...dataFolders, ...(config.dataFolders ?? [])],
      aws: new AwsClients({
        endpoints: config.endpoints,
        http: config.http,
        folders: [process.cwd(), ...(configFile === undefined ? [] : [dirname(resolve(configFile))])],
      }),
      mocks,
    });
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Where the disk has failed only a new process can go on. Ends this one as a kill would: everything acknowledged is on disk. */
function endProcess(log: (message: string) => void): (error: Error) => void {
  return ({ message }) => {
    log(message);
    process.exit(exitCode.trouble);
  };
}

/** What the environment says. @throws CommandError where that cannot be used */
function fromEnvironment<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
}

function writeFunctionLine({ functionName, text }: FunctionLogLine): void {
  writeNote(`${functionName}: ${printable(text)}`);
}
