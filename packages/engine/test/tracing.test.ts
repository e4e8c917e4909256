import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Span, type SpanExporter, tracingFromEnvironment } from "../src/index.js";
import { OtlpExporter } from "../src/tracing/otlp-exporter.js";
import { handedOn, parseTraceHeader, printTraceHeader, traceOf } from "../src/tracing/trace-header.js";
import { XrayExporter } from "../src/tracing/xray-exporter.js";
import { openFunctionEndpoint } from "./function-endpoint.js";
import { openServiceEndpoint } from "./service-endpoint.js";
import { openTestEngine, type TestEngineOptions, temporaryFolder } from "./test-engine.js";

const root = "1-5759e988-bd862e3fe1be46a994272793";
const traceId = "5759e988bd862e3fe1be46a994272793";
const parentId = "53995c3f42cd8ad8";
const sampledHeader = `Root=${root};Parent=${parentId};Sampled=1`;

describe("a trace header", () => {
  it("names a trace, a span and whether it is kept", () => {
    expect(parseTraceHeader(sampledHeader)).toEqual({ traceId, parentId, sampled: true });
    expect(parseTraceHeader(`Self=1-2; Sampled=0 ;Root=${root.toUpperCase()}`)).toEqual({
      traceId,
      parentId: undefined,
      sampled: false,
    });
    expect(parseTraceHeader(`Root=${root};Parent=x;Sampled=?`)).toEqual({
      traceId,
      parentId: undefined,
      sampled: undefined,
    });
    expect(printTraceHeader({ traceId, parentId, sampled: true })).toBe(sampledHeader);
  });

  it.each(["", "Root=1-2-3", "Root=", "=;=", `Parent=${parentId}`, `Root=2-5759e988-bd862e3fe1be46a994272793`])(
    "that is malformed stands for a fresh trace, always the same: %j",
    (traceHeader) => {
      expect(parseTraceHeader(traceHeader)).toBeUndefined();
      const execution = { arn: "arn:aws:states:x:e", startDate: 0x5759e988 * 1000, traceHeader };
      const fresh = traceOf(execution);
      expect(fresh.traceId).toMatch(/^5759e988[0-9a-f]{24}$/);
      expect(traceOf(execution)).toEqual(fresh);
      expect(handedOn(execution)).toBe(printTraceHeader(fresh));
    },
  );
});

/** Keeps the spans that it is given. */
class Collector implements SpanExporter {
  readonly spans: Span[] = [];
  add(spans: readonly Span[]): void {
    this.spans.push(...spans);
  }
  async close(): Promise<void> {}
  named(name: string): Span {
    const span = this.spans.find((each) => each.name === name);
    if (span === undefined) throw new Error(`no span ${name} in ${this.spans.map((each) => each.name)}`);
    return span;
  }
}

async function traced(options: TestEngineOptions & { ratio?: number } = {}) {
  const collector = new Collector();
  const { ratio = 1, ...rest } = options;
  const test = await openTestEngine({ ...rest, tracing: { exporters: [collector], ratio } });
  return { ...test, collector };
}

const task = (name: string, more: object = {}) => ({
  Type: "Task",
  Resource: `arn:aws:lambda:us-east-1:123456789012:function:${name}`,
  ...more,
});

describe("spans of an execution", () => {
  it("are one for it, its states, tries and waits between them", async () => {
    const answers = [500, 200];
    const endpoint = await openFunctionEndpoint(({ response }) => {
      response.writeHead(answers.shift() ?? 200).end("1");
    });
    const { engine, machine, clock, collector, describe: about } = await traced({ lambdaEndpoint: endpoint.url });
    const Retry = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 3 }];
    const stateMachineArn = await machine({
      StartAt: "First",
      States: { First: { Type: "Pass", Next: "Call" }, Call: task("f", { Retry, End: true }) },
    });
    const { executionArn } = await engine.executions.start({
      stateMachineArn,
      input: "{}",
      traceHeader: sampledHeader,
    });
    while ((await about(executionArn)).status === "RUNNING") await clock.turn(1000);
    const { traceHeader } = await about(executionArn);
    expect(traceHeader).toBe(sampledHeader);
    const execution = collector.spans.at(-1);
    const call = collector.named("Call");
    const [failed, succeeded] = collector.spans.filter(({ kind }) => kind === "attempt");
    expect(collector.spans.map(({ kind, name }) => [kind, name])).toEqual([
      ["state", "First"],
      ["attempt", "f"],
      ["retry", "retry 1"],
      ["attempt", "f"],
      ["state", "Call"],
      ["execution", expect.stringMatching(/^machine-/)],
    ]);
    expect(new Set(collector.spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
    expect(new Set(collector.spans.map((span) => span.spanId)).size).toBe(6);
    expect(execution).toMatchObject({
      parentSpanId: parentId,
      attributes: {
        "aws.step_functions.state_machine.arn": stateMachineArn,
        "aws.step_functions.execution.arn": executionArn,
      },
      outcome: { kind: "ok" },
    });
    expect(call).toMatchObject({ parentSpanId: execution?.spanId, outcome: { kind: "ok" } });
    expect(failed).toMatchObject({
      parentSpanId: call.spanId,
      outcome: { kind: "failed", error: "Lambda.AWSLambdaException" },
      attributes: { "aws.step_functions.task.attempt": 1 },
    });
    const retry = collector.named("retry 1");
    expect(retry.end - retry.start).toBe(3000);
    expect(endpoint.invocations.map(({ headers }) => headers["x-amzn-trace-id"])).toEqual(
      [failed, succeeded].map((span) => `Root=${root};Parent=${span?.spanId};Sampled=1`),
    );
  });

  it("stand within each other as branches and iterations do", async () => {
    const { engine, machine, start, collector } = await traced();
    const pass = (name: string) => ({ StartAt: name, States: { [name]: { Type: "Pass", End: true } } });
    const stateMachineArn = await machine({
      StartAt: "Both",
      States: {
        Both: { Type: "Parallel", Branches: [pass("Left"), pass("Right")], Next: "Each" },
        Each: { Type: "Map", ItemsPath: "$", ItemProcessor: pass("Item"), End: true },
      },
    });
    await engine.executions.ended(await start(stateMachineArn));
    const execution = collector.spans.at(-1);
    for (const name of ["Both", "Each"]) expect(collector.named(name).parentSpanId).toBe(execution?.spanId);
    for (const name of ["Left", "Right"])
      expect(collector.named(name).parentSpanId).toBe(collector.named("Both").spanId);
    const iterations = collector.spans.filter(({ kind }) => kind === "iteration");
    expect(iterations.map(({ name }) => name)).toEqual(["Each #0", "Each #1"]);
    for (const { parentSpanId } of iterations) expect(parentSpanId).toBe(collector.named("Each").spanId);
    const items = collector.spans.filter(({ name }) => name === "Item");
    expect(items.map(({ parentSpanId }) => parentSpanId)).toEqual(iterations.map(({ spanId }) => spanId));
  });

  it("say what failed, what was caught and what was aborted", async () => {
    const { engine, machine, start, collector } = await traced();
    const fails = { StartAt: "Fails", States: { Fails: { Type: "Fail", Error: "Oops", Cause: "it had to be" } } };
    const waits = { StartAt: "Waits", States: { Waits: { Type: "Wait", Seconds: 60, End: true } } };
    const stateMachineArn = await machine({
      StartAt: "Both",
      States: {
        Both: {
          Type: "Parallel",
          Branches: [waits, fails],
          Catch: [{ ErrorEquals: ["Oops"], Next: "Last" }],
          Next: "Last",
        },
        Last: { Type: "Fail", Error: "AtLast" },
      },
    });
    await engine.executions.ended(await start(stateMachineArn));
    expect(collector.named("Waits").outcome).toEqual({ kind: "aborted" });
    expect(collector.named("Both").outcome).toEqual({ kind: "ok" });
    expect(collector.spans.at(-1)?.outcome).toMatchObject({ kind: "failed", error: "AtLast" });
    expect(collector.named("Last").outcome).toMatchObject({ kind: "failed", error: "AtLast" });
  });

  it("of children of map runs and of nested executions are parts of their parents'", async () => {
    const { engine, machine, start, collector } = await traced();
    const stateMachineArn = await machine({
      StartAt: "Each",
      States: {
        Each: {
          Type: "Map",
          ItemsPath: "$",
          ItemProcessor: {
            ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
            StartAt: "Item",
            States: { Item: { Type: "Pass", End: true } },
          },
          End: true,
        },
      },
    });
    await engine.executions.ended(await start(stateMachineArn, [1, 2]));
    const mapRun = collector.named("Each map run");
    expect(mapRun).toMatchObject({ kind: "mapRun", parentSpanId: collector.named("Each").spanId });
    const executions = collector.spans.filter(({ kind }) => kind === "execution");
    expect(executions).toHaveLength(3);
    expect(executions.filter(({ parentSpanId }) => parentSpanId === mapRun.spanId)).toHaveLength(2);
    expect(new Set(executions.map((span) => span.traceId)).size).toBe(1);
  });

  it("are whole after a crash, and each was told once", async () => {
    const folder = temporaryFolder();
    const first = await traced({ folder });
    const stateMachineArn = await first.machine({
      StartAt: "Before",
      States: {
        Before: { Type: "Pass", Next: "Waits" },
        Waits: { Type: "Wait", Seconds: 60, Next: "After" },
        After: { Type: "Pass", End: true },
      },
    });
    const executionArn = await first.start(stateMachineArn);
    await first.rest();
    expect(first.collector.spans.map(({ name }) => name)).toEqual(["Before"]);
    const now = first.clock.now();
    await first.kill();
    const second = await traced({ folder, now });
    await second.clock.turn(60_000);
    expect((await second.engine.executions.ended(executionArn)).status).toBe("SUCCEEDED");
    await second.rest();
    expect(second.collector.spans.map(({ name }) => name)).toEqual([
      "Waits",
      "After",
      expect.stringMatching(/^machine-/),
    ]);
    const [waits, , execution] = second.collector.spans;
    expect((waits?.end ?? 0) - (waits?.start ?? 0)).toBe(60_000);
    expect(first.collector.spans[0]?.parentSpanId).toBe(execution?.spanId);
  });

  it("go on after a redrive, in spans of their own", async () => {
    const answers = [500, 200];
    const endpoint = await openFunctionEndpoint(({ response }) => {
      response.writeHead(answers.shift() ?? 200).end("1");
    });
    const { engine, machine, start, collector, rest } = await traced({ lambdaEndpoint: endpoint.url });
    const executionArn = await start(await machine({ StartAt: "Call", States: { Call: task("f", { End: true }) } }));
    expect((await engine.executions.ended(executionArn)).status).toBe("FAILED");
    await engine.executions.redrive({ executionArn });
    expect((await engine.executions.ended(executionArn)).status).toBe("SUCCEEDED");
    await rest();
    const executions = collector.spans.filter(({ kind }) => kind === "execution");
    expect(executions.map(({ outcome }) => outcome.kind)).toEqual(["failed", "ok"]);
    const states = collector.spans.filter(({ name }) => name === "Call");
    expect(states.map(({ parentSpanId }) => parentSpanId)).toEqual(executions.map(({ spanId }) => spanId));
    expect(new Set(collector.spans.map(({ spanId }) => spanId)).size).toBe(collector.spans.length);
  });

  it("of express executions are made, too", async () => {
    const { engine, machine, collector } = await traced();
    const stateMachineArn = await machine(
      { StartAt: "Only", States: { Only: { Type: "Pass", End: true } } },
      "EXPRESS",
    );
    await engine.executions.startSync({ stateMachineArn, input: "{}" });
    expect(collector.spans.map(({ kind }) => kind)).toEqual(["state", "execution"]);
  });

  it.each([
    ["Sampled=0", 1, 0],
    ["Sampled=1", 0, 2],
    ["Sampled=?", 0, 0],
    ["Sampled=?", 1, 2],
  ])("are made as the header says, or else for a part of the traces: %s, %d", async (decision, ratio, count) => {
    const { engine, machine, collector } = await traced({ ratio });
    const stateMachineArn = await machine({ StartAt: "Only", States: { Only: { Type: "Pass", End: true } } });
    const { executionArn } = await engine.executions.start({
      stateMachineArn,
      input: "{}",
      traceHeader: `Root=${root};${decision}`,
    });
    await engine.executions.ended(executionArn);
    expect(collector.spans).toHaveLength(count);
  });

  it("whose header is malformed are those of a fresh trace, and the header is kept", async () => {
    const endpoint = await openFunctionEndpoint(({ response }) => void response.end("1"));
    const { engine, machine, collector } = await traced({ lambdaEndpoint: endpoint.url });
    const stateMachineArn = await machine({ StartAt: "Call", States: { Call: task("f", { End: true }) } });
    const traceHeader = "Root=1-20251015-a1b2";
    const { executionArn } = await engine.executions.start({ stateMachineArn, input: "{}", traceHeader });
    expect(await engine.executions.ended(executionArn)).toMatchObject({ status: "SUCCEEDED", traceHeader });
    const [{ traceId: fresh } = { traceId: "" }] = collector.spans;
    expect(fresh).toMatch(/^[0-9a-f]{32}$/);
    expect(endpoint.invocations[0]?.headers["x-amzn-trace-id"]).toMatch(
      `Root=1-${fresh.slice(0, 8)}-${fresh.slice(8)};Parent=`,
    );
  });
});

const example: Span = {
  kind: "attempt",
  traceId,
  spanId: parentId,
  parentSpanId: undefined,
  name: "lambda:invoke",
  start: 1_700_000_000_123,
  end: 1_700_000_000_456,
  attributes: { "aws.step_functions.state.name": "Call", "aws.step_functions.task.attempt": 2 },
  events: [{ name: "TaskStarted", time: 1_700_000_000_124 }],
  outcome: { kind: "failed", error: "Oops", cause: "it had to be" },
};

describe("OpenTelemetry", () => {
  it("gets spans in the JSON form of its protocol", async () => {
    const collector = await openServiceEndpoint(() => ({ body: "{}" }));
    const settings = tracingFromEnvironment(
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
        OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20x,other=1",
        OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
        OTEL_SERVICE_NAME: "orders",
      },
      "1.2.3",
      () => {},
    );
    for (const exporter of settings?.exporters ?? []) {
      exporter.add([example]);
      await exporter.close();
    }
    const [request] = collector.requests;
    expect(request).toMatchObject({
      method: "POST",
      path: "/v1/traces",
      headers: { "content-type": "application/json", authorization: "Bearer x", other: "1" },
    });
    expect(JSON.parse(request?.body ?? "")).toEqual({
      resourceSpans: [
        {
          resource: {
            attributes: [
              { key: "service.name", value: { stringValue: "orders" } },
              { key: "service.version", value: { stringValue: "1.2.3" } },
              { key: "deployment.environment.name", value: { stringValue: "test" } },
            ],
          },
          scopeSpans: [
            {
              scope: { name: "pawl", version: "1.2.3" },
              spans: [
                {
                  traceId,
                  spanId: parentId,
                  name: "lambda:invoke",
                  kind: 3,
                  startTimeUnixNano: "1700000000123000000",
                  endTimeUnixNano: "1700000000456000000",
                  attributes: [
                    { key: "pawl.span.kind", value: { stringValue: "attempt" } },
                    { key: "aws.step_functions.state.name", value: { stringValue: "Call" } },
                    { key: "aws.step_functions.task.attempt", value: { intValue: "2" } },
                    { key: "error.type", value: { stringValue: "Oops" } },
                    { key: "exception.message", value: { stringValue: "it had to be" } },
                  ],
                  events: [{ name: "TaskStarted", timeUnixNano: "1700000000124000000" }],
                  status: { code: 2, message: "Oops" },
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it("that is not there costs spans and a line in the log, nothing else", async () => {
    const log: string[] = [];
    const url = "http://127.0.0.1:1/v1/traces";
    const exporter = new OtlpExporter({
      url,
      headers: {},
      resource: {},
      timeout: 1000,
      version: "",
      log: (message) => log.push(message),
    });
    exporter.add(Array.from({ length: 600 }, () => example));
    await exporter.close();
    expect(log).toEqual([
      expect.stringMatching(/^spans cannot be sent to http:\/\/127\.0\.0\.1:1\/v1\/traces: /),
      `600 spans could not be sent to ${url}`,
    ]);
  });

  it("that refuses spans is not sent them again", async () => {
    const log: string[] = [];
    const collector = await openServiceEndpoint(() => ({ status: 400 }));
    const options = {
      headers: {},
      resource: {},
      timeout: 1000,
      version: "",
      log: (message: string) => log.push(message),
    };
    const exporter = new OtlpExporter({ ...options, url: collector.url });
    exporter.add([example]);
    await exporter.close();
    expect(collector.requests).toHaveLength(1);
    expect(log).toEqual([`spans cannot be sent to ${collector.url}: it answers 400`]);
  });

  it.each([
    [{}, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://x", OTEL_SDK_DISABLED: "true" }, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://x", OTEL_TRACES_EXPORTER: "none" }, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://x" }, 1],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://x/y", OTEL_TRACES_SAMPLER: "always_off" }, 0],
    [
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://x",
        OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
        OTEL_TRACES_SAMPLER_ARG: "0.25",
      },
      0.25,
    ],
  ])("is set by its variables: %j", (environment, ratio) => {
    expect(tracingFromEnvironment(environment, "1", () => {})?.ratio).toBe(ratio);
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4317" }, "OTEL_EXPORTER_OTLP_ENDPOINT is no address"],
    [{ AWS_XRAY_DAEMON_ADDRESS: "nowhere" }, "AWS_XRAY_DAEMON_ADDRESS is no address"],
    [
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://x",
        OTEL_TRACES_SAMPLER: "traceidratio",
        OTEL_TRACES_SAMPLER_ARG: "2",
      },
      "OTEL_TRACES_SAMPLER_ARG is to be a number from 0 to 1",
    ],
  ])("says which of its variables is wrong: %j", (environment, sentence) => {
    expect(() => tracingFromEnvironment(environment, "1", () => {})).toThrow(sentence);
  });
});

describe("the X-Ray daemon", () => {
  it("gets segments and subsegments", async () => {
    const daemon = createSocket("udp4");
    onTestFinished(() => void daemon.close());
    daemon.bind(0, "127.0.0.1");
    await once(daemon, "listening");
    const { port } = daemon.address() as AddressInfo;
    const settings = tracingFromEnvironment(
      { AWS_XRAY_DAEMON_ADDRESS: `tcp:127.0.0.1:1 udp:127.0.0.1:${port}` },
      "1",
      () => {},
    );
    const [exporter] = settings?.exporters ?? [];
    expect(exporter).toBeInstanceOf(XrayExporter);
    const execution: Span = { ...example, kind: "execution", name: "order*s", outcome: { kind: "ok" } };
    const received: string[] = [];
    const both = new Promise<void>((resolve) => {
      daemon.on("message", (message) => {
        if (received.push(message.toString()) === 2) resolve();
      });
    });
    exporter?.add([{ ...example, parentSpanId: "0123456789abcdef" }, execution]);
    await exporter?.close();
    await both;
    const [head, ...documents] = received.flatMap((text) => text.split("\n"));
    expect(JSON.parse(head ?? "")).toEqual({ format: "json", version: 1 });
    expect(JSON.parse(documents[0] ?? "")).toMatchObject({
      name: "lambda:invoke",
      id: parentId,
      trace_id: root,
      parent_id: "0123456789abcdef",
      type: "subsegment",
      namespace: "remote",
      start_time: 1_700_000_000.123,
      end_time: 1_700_000_000.456,
      fault: true,
      cause: { exceptions: [{ type: "Oops", message: "it had to be" }] },
    });
    const segment = JSON.parse(documents.at(-1) ?? "");
    expect(segment).toMatchObject({ name: "order_s", origin: "AWS::StepFunctions::StateMachine", trace_id: root });
    expect(segment).not.toHaveProperty("type");
    expect(segment).not.toHaveProperty("fault");
  });
});
