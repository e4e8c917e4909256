import { fileURLToPath } from "node:url";
import type { FunctionLogLine, FunctionSettings, WorkerSettings } from "../../src/index.js";
import { openTestEngine, type TestEngineOptions } from "../test-engine.js";

export const folder = fileURLToPath(new URL(".", import.meta.url));

/** A handler of `handlers.mjs` or of another module here. */
export function moduleFunction(settings: WorkerSettings = {}, module = "handlers.mjs", handler = "handler") {
  return { kind: "module", module: `${folder}${module}`, handler, ...settings } as const;
}

/** The client of the Runtime API. */
export function commandFunction(settings: WorkerSettings = {}, ...args: string[]) {
  const command = [process.execPath, `${folder}runtime-client.mjs`, ...args] as const;
  return { kind: "command", command: command as readonly [string, ...string[]], cwd: folder, ...settings } as const;
}

/** An engine with functions, and executions that call them by `lambda:invoke`. */
export async function openFunctions(
  functions: Readonly<Record<string, FunctionSettings>>,
  options: Omit<TestEngineOptions, "functions" | "functionLog"> = {},
) {
  const lines: FunctionLogLine[] = [];
  const test = await openTestEngine({
    ...options,
    functions: new Map(Object.entries(functions)),
    functionLog: (line) => lines.push(line),
  });
  const machine = await test.machine({
    QueryLanguage: "JSONata",
    StartAt: "Call",
    States: {
      Call: { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", Arguments: "{% $states.input %}", End: true },
    },
  });
  /** Starts a call; `ended` gives what came of it. */
  const start = async (functionName: string, payload: unknown = {}, parameters: object = {}, traceHeader?: string) => {
    const input = JSON.stringify({ FunctionName: functionName, Payload: payload, ...parameters });
    const { executionArn } = await test.engine.executions.start({
      stateMachineArn: machine,
      input,
      ...(traceHeader === undefined ? {} : { traceHeader }),
    });
    const ended = test.engine.executions.ended(executionArn).then(({ status, error, cause, output }) => ({
      status,
      error,
      cause,
      output: output === undefined ? undefined : (JSON.parse(output) as Record<string, unknown>),
    }));
    return { executionArn, ended };
  };
  return {
    ...test,
    lines,
    start,
    call: async (...parameters: Parameters<typeof start>) => (await start(...parameters)).ended,
    /** The payload that a call gives. */
    payload: async (...parameters: Parameters<typeof start>) => {
      const { error, cause, output } = await (await start(...parameters)).ended;
      if (output === undefined) throw new Error(`${error}: ${cause}`);
      return output.Payload;
    },
  };
}
