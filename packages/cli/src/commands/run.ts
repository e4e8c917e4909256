import { compile } from "@pawl/asl";
import { readConfig } from "../config/read-config.js";
import { diagnosticLine, machineName, readDefinition, shown } from "../definition-file.js";
import { engineExecution } from "../engine-execution.js";
import { readInput } from "../execution-input.js";
import { showExecution } from "../execution-view.js";
import { CommandError, exitCode } from "../exit-code.js";
import { onInterruption } from "../interruption.js";
import { openLocalEngine } from "../local-engine.js";
import { openMocks } from "../mocks.js";
import { createActivities } from "../registration.js";
import { type OutputOptions, wantsJson, writeNote } from "../screen.js";
import type { Step } from "../step.js";
import { readTextFile } from "../text-file.js";

export interface RunOptions extends OutputOptions {
  readonly input?: string;
  readonly name?: string;
  /** The configuration's file. */
  readonly config?: string;
  /** Folders that its distributed Map states may use. */
  readonly dataFolder?: readonly string[];
  /** Which of the mock configuration answers its tasks. */
  readonly testCase?: string;
  /** What the definition is checked as. It always runs as STANDARD: of an EXPRESS execution nothing could be shown. */
  readonly type: "STANDARD" | "EXPRESS";
}

const ACCOUNT_ID = "123456789012";

/** Runs one definition in this process, on a store in memory: nothing listens and nothing is kept. */
export async function run(file: string, options: RunOptions): Promise<number> {
  const { json: definition, faults, located } = await readDefinition(file, await readTextFile(file));
  const input = await readInput(options.input);
  const { program, diagnostics } =
    definition === undefined ? { diagnostics: [] } : compile(definition, { type: options.type });
  for (const diagnostic of [...faults, ...located(diagnostics)]) {
    writeNote(diagnosticLine(diagnostic));
  }
  if (definition === undefined || program === undefined) {
    throw new CommandError(`${shown(file)} is no valid definition`);
  }

  const config = await readConfig(options.config);
  const mocks = await openMocks(config);
  const { name, testCase } = options;
  if (testCase !== undefined && mocks === undefined) {
    throw new CommandError(
      `--test-case ${testCase}: name the file of mocks in SFN_MOCK_CONFIG or as \`mocks\` in the configuration`,
    );
  }
  const engine = await openLocalEngine({
    data: "memory",
    region: "us-east-1",
    accountId: ACCOUNT_ID,
    config,
    mocks,
    dataFolders: options.dataFolder,
  });
  // They exist, so that an execution that comes to one waits there instead of failing.
  await createActivities(engine, definition);
  const { stateMachineArn } = await engine.stateMachines.create({
    name: machineName(file),
    definition,
    roleArn: `arn:aws:iam::${ACCOUNT_ID}:role/pawl`,
    type: "STANDARD",
    tags: [],
  });
  const { executionArn } = await engine.executions.start({
    stateMachineArn: testCase === undefined ? stateMachineArn : `${stateMachineArn}#${testCase}`,
    input,
    ...(name === undefined ? {} : { name }),
  });

  let stopped: Promise<unknown> = Promise.resolve();
  const stop = (error: string, cause: string): void => {
    stopped = engine.executions.stop({ executionArn, error, cause });
  };
  const onStep = ({ kind, state }: Step): void => {
    const entered = program.states.get(state);
    const isMocked = testCase !== undefined && mocks?.isMocked(machineName(file), testCase, state) === true;
    if (kind === "entered" && entered?.type === "Task" && entered.resource.kind === "activity" && !isMocked) {
      stop(
        "Pawl.NoWorker",
        `The state '${state}' waits for a worker of the activity ${entered.resource.arn}, and no worker can reach 'pawl run': use 'pawl start'.`,
      );
    }
  };
  const interruption = onInterruption();
  interruption.addEventListener("abort", () => stop("Pawl.Interrupted", "Stopped by Ctrl-C."));
  // Followed to its end even after Ctrl-C: then that end is the stop.
  const { signal } = new AbortController();
  const end = await showExecution(engineExecution(engine, executionArn), { json: wantsJson(options), signal, onStep });
  await stopped;
  await engine.close();
  if (interruption.aborted) {
    return exitCode.interrupted;
  }
  return end?.status === "SUCCEEDED" ? exitCode.ok : exitCode.no;
}
