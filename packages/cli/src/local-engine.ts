import { resolve } from "node:path";
import type { Engine } from "@pawl/engine";
import type { Configuration } from "./config/sections.js";

export interface LocalEngineOptions {
  /** A folder, or `memory`. */
  readonly data: string;
  readonly region: string;
  readonly accountId: string;
  readonly config: Configuration;
  /** Told what an operator should know; default: standard error. */
  readonly log?: (message: string) => void;
}

/**
 * Opens an engine in this process. Its Task states call the Lambda service that LAMBDA_ENDPOINT in the environment names;
 * SFN_MOCK_CONFIG names a file that answers them in test cases.
 * @throws StoreError where the data folder cannot be used, Error where the file of mocks cannot.
 */
export async function openLocalEngine({ data, region, accountId, config, log }: LocalEngineOptions): Promise<Engine> {
  const [{ Mocks, openEngine, openSqliteStore }, { stepFunctionsTasks }] = await Promise.all([
    import("@pawl/engine"),
    import("@pawl/server"),
  ]);
  const { LAMBDA_ENDPOINT: lambdaEndpoint, SFN_MOCK_CONFIG: mockFile } = process.env;
  // Read before the data folder is touched: it may be wrong.
  const mocks = mockFile === undefined ? undefined : new Mocks(resolve(mockFile));
  const engine: Engine = await openEngine({
    store: await openSqliteStore(data === "memory" ? "memory" : { folder: resolve(data) }),
    region,
    accountId,
    integrations: stepFunctionsTasks,
    log: log ?? ((message) => process.stderr.write(`${message}\n`)),
    ...(lambdaEndpoint === undefined ? {} : { lambdaEndpoint }),
    mocks,
    ...config,
  });
  return engine;
}
