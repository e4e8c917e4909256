import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";

const page = readFileSync(new URL("../docs/tracing.md", import.meta.url), "utf8");
const pawlCommand = fileURLToPath(new URL("../packages/cli/bin/pawl.js", import.meta.url));

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}

/** A small collector. */
async function openCollector() {
  const spans: OtlpSpan[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (text) => {
      body += text;
    });
    request.on("end", () => {
      if (request.url === "/v1/traces") spans.push(...JSON.parse(body).resourceSpans[0].scopeSpans[0].spans);
      response.end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { spans, environment: { PATH: process.env.PATH, OTEL_EXPORTER_OTLP_ENDPOINT: url } };
}

function folderWith(files: Record<string, unknown>): string {
  const folder = mkdtempSync(join(tmpdir(), "pawl-tracing-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}

const greet = { StartAt: "Greet", States: { Greet: { Type: "Pass", Result: "Hello", End: true } } };

it("docs/tracing.md sends the trace of one execution to a collector", async () => {
  expect(page).toContain("npx pawl run greet.asl.json");
  const { spans, environment } = await openCollector();
  const cwd = folderWith({ "greet.asl.json": greet });
  const child = spawn(process.execPath, [pawlCommand, "run", "greet.asl.json"], { cwd, env: environment });
  await new Promise((resolve) => child.on("close", resolve));
  expect(spans.map(({ name }) => name)).toEqual(["Greet", "greet"]);
  expect(spans[0]?.parentSpanId).toBe(spans[1]?.spanId);
});

it("docs/tracing.md follows work from the request's header through nested executions into a function", async () => {
  const [, root = "", parent = ""] = /'Root=(\S+);Parent=([0-9a-f]{16});Sampled=1'/.exec(page) ?? [];
  const { spans, environment } = await openCollector();
  const cwd = folderWith({
    "pawl.config.json": { functions: { trace: "./trace.mjs" } },
    "trace.mjs": "export const handler = async () => process.env._X_AMZN_TRACE_ID;",
    "inner.asl.json": {
      StartAt: "Call",
      States: {
        Call: { Type: "Task", Resource: "arn:aws:lambda:us-east-1:123456789012:function:trace", End: true },
      },
    },
    "outer.asl.json": {
      StartAt: "Nest",
      States: {
        Nest: {
          Type: "Task",
          Resource: "arn:aws:states:::states:startExecution.sync:2",
          Parameters: { StateMachineArn: "arn:aws:states:us-east-1:123456789012:stateMachine:inner" },
          OutputPath: "$.Output",
          End: true,
        },
      },
    },
  });
  const args = [pawlCommand, "start", "--port", "0", "--data", "memory", "inner.asl.json", "outer.asl.json"];
  const server = spawn(process.execPath, args, { cwd, env: environment });
  onTestFinished(() => void server.kill("SIGKILL"));
  let stdout = "";
  server.stdout.on("data", (text) => {
    stdout += text;
  });
  while (!stdout.includes("Ctrl-C")) await new Promise((resolve) => setTimeout(resolve, 10));
  const [, endpoint = ""] = /API at (\S+)/.exec(stdout) ?? [];
  const output = await startAndWait(endpoint, `Root=${root};Parent=${parent};Sampled=1`);
  server.kill("SIGTERM");
  await new Promise((resolve) => server.on("close", resolve));

  const named = (name: string) => spans.find((span) => span.name === name);
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([root.slice(2).replace("-", "")]));
  expect(named("outer")?.parentSpanId).toBe(parent);
  expect(named("Nest")?.parentSpanId).toBe(named("outer")?.spanId);
  expect(named("states:startExecution.sync:2")?.parentSpanId).toBe(named("Nest")?.spanId);
  expect(named("inner")?.parentSpanId).toBe(named("states:startExecution.sync:2")?.spanId);
  expect(named("Call")?.parentSpanId).toBe(named("inner")?.spanId);
  expect(named("trace")?.parentSpanId).toBe(named("Call")?.spanId);
  expect(output).toBe(`Root=${root};Parent=${named("trace")?.spanId};Sampled=1`);
});

/** Starts `outer` with the HTTP header; the body's member says something else. */
async function startAndWait(endpoint: string, header: string): Promise<string> {
  const call = async (operation: string, input: object): Promise<Record<string, string>> => {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `AWSStepFunctions.${operation}`,
        authorization:
          "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=0",
        "x-amzn-trace-id": header,
      },
      body: JSON.stringify(input),
    });
    return (await response.json()) as Record<string, string>;
  };
  const stateMachineArn = "arn:aws:states:us-east-1:123456789012:stateMachine:outer";
  const { executionArn } = await call("StartExecution", { stateMachineArn, traceHeader: "Root=1-0-0;Sampled=0" });
  for (;;) {
    const { status, output = "", traceHeader } = await call("DescribeExecution", { executionArn });
    if (status === "RUNNING") continue;
    expect(traceHeader).toBe(header);
    return JSON.parse(output);
  }
}
