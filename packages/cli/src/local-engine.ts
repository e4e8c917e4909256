import { resolve } from "node:path";
import type { Engine, EngineOptions, Mocks } from "@pawl/engine";
import type { Configuration } from "./config/sections.js";

export interface LocalEngineOptions {
  /** A folder, or `memory`. */
  readonly data: string;
  readonly region: string;
  readonly accountId: string;
  readonly config: Configuration;
  readonly mocks?: Mocks | undefined;
  /** Told what an operator should know; default: standard error. */
  readonly log?: (message: string) => void;
  readonly executionLogs?: EngineOptions["executionLogs"];
}

/**
 * Opens an engine in this process. Its Task states call the Lambda service that LAMBDA_ENDPOINT in the environment names.
 * @throws StoreError where the data folder cannot be used.
 */
export async function openLocalEngine(options: LocalEngineOptions): Promise<Engine> {
  const { data, region, accountId, config, mocks, log, executionLogs } = options;
  const [{ AwsClients, openEngine, openSqliteStore }, { stepFunctionsTasks }] = await Promise.all([
    import("@pawl/engine"),
    import("@pawl/server"),
  ]);
  const { LAMBDA_ENDPOINT: lambdaEndpoint } = process.env;
  const engine: Engine = await openEngine({
    store: await openSqliteStore(data === "memory" ? "memory" : { folder: resolve(data) }),
    region,
    accountId,
    integrations: stepFunctionsTasks,
    log: log ?? ((message) => process.stderr.write(`${message}\n`)),
    ...(executionLogs === undefined ? {} : { executionLogs }),
    ...(lambdaEndpoint === undefined ? {} : { lambdaEndpoint }),
    ...config,
    aws: new AwsClients({ endpoints: config.endpoints }),
    mocks,
  });
  return engine;
}
