import { resolve } from "node:path";
import type { Engine } from "@pawl/engine";
import { readConfig } from "../config/read-config.js";
import { diagnosticLine, machineName, shown } from "../definition-file.js";
import { type DefinitionFile, exampleInput, findDefinitions, watchDefinitions } from "../definition-folder.js";
import { parseDuration } from "../duration.js";
import { engineExecution } from "../engine-execution.js";
import { executionLogs } from "../execution-logs.js";
import { showExecution } from "../execution-view.js";
import { CommandError, exitCode } from "../exit-code.js";
import { onInterruption } from "../interruption.js";
import { checkAddress } from "../listen-address.js";
import { type LocalEngineOptions, openLocalEngine } from "../local-engine.js";
import { openMocks } from "../mocks.js";
import { type Registration, register } from "../registration.js";
import { oneLine, styled, writeLine } from "../screen.js";
import { type ServerFlags, serverSettings } from "../server-settings.js";
import { version } from "../version.js";

export interface StartOptions
  extends Omit<
      LocalEngineOptions,
      "log" | "functionLog" | "config" | "mocks" | "executionLogs" | "keepClosed" | "dataFolders"
    >,
    ServerFlags {
  readonly port: number;
  /** The configuration's file. */
  readonly config?: string;
  /** Folders that distributed Map states may use. */
  readonly dataFolder?: readonly string[];
  /** `stdout`, `cloudwatch`, `off` or folders. */
  readonly executionLogs?: readonly string[];
  /** A time such as `90d`, or `off`. */
  readonly keepClosed: string;
  /** Name of one of the state machines in the files, to be started once. */
  readonly example?: string;
}

/** Serves the API until it is interrupted. */
export async function start(paths: readonly string[], options: StartOptions): Promise<number> {
  const { host, port, region, accountId, data } = options;
  const settings = await serverSettings(options);
  const { log, functionLog, accessKeys } = settings;
  const config = await readConfig(options.config);
  const mocks = await openMocks(config);
  const logs = await executionLogs(options.executionLogs ?? [], data, config);
  const interruption = onInterruption();
  const definitions = await findDefinitions(paths);
  const example = options.example === undefined ? undefined : definitionNamed(options.example, definitions);
  // Before the data folder is touched: where another Pawl is at home there, its port is the better thing to name.
  await checkAddress(host, port);

  const engine = await openLocalEngine({
    data,
    region,
    accountId,
    config,
    configFile: options.config,
    trustRoles: accessKeys.length === 0,
    mocks,
    dataFolders: options.dataFolder,
    log: (message) => log.warn(message),
    functionLog,
    executionLogs: logs,
    keepClosed: parseDuration(options.keepClosed),
  });
  const { createServer } = await import("@pawl/server");
  const server = await createServer(engine, {
    ...settings,
    host,
    port,
    version: version(),
    ...(data !== "memory" && { backupFolder: resolve(data) }),
  });
  log.info("serving", { url: server.url, region, account: accountId, version: version(), pid: process.pid });
  const place = data === "memory" ? "memory" : shown(resolve(data));
  writeLine(`Pawl ${version()} serves the AWS Step Functions API at ${styled("bold", server.url)}`);
  writeLine(styled("dim", `Region ${region}, account ${accountId}, data in ${place}`));
  if (accessKeys.length > 0) {
    const keys = accessKeys.length === 1 ? "the access key" : `one of ${accessKeys.length} access keys`;
    writeLine(styled("dim", `Requests must be signed with ${keys}`));
  }

  await showKept(engine);
  await registerAll(engine, definitions);
  let changes = Promise.resolve();
  const known = definitions.map(({ path }) => path);
  const watcher = watchDefinitions(paths, known, (path, text) => {
    // One after the other: of two changes of a file the later one must win.
    changes = changes.then(() => registerChange(engine, path, text));
  });
  if (example !== undefined) {
    await runExample(engine, example, server.url, accessKeys.length > 0, interruption);
  }
  if (!interruption.aborted) {
    writeLine("\nCtrl-C stops the server.");
    await aborted(interruption);
  }

  writeLine("\nStopping");
  log.info("stopping");
  watcher.close();
  await changes;
  await server.close();
  await engine.close();
  log.info("stopped");
  return exitCode.ok;
}

function definitionNamed(name: string, definitions: readonly DefinitionFile[]): DefinitionFile {
  const found = definitions.find(({ path }) => machineName(path) === name);
  if (found === undefined) {
    throw new CommandError(`--example ${name}: none of the definition files is the state machine ${name}`);
  }
  return found;
}

/** What a start finds is what the last one left. */
async function showKept(engine: Engine): Promise<void> {
  const { items, nextToken } = await engine.stateMachines.list({ maxResults: 1000 });
  if (items.length > 0) {
    const count = nextToken === undefined ? String(items.length) : `more than ${items.length}`;
    writeLine(styled("dim", `${count} state ${items.length === 1 ? "machine" : "machines"} from before`));
  }
}

async function registerAll(engine: Engine, definitions: readonly DefinitionFile[]): Promise<void> {
  if (definitions.length > 0) {
    writeLine();
  }
  for (const { path, text } of definitions) {
    showRegistration(await register(engine, path, text), path);
  }
}

async function registerChange(engine: Engine, path: string, text: string | undefined): Promise<void> {
  if (text === undefined) {
    writeLine(`${shown(path)} is gone; the state machine ${machineName(path)} stays`);
    return;
  }
  try {
    const registration = await register(engine, path, text);
    if (registration.outcome !== "unchanged") {
      showRegistration(registration, path);
    }
  } catch (error) {
    writeLine(`${shown(path)}: ${(error as Error).message}`);
  }
}

const OUTCOMES = { created: "green", updated: "green", unchanged: "dim", refused: "red" } as const;

function showRegistration({ outcome, name, diagnostics, activities }: Registration, path: string): void {
  for (const diagnostic of diagnostics) {
    writeLine(diagnosticLine(diagnostic));
  }
  const consequence = outcome === "refused" ? ": nothing changes" : "";
  writeLine(`${styled(OUTCOMES[outcome], outcome.padEnd(9))}  ${name}  ${styled("dim", shown(path))}${consequence}`);
  for (const activity of activities) {
    writeLine(`${styled(OUTCOMES.created, "created".padEnd(9))}  activity ${oneLine(activity)}`);
  }
}

/** Starts an example, shows it to its end, and says how to start it from elsewhere. */
async function runExample(
  engine: Engine,
  { path }: DefinitionFile,
  url: string,
  isGuarded: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { region, accountId } = engine;
  const name = machineName(path);
  const stateMachineArn = `arn:aws:states:${region}:${accountId}:stateMachine:${name}`;
  const input = (await exampleInput(path)) ?? "{}";
  const { executionArn } = await engine.executions.start({ stateMachineArn, input });
  writeLine(`\nStarted ${styled("bold", name)} with ${oneLine(input, 200)}`);
  writeLine(executionArn);
  const end = await showExecution(engineExecution(engine, executionArn), { json: false, signal });
  if (end === undefined) {
    return;
  }
  const flags = [`--state-machine-arn ${stateMachineArn}`, `--input ${shellQuoted(input)}`];
  const showCommand = (...lines: readonly string[]): void => writeLine(`  ${lines.join(" \\\n    ")}`);
  writeLine(
    `\nStart the next one with the AWS CLI (${isGuarded ? "its credentials are an access key" : "any credentials do"}):`,
  );
  showCommand(
    `${isGuarded ? "" : "AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test "}aws stepfunctions start-execution`,
    `--endpoint-url ${url} --region ${region}`,
    ...flags,
  );
  writeLine("or with Pawl, and see its states pass:");
  showCommand("npx pawl start-execution --wait", `--endpoint ${url}`, ...flags);
}

/** A text as one word of a POSIX shell. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
