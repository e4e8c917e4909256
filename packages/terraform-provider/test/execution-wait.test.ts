import { createServer } from "node:http";
import { SFNClient } from "@aws-sdk/client-sfn";
import { expect, onTestFinished, test } from "vitest";
import { startExecution } from "../src/actions/start-execution.js";
import { errorDiagnostic } from "../src/error-diagnostic.js";
import type { Fields } from "../src/value.js";
import { contextOf } from "./one-resource.js";

/** Waiting where the service does not do as one would like: permissions that are lacking, faults that pass and that do not. */

const MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:order";
const EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:order:1";

type Answer = { readonly status?: number; readonly body: object };

const refused = (type: string, message = "no"): Answer => ({ status: 400, body: { __type: type, message } });
const failed: Answer = { status: 503, body: { __type: "ServiceUnavailable", message: "later" } };
const denied = refused("AccessDeniedException", "User is not authorized to perform: states:X");
const at = 1_700_000_000;
const began = { id: 1, type: "ExecutionStarted", previousEventId: 0, timestamp: at };
const ended = { id: 2, type: "ExecutionSucceeded", previousEventId: 1, timestamp: at };

/** A service whose answers are lists by operation: each is given once, the last one again and again. */
async function invoke(answers: Readonly<Record<string, readonly Answer[]>>, given: Fields = {}) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    const list = answers[operation] ?? [denied];
    const { status = 200, body } =
      list[Math.min(asked.filter((each) => each === operation).length, list.length - 1)] ?? denied;
    asked.push(operation);
    request.resume();
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address() as { port: number };
  const endpoint = `http://127.0.0.1:${address.port}`;
  const client = new SFNClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
    disableHostPrefix: true,
  });
  const progress: string[] = [];
  const none = ["input", "name", "trace_header", "region", "timeout", "stop_on_cancel"];
  const invoked = startExecution.invoke({
    config: {
      ...Object.fromEntries(none.map((name) => [name, null])),
      state_machine_arn: MACHINE,
      wait_for_completion: true,
      poll_interval: 0.1,
      ...given,
    },
    context: contextOf(endpoint, { client: async () => client }),
    progress: (message) => progress.push(message),
  });
  const diagnostics = await invoked.catch((thrown) => thrown.diagnostics);
  client.destroy();
  return { diagnostics, progress, asked };
}

const started: Answer = { body: { executionArn: EXECUTION, startDate: at } };
const standard: Answer = { body: { type: "STANDARD", stateMachineArn: MACHINE } };

test("without states:GetExecutionHistory the end is still found, and what is missing said", async () => {
  const { diagnostics, progress } = await invoke({
    DescribeStateMachine: [standard],
    StartExecution: [started],
    DescribeExecution: [
      { body: { status: "RUNNING", executionArn: EXECUTION } },
      { body: { status: "FAILED", error: "Bad", cause: "so", executionArn: EXECUTION } },
    ],
  });
  expect(progress.join("\n")).toContain("lack the permission states:GetExecutionHistory");
  expect(diagnostics).toEqual([
    { severity: "error", summary: "Execution failed", detail: `Error: Bad\nCause: so\nExecution: ${EXECUTION}` },
  ]);
});

test("without states:DescribeExecution either, it says that the execution goes on", async () => {
  const { diagnostics } = await invoke({ DescribeStateMachine: [standard], StartExecution: [started] });
  expect(diagnostics).toMatchObject([{ severity: "error", summary: "Access denied" }]);
  expect(diagnostics[0].detail).toContain(`goes on without being waited for: ${EXECUTION}`);
});

test("without states:DescribeStateMachine, an EXPRESS execution is not taken for one that succeeded", async () => {
  const executionArn = EXECUTION.replace(":execution:", ":express:");
  const { diagnostics, asked } = await invoke({ StartExecution: [{ body: { executionArn, startDate: at } }] });
  expect(asked).toEqual(["DescribeStateMachine", "StartExecution"]);
  expect(diagnostics).toMatchObject([
    { severity: "error", summary: "Execution started, but not waited for", path: ["wait_for_completion"] },
  ]);
});

test("faults that pass are waited through: throttling, a restart, an execution that is not known everywhere yet", async () => {
  const { diagnostics, progress } = await invoke({
    DescribeStateMachine: [standard],
    StartExecution: [started],
    GetExecutionHistory: [
      refused("ExecutionDoesNotExist"),
      refused("ThrottlingException", "Rate exceeded"),
      failed,
      { body: { events: [began] } },
      { body: { events: [ended, began] } },
    ],
  });
  expect(diagnostics).toEqual([]);
  expect(progress.filter((message) => message.startsWith("The service does not answer"))).toHaveLength(1);
  expect(progress.at(-1)).toMatch(/^Execution succeeded/);
});

test("a history of several pages", async () => {
  const entered = (id: number, name: string) => ({
    id,
    type: "PassStateEntered",
    previousEventId: id - 1,
    timestamp: at,
    stateEnteredEventDetails: { name },
  });
  const { diagnostics, progress } = await invoke({
    DescribeStateMachine: [standard],
    StartExecution: [started],
    GetExecutionHistory: [
      { body: { events: [entered(3, "B"), entered(2, "A")], nextToken: "more" } },
      { body: { events: [began] } },
      { body: { events: [{ ...ended, id: 4, previousEventId: 3 }, entered(3, "B")] } },
    ],
  });
  expect(diagnostics).toEqual([]);
  expect(progress.filter((message) => message.startsWith("Entered"))).toEqual([
    "Entered state A (Pass)",
    "Entered state B (Pass)",
  ]);
});

test.each([
  [
    { StartExecution: [refused("ExecutionLimitExceeded", "too many")] },
    "Cannot start an execution: ExecutionLimitExceeded",
  ],
  [{ StartExecution: [denied] }, "Cannot start an execution: Access denied"],
  [{ StartExecution: [refused("ThrottlingException")] }, "Cannot start an execution: Throttled"],
  [{ StartExecution: [failed] }, "Cannot start an execution: The service failed"],
  [{ StartExecution: [refused("ExpiredTokenException")] }, "Cannot start an execution: Credentials have expired"],
  [{ StartExecution: [refused("UnrecognizedClientException")] }, "Cannot start an execution: Credentials not accepted"],
])("%j is explained", async (answers, summary) => {
  const { diagnostics } = await invoke(answers, { wait_for_completion: null, poll_interval: null });
  expect(diagnostics).toMatchObject([{ severity: "error", summary }]);
});

test("errors that are none of the service's", () => {
  const fault = (code: string) => Object.assign(new Error("x"), { code });
  expect(errorDiagnostic(fault("ENOTFOUND"), { endpoint: undefined })).toMatchObject({
    summary: "AWS cannot be reached",
  });
  expect(errorDiagnostic(new Error("Region is missing"), { endpoint: undefined }).summary).toBe("No region");
  expect(errorDiagnostic("odd", { endpoint: undefined })).toMatchObject({ summary: "Unexpected error" });
});
