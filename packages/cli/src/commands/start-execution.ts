import { randomUUID } from "node:crypto";
import { type ApiOptions, openApi } from "../api.js";
import { apiExecution } from "../api-execution.js";
import { parseArn } from "../arn.js";
import { readInput } from "../execution-input.js";
import { showExecution } from "../execution-view.js";
import { CommandError, exitCode } from "../exit-code.js";
import { onInterruption } from "../interruption.js";
import {
  dateAndTime,
  type OutputOptions,
  wantsJson,
  writeDocument,
  writeLine,
  writeNote,
  writeRecord,
} from "../screen.js";
import { record } from "../table.js";

export interface StartExecutionOptions extends ApiOptions, OutputOptions {
  readonly stateMachineArn: string;
  readonly input?: string;
  readonly name?: string;
  readonly traceHeader?: string;
  readonly wait?: boolean;
}

export async function startExecution(options: StartExecutionOptions): Promise<number> {
  const { stateMachineArn, traceHeader } = options;
  const { region } = parseArn(stateMachineArn, "stateMachine");
  const input = await readInput(options.input);
  // The client repeats a request whose answer was lost. With a name of its own the repetition starts nothing twice.
  const name = options.name ?? randomUUID();
  const api = await openApi(options, region);
  const { executionArn = "", startDate = new Date() } = await api.request((client) =>
    client.send(new api.sdk.StartExecutionCommand({ stateMachineArn, name, input, traceHeader })),
  );
  const json = wantsJson(options);
  if (options.wait !== true) {
    showStart(executionArn, startDate, json ? writeDocument : undefined);
    api.close();
    return exitCode.ok;
  }
  showStart(executionArn, startDate, json ? writeRecord : undefined);
  if (executionArn.includes(":express:")) {
    throw new CommandError("It runs, but cannot be waited for: the API keeps no history of EXPRESS executions");
  }
  const signal = onInterruption();
  const end = await showExecution(apiExecution(api, executionArn, signal), { json, signal });
  api.close();
  if (end === undefined) {
    writeNote(`\nNo longer waiting; the execution goes on. Look at it with: pawl describe ${executionArn}`);
    return exitCode.interrupted;
  }
  return end.status === "SUCCEEDED" ? exitCode.ok : exitCode.no;
}

function showStart(executionArn: string, startDate: Date, write: ((value: unknown) => void) | undefined): void {
  if (write !== undefined) {
    write({ executionArn, startDate });
    return;
  }
  for (const line of record([
    ["executionArn", executionArn],
    ["startDate", dateAndTime(startDate)],
  ])) {
    writeLine(line);
  }
}
