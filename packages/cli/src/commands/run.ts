import { compile } from "@pawl/asl";
import { diagnosticLine, located, machineName, shown } from "../definition-file.js";
import { engineExecution } from "../engine-execution.js";
import { readInput } from "../execution-input.js";
import { showExecution } from "../execution-view.js";
import { CommandError, exitCode } from "../exit-code.js";
import { onInterruption } from "../interruption.js";
import { type OutputOptions, wantsJson, writeNote } from "../screen.js";
import type { Step } from "../step.js";
import { readTextFile } from "../text-file.js";

export interface RunOptions extends OutputOptions {
  readonly input?: string;
  readonly name?: string;
  readonly type: "STANDARD" | "EXPRESS";
}

/** Runs one definition in this process, on a store in memory: nothing listens and nothing is kept. */
export async function run(file: string, options: RunOptions): Promise<number> {
  const definition = await readTextFile(file);
  const input = await readInput(options.input);
  const { type } = options;
  const { program, diagnostics } = compile(definition, { type });
  for (const diagnostic of located(file, definition, diagnostics)) {
    writeNote(diagnosticLine(diagnostic));
  }
  if (program === undefined) {
    throw new CommandError(`${shown(file)} is no valid definition`);
  }

  const { openEngine, openSqliteStore } = await import("@pawl/engine");
  const { LAMBDA_ENDPOINT: lambdaEndpoint } = process.env;
  const engine = await openEngine({
    store: await openSqliteStore("memory"),
    region: "us-east-1",
    accountId: "123456789012",
    ...(lambdaEndpoint === undefined ? {} : { lambdaEndpoint }),
  });
  const { stateMachineArn } = await engine.stateMachines.create({
    name: machineName(file),
    definition,
    roleArn: "arn:aws:iam::123456789012:role/pawl",
    type,
    tags: [],
  });
  const { name } = options;
  const { executionArn } = await engine.executions.start({
    stateMachineArn,
    input,
    ...(name === undefined ? {} : { name }),
  });

  const stop = (error: string, cause: string): void => {
    void engine.executions.stop({ executionArn, error, cause });
  };
  const onStep = ({ kind, state }: Step): void => {
    const entered = program.states.get(state);
    if (kind === "entered" && entered?.type === "Task" && entered.resource.kind === "activity") {
      stop(
        "Pawl.NoWorker",
        `The state '${state}' waits for a worker of the activity ${entered.resource.arn}, and no worker can reach 'pawl run': use 'pawl start'.`,
      );
    }
  };
  const interruption = onInterruption();
  interruption.signal.addEventListener("abort", () => stop("Pawl.Interrupted", "Stopped by Ctrl-C."));
  // Followed to its end even after Ctrl-C: then that end is the stop.
  const { signal } = new AbortController();
  const end = await showExecution(engineExecution(engine, executionArn), { json: wantsJson(options), signal, onStep });
  interruption.dispose();
  await engine.close();
  if (interruption.signal.aborted) {
    return exitCode.interrupted;
  }
  return end?.status === "SUCCEEDED" ? exitCode.ok : exitCode.no;
}
