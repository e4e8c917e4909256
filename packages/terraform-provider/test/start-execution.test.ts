import { CreateStateMachineCommand, DescribeExecutionCommand, type SFNClient } from "@aws-sdk/client-sfn";
import { describe, expect, test } from "vitest";
import { roleArn, serveEngine } from "../../server/test/served-engine.js";
import type { Message } from "../src/protocol/messages.js";
import { dynamic, type Host, type Invoked, refined, startHost, Unknown } from "./plugin-host.js";
import { providerConfig } from "./provider-config.js";

// The SDK's word about coming Node versions belongs to no test.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** The action as Terraform drives it: the built executable, over mutual TLS, against a Pawl server. */

const NAMES = [
  "state_machine_arn",
  "input",
  "name",
  "trace_header",
  "region",
  "wait_for_completion",
  "timeout",
  "poll_interval",
  "stop_on_cancel",
];

/** A configuration: what is not given is null. */
function configOf(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { ...Object.fromEntries(NAMES.map((name) => [name, null])), ...given };
}

const anArn = "arn:aws:states:us-east-1:123456789012:stateMachine:order";

function shown(diagnostics: readonly Message<"Diagnostic">[] = []): readonly string[] {
  return diagnostics.map(({ severity, summary, attribute }) => {
    const path = (attribute?.steps ?? []).map((step) => step.attribute_name ?? step.element_key_int).join(".");
    return `${severity === 1 ? "error" : "warning"}: ${summary}${path === "" ? "" : ` (${path})`}`;
  });
}

describe("validate", () => {
  async function faultsOf(host: Host, given: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
    const { diagnostics } = await host.call("ValidateActionConfig", ["ValidateRequest", "DiagnosticsResponse"], {
      type_name: "aws_sfn_start_execution",
      config: dynamic(configOf(given)),
    });
    return shown(diagnostics);
  }

  test("what the service takes, and what is not known yet", async () => {
    const host = await startHost();
    for (const given of [
      { state_machine_arn: anArn },
      { state_machine_arn: `${anArn}:3` },
      { state_machine_arn: `${anArn}:PROD` },
      { state_machine_arn: "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:x" },
      { state_machine_arn: new Unknown() },
      Object.fromEntries(NAMES.map((name) => [name, new Unknown()])),
      { state_machine_arn: refined, input: refined, name: refined },
      { state_machine_arn: anArn, input: '{"a": 12345678901234567890}', name: "ä-1_x.y(!)", region: "us-east-1" },
      { state_machine_arn: anArn, input: JSON.stringify("x".repeat(262_142)) },
      { state_machine_arn: anArn, trace_header: "Root=1-5e1b4151-5ac6c58f5b5daa6a7d2e0d25" },
      {
        state_machine_arn: anArn,
        trace_header: "Root=1-5e1b4151-5ac6c58f5b5daa6a7d2e0d25;Parent=53995c3f42cd8ad8;Sampled=1",
      },
      { state_machine_arn: anArn, wait_for_completion: true, timeout: 1, poll_interval: "0.5", stop_on_cancel: true },
      { state_machine_arn: anArn, wait_for_completion: new Unknown(), timeout: 60 },
    ]) {
      expect(await faultsOf(host, given)).toEqual([]);
    }
  });

  const arnFault = "error: Invalid ARN of a state machine (state_machine_arn)";
  const inputFault = "error: Invalid input (input)";
  const nameFault = "error: Invalid name of an execution (name)";
  const traceWarning = "warning: Trace header that X-Ray will not understand (trace_header)";

  test("what it refuses, at its attribute", async () => {
    const host = await startHost();
    const cases: readonly [Readonly<Record<string, unknown>>, string][] = [
      [{ state_machine_arn: "order" }, arnFault],
      [{ state_machine_arn: "" }, arnFault],
      [{ state_machine_arn: "arn:aws:states:us-east-1:123456789012:execution:order:1" }, arnFault],
      [{ state_machine_arn: "arn:aws:states:us-east-1:123456789012:activity:order" }, arnFault],
      [{ state_machine_arn: "arn:aws:lambda:us-east-1:123456789012:function:order" }, arnFault],
      [{ state_machine_arn: `${anArn}/Each` }, arnFault],
      [{ input: "{" }, inputFault],
      [{ input: "" }, inputFault],
      [{ input: "{'a': 1}" }, inputFault],
      // 87,381 times three bytes of UTF-8, and two quotes: one more than there may be.
      [{ input: JSON.stringify(`${"€".repeat(87_381)}`) }, "error: Input too large (input)"],
      [{ name: "" }, nameFault],
      [{ name: "a b" }, nameFault],
      [{ name: "a/b" }, nameFault],
      [{ name: "a\u0000b" }, nameFault],
      [{ name: "x".repeat(81) }, nameFault],
      [{ trace_header: "x".repeat(257) }, "error: Invalid trace header (trace_header)"],
      [{ trace_header: "Root=ä" }, "error: Invalid trace header (trace_header)"],
      [{ trace_header: "Root=1-2-3" }, traceWarning],
      [{ trace_header: "hello" }, traceWarning],
      [{ region: "eu-west-1" }, "error: Wrong region (region)"],
      [{ wait_for_completion: true, timeout: 0 }, "error: Invalid timeout (timeout)"],
      [{ wait_for_completion: true, timeout: "1e400" }, "error: Invalid timeout (timeout)"],
      [{ wait_for_completion: true, poll_interval: -1 }, "error: Invalid poll_interval (poll_interval)"],
      [{ timeout: 60 }, "warning: Argument without effect (timeout)"],
      [{ wait_for_completion: false, stop_on_cancel: true }, "warning: Argument without effect (stop_on_cancel)"],
    ];
    for (const [given, fault] of cases) {
      expect([given, await faultsOf(host, { state_machine_arn: anArn, ...given })]).toEqual([given, [fault]]);
    }
  });

  test("a configuration that does not fit the schema is told, not fatal", async () => {
    const host = await startHost();
    expect(await faultsOf(host, { state_machine_arn: 7 })).toEqual(["error: Unexpected error"]);
    expect(await faultsOf(host, { state_machine_arn: anArn })).toEqual([]);
  });
});

interface Machine {
  readonly arn: string;
  readonly client: SFNClient;
  readonly host: Host;
}

const PASS = { StartAt: "A", States: { A: { Type: "Pass", End: true } } };

async function serve(
  definition: object = PASS,
  type: "STANDARD" | "EXPRESS" = "STANDARD",
  environment: NodeJS.ProcessEnv = {},
): Promise<Machine> {
  const { server, client } = await serveEngine();
  const { stateMachineArn: arn = "" } = await client.send(
    new CreateStateMachineCommand({ name: "order", definition: JSON.stringify(definition), roleArn, type }),
  );
  return { arn, client, host: await configured(server.url, environment) };
}

async function configured(endpoint: string, environment: NodeJS.ProcessEnv = {}): Promise<Host> {
  const host = await startHost({ environment });
  const answer = await host.call("ConfigureProvider", ["ConfigureRequest", "DiagnosticsResponse"], {
    terraform_version: "1.14.4",
    config: dynamic(providerConfig({ endpoint })),
  });
  expect(shown(answer.diagnostics)).toEqual([]);
  return host;
}

function arnOf({ progress }: Invoked): string {
  const [, arn = ""] = progress.map((message) => /^Started execution (\S+)$/.exec(message)).find(Boolean) ?? [];
  return arn;
}

function endsWithOneCompleted({ order }: Invoked): void {
  expect(order.at(-1)).toBe("completed");
  expect(order.filter((event) => event === "completed")).toHaveLength(1);
}

describe("plan", () => {
  test("what is wrong fails the plan; warnings were shown before; a missing config block is explained", async () => {
    const host = await configured("http://127.0.0.1:9");
    const plan = async (config: unknown) => {
      const answer = await host.call("PlanAction", ["ActionRequest", "DiagnosticsResponse"], {
        action_type: "aws_sfn_start_execution",
        config: dynamic(config),
      });
      return shown(answer.diagnostics);
    };
    expect(await plan(configOf({ state_machine_arn: new Unknown(), input: refined }))).toEqual([]);
    expect(await plan(configOf({ state_machine_arn: anArn, trace_header: "x" }))).toEqual([]);
    expect(await plan(configOf({ state_machine_arn: "x" }))).toHaveLength(1);
    expect(await plan(null)).toEqual(["error: Missing configuration"]);
    expect(shown((await host.invoke(null)).diagnostics)).toEqual(["error: Missing configuration"]);
    expect(shown((await host.invoke(null, undefined, "aws_other")).diagnostics)).toEqual(["error: Unknown action"]);
  });
});

describe("invoke", () => {
  test("starts and forgets", async () => {
    const { arn, client, host } = await serve();
    const invoked = await host.invoke(configOf({ state_machine_arn: arn }));
    endsWithOneCompleted(invoked);
    expect(invoked.diagnostics).toEqual([]);
    expect(invoked.progress).toEqual([
      `Starting an execution of ${arn}`,
      expect.stringMatching(/^Started execution arn:aws:states:us-east-1:123456789012:execution:order:[0-9a-f-]{36}$/),
    ]);
    const { input } = await client.send(new DescribeExecutionCommand({ executionArn: arnOf(invoked) }));
    expect(input).toBe("{}");
  });

  test("passes on input, name and trace header", async () => {
    const { arn, client, host } = await serve();
    const input = '{"id": 12345678901234567890, "__proto__": 1}';
    const traceHeader = "Root=1-5e1b4151-5ac6c58f5b5daa6a7d2e0d25";
    const given = { state_machine_arn: arn, input, name: "first", trace_header: traceHeader };
    const invoked = await host.invoke(configOf(given));
    expect(arnOf(invoked)).toMatch(/:order:first$/);
    const execution = await client.send(new DescribeExecutionCommand({ executionArn: arnOf(invoked) }));
    expect(execution).toMatchObject({ input, traceHeader, name: "first" });
  });

  test("a name that is taken is explained", async () => {
    const { arn, host } = await serve();
    await host.invoke(configOf({ state_machine_arn: arn, name: "first", wait_for_completion: true }));
    const again = await host.invoke(configOf({ state_machine_arn: arn, name: "first", input: "[]" }));
    endsWithOneCompleted(again);
    expect(shown(again.diagnostics)).toEqual(["error: Execution already exists (name)"]);
    expect(again.diagnostics[0]?.detail).toContain("Choose another name");
  });

  test("the same name and input while it runs are the same execution", async () => {
    const { arn, host } = await serve(SLOW);
    const config = configOf({ state_machine_arn: arn, name: "first", input: "[1]" });
    const [first, again] = [await host.invoke(config), await host.invoke(config)];
    expect(again.diagnostics).toEqual([]);
    expect(arnOf(again)).toBe(arnOf(first));
  });

  test("a state machine that is not there", async () => {
    const { arn, host } = await serve();
    const invoked = await host.invoke(configOf({ state_machine_arn: `${arn}x` }));
    expect(shown(invoked.diagnostics)).toEqual(["error: Cannot start an execution: Not found (state_machine_arn)"]);
    expect(invoked.diagnostics[0]?.detail).toContain("State Machine Does Not Exist");
  });

  test("nobody answers", async () => {
    const host = await configured("http://127.0.0.1:9");
    const invoked = await host.invoke(configOf({ state_machine_arn: anArn, wait_for_completion: true }));
    endsWithOneCompleted(invoked);
    expect(shown(invoked.diagnostics)).toEqual(["error: Cannot start an execution: No answer from the endpoint"]);
    expect(invoked.diagnostics[0]?.detail).toContain("pawl start");
  });

  test("an ARN of another region is asked for there, and said", async () => {
    const { server } = await serveEngine();
    const host = await configured(server.url, { AWS_REGION: "us-east-1" });
    const elsewhere = anArn.replace("us-east-1", "eu-west-1");
    const invoked = await host.invoke(configOf({ state_machine_arn: elsewhere }));
    expect(invoked.progress[0]).toContain("in its region, eu-west-1 (the provider's is us-east-1)");
    expect(shown(invoked.diagnostics)).toHaveLength(1);
  });
});

describe("invoke with wait_for_completion", () => {
  const waiting = { wait_for_completion: true, poll_interval: "0.2" };

  test("tells each state that is entered, and the end", async () => {
    const { arn, host } = await serve({
      StartAt: "First",
      States: {
        First: { Type: "Wait", Seconds: 1, Next: "Both" },
        Both: {
          Type: "Parallel",
          Branches: [
            { StartAt: "Left", States: { Left: { Type: "Pass", End: true } } },
            { StartAt: "Right", States: { Right: { Type: "Pass", End: true } } },
          ],
          Next: "Last",
        },
        Last: { Type: "Succeed" },
      },
    });
    const invoked = await host.invoke(configOf({ state_machine_arn: arn, ...waiting }));
    endsWithOneCompleted(invoked);
    expect(invoked.diagnostics).toEqual([]);
    const [, , ...rest] = invoked.progress;
    expect(rest.at(-1)).toMatch(/^Execution succeeded after \d+ s$/);
    expect([...rest.slice(0, -1)].sort()).toEqual([
      "Entered state Both (Parallel)",
      "Entered state First (Wait)",
      "Entered state Last (Succeed)",
      "Entered state Left (Pass)",
      "Entered state Right (Pass)",
    ]);
  });

  test("many states at once become few messages", async () => {
    const each = { StartAt: "Each", States: { Each: { Type: "Pass", End: true } } };
    const { arn, host } = await serve({
      StartAt: "All",
      States: { All: { Type: "Map", ItemProcessor: each, End: true } },
    });
    const input = JSON.stringify(Array.from({ length: 500 }, (_, index) => index));
    const invoked = await host.invoke(configOf({ state_machine_arn: arn, input, ...waiting }));
    expect(invoked.diagnostics).toEqual([]);
    expect(invoked.progress).toContain("Entered state Each (Pass) 500 times");
  });

  test("a failed execution fails the apply, with error, cause, state and ARN", async () => {
    const { arn, host } = await serve({
      StartAt: "Check",
      States: {
        Check: { Type: "Pass", Next: "Refuse" },
        Refuse: { Type: "Fail", Error: "Order.Refused", Cause: "Nothing \u001b[31mleft" },
      },
    });
    const invoked = await host.invoke(configOf({ state_machine_arn: arn, ...waiting }));
    endsWithOneCompleted(invoked);
    expect(shown(invoked.diagnostics)).toEqual(["error: Execution failed in state Refuse"]);
    expect(invoked.diagnostics[0]?.detail).toBe(
      `Error: Order.Refused\nCause: Nothing  [31mleft\nExecution: ${arnOf(invoked)}`,
    );
  });

  test("the state that failed is found in a branch, too", async () => {
    const { arn, host } = await serve({
      StartAt: "Both",
      States: {
        Both: {
          Type: "Parallel",
          Branches: [
            { StartAt: "Slow", States: { Slow: { Type: "Wait", Seconds: 60, End: true } } },
            { StartAt: "Bad", States: { Bad: { Type: "Fail", Error: "Bad" } } },
          ],
          End: true,
        },
      },
    });
    const invoked = await host.invoke(configOf({ state_machine_arn: arn, ...waiting }));
    expect(shown(invoked.diagnostics)).toEqual(["error: Execution failed in state Bad"]);
  });

  test("an execution that times out, and one that is stopped", async () => {
    const { arn, client, host } = await serve({
      TimeoutSeconds: 1,
      StartAt: "Slow",
      States: { Slow: { Type: "Wait", Seconds: 60, End: true } },
    });
    const invoked = await host.invoke(configOf({ state_machine_arn: arn, ...waiting }));
    expect(shown(invoked.diagnostics)).toEqual(["error: Execution timed out"]);
    expect(invoked.diagnostics[0]?.detail).toContain("State: Slow");

    const { StopExecutionCommand } = await import("@aws-sdk/client-sfn");
    let isStopped = false;
    const stopped = await host.invoke(configOf({ state_machine_arn: arn, name: "other", ...waiting }), (message) => {
      if (isStopped || !message.startsWith("Started")) return;
      isStopped = true;
      const executionArn = `${arn.replace(":stateMachine:", ":execution:")}:other`;
      void client.send(new StopExecutionCommand({ executionArn, error: "Enough", cause: "of it" }));
    });
    expect(shown(stopped.diagnostics)).toEqual(["error: Execution was aborted"]);
    expect(stopped.diagnostics[0]?.detail).toContain("Error: Enough\nCause: of it");
  });

  test("the timeout ends the waiting, not the execution", async () => {
    const { arn, client, host } = await serve(SLOW);
    const invoked = await host.invoke(configOf({ state_machine_arn: arn, ...waiting, timeout: 1 }));
    endsWithOneCompleted(invoked);
    expect(shown(invoked.diagnostics)).toEqual(["error: Timed out while waiting for the execution (timeout)"]);
    expect(invoked.diagnostics[0]?.detail).toContain(arnOf(invoked));
    expect(await statusOf(client, invoked)).toBe("RUNNING");
  });

  test.each([
    [false, "The execution goes on: ", "RUNNING"],
    [true, "The execution was stopped (stop_on_cancel): ", "ABORTED"],
  ])("Ctrl-C with stop_on_cancel = %s", async (stopOnCancel, text, status) => {
    const { arn, client, host } = await serve(SLOW);
    const config = configOf({ state_machine_arn: arn, ...waiting, poll_interval: 3600, stop_on_cancel: stopOnCancel });
    let told: Promise<unknown> = Promise.resolve();
    const invoked = await host.invoke(config, (message) => {
      if (!message.startsWith("Entered state Slow")) return;
      // As Terraform does: the terminal's signal reaches everyone, then the provider is told.
      host.child.kill("SIGINT");
      told = host.call("StopProvider", ["Empty", "StopResponse"], {});
    });
    await told;
    endsWithOneCompleted(invoked);
    expect(shown(invoked.diagnostics)).toEqual(["error: Interrupted while waiting for the execution"]);
    expect(invoked.diagnostics[0]?.detail).toBe(`${text}${arnOf(invoked)}`);
    expect(await statusOf(client, invoked)).toBe(status);
  });

  test("a host that is gone while the action waits: the provider ends, the execution is stopped where that was asked", async () => {
    const { arn, client, host } = await serve(SLOW);
    let executionArn = "";
    const config = configOf({ state_machine_arn: arn, ...waiting, stop_on_cancel: true });
    await host
      .invoke(config, (message) => {
        [, executionArn = executionArn] = /^Started execution (\S+)$/.exec(message) ?? [];
        if (message.startsWith("Entered state Slow")) host.session().destroy();
      })
      .catch(() => {});
    await host.ended;
    const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(status).toBe("ABORTED");
  });

  test("something is said at least every ten seconds", async () => {
    const { arn, host } = await serve(SLOW);
    const invoked = await host.invoke(configOf({ state_machine_arn: arn, ...waiting, timeout: 12 }));
    expect(invoked.progress.at(-1)).toMatch(/^Still running after 1\d s, in state Slow$/);
  }, 60_000);
});

const SLOW = { StartAt: "Slow", States: { Slow: { Type: "Wait", Seconds: 600, End: true } } };

async function statusOf(client: SFNClient, invoked: Invoked): Promise<string | undefined> {
  return (await client.send(new DescribeExecutionCommand({ executionArn: arnOf(invoked) }))).status;
}

describe("EXPRESS state machines", () => {
  test("are started like others", async () => {
    const { arn, host } = await serve(PASS, "EXPRESS");
    const invoked = await host.invoke(configOf({ state_machine_arn: arn }));
    expect(invoked.diagnostics).toEqual([]);
    expect(arnOf(invoked)).toContain(":express:order:");
  });

  test("are waited for by StartSyncExecution", async () => {
    const { arn, host } = await serve(PASS, "EXPRESS");
    const invoked = await host.invoke(configOf({ state_machine_arn: arn, wait_for_completion: true }));
    endsWithOneCompleted(invoked);
    expect(invoked.diagnostics).toEqual([]);
    expect(invoked.progress[1]).toContain("StartSyncExecution");
    expect(invoked.progress.at(-1)).toMatch(/^Execution arn:\S+:express:order:\S+ ended as SUCCEEDED after \d+ s$/);
  });

  test("that fail fail the apply", async () => {
    const { arn, host } = await serve({ StartAt: "Bad", States: { Bad: { Type: "Fail", Error: "Bad" } } }, "EXPRESS");
    const invoked = await host.invoke(configOf({ state_machine_arn: arn, wait_for_completion: true }));
    expect(shown(invoked.diagnostics)).toEqual(["error: Execution failed"]);
    expect(invoked.diagnostics[0]?.detail).toContain("Error: Bad");
  });

  test("timeout and Ctrl-C", async () => {
    // As short as it may be: the server's end waits for it.
    const { arn, host } = await serve(
      { StartAt: "A", States: { A: { Type: "Wait", Seconds: 4, End: true } } },
      "EXPRESS",
    );
    const config = { state_machine_arn: arn, wait_for_completion: true, timeout: 1 };
    const late = await host.invoke(configOf(config));
    expect(shown(late.diagnostics)).toEqual(["error: Timed out while waiting for the execution (timeout)"]);
    let told: Promise<unknown> = Promise.resolve();
    const stopped = await host.invoke(configOf({ ...config, timeout: 60 }), (message) => {
      if (message.includes("StartSync")) told = host.call("StopProvider", ["Empty", "StopResponse"], {});
    });
    await told;
    expect(shown(stopped.diagnostics)).toEqual(["error: Interrupted while waiting for the execution"]);
    endsWithOneCompleted(stopped);
  });
});
