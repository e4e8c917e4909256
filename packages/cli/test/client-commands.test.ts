import { join } from "node:path";
import { CreateStateMachineCommand } from "@aws-sdk/client-sfn";
import { expect, test } from "vitest";
import { failing, hello, machineArn, oneState, waiting, writeDefinitions } from "./definitions.js";
import { PawlProcess, type PawlServer, pawl, pawlStart, temporaryFolder } from "./pawl-process.js";
import { sdkClient } from "./sdk-client.js";

/** A server with some state machines, and a way to ask it. */
async function served(definitions: Readonly<Record<string, string>>, data = "memory") {
  const folder = await temporaryFolder();
  const paths = await writeDefinitions(folder, definitions);
  const server: PawlServer = await pawlStart(["--data", data === "memory" ? data : join(folder, data), ...paths]);
  await server.process.printed(/Ctrl-C stops/);
  const options = { env: { PAWL_ENDPOINT: server.url } };
  const ask = (...args: readonly string[]) => pawl(args, options);
  const start = async (machine: string, ...args: readonly string[]): Promise<string> => {
    const { stdout } = await ask("start-execution", "--state-machine-arn", machineArn(machine), ...args);
    return (JSON.parse(stdout) as { executionArn: string }).executionArn;
  };
  return { server, folder, options, ask, start };
}

/** The objects of a stream, one a line. */
function records(stdout: string): Record<string, unknown>[] {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("start-execution --wait shows the states and the output, and exits with 0", async () => {
  const { ask } = await served({ hello });
  const args = ["start-execution", "--state-machine-arn", machineArn("hello"), "--wait", "--name", "one"];
  const json = await ask(...args);
  expect(json.code).toBe(0);
  const executionArn = "arn:aws:states:us-east-1:123456789012:execution:hello:one";
  expect(records(json.stdout)).toMatchObject([
    { executionArn },
    { event: "entered", state: "Only", type: "Pass", depth: 0 },
    { event: "left", state: "Only", type: "Pass", depth: 0 },
    { executionArn, status: "SUCCEEDED", input: "{}", output: '"Hello"' },
  ]);

  const text = await ask(...args.slice(0, -1), "two", "--no-json");
  expect(text.code).toBe(0);
  expect(text.stdout).toMatch(
    /^executionArn +arn:\S+:two\nstartDate .*\n.*→ Only +Pass\n.*✓ Only +Pass +\d+ ms\nSUCCEEDED after \d+ ms\n"Hello"\n$/,
  );
});

test("start-execution --wait says why an execution failed, and exits with 1", async () => {
  const { ask } = await served({ failing });
  const args = ["start-execution", "--state-machine-arn", machineArn("failing"), "--wait"];
  const json = await ask(...args);
  expect(json.code).toBe(1);
  expect(records(json.stdout).at(-1)).toMatchObject({ status: "FAILED", error: "Oops", cause: "It had to be" });
  const text = await ask(...args, "--no-json");
  expect(text.code).toBe(1);
  expect(text.stdout).toMatch(/\nFAILED after \d+ ms\nOops: It had to be\n$/);
  expect(text.stderr).toBe("");
});

test("Ctrl-C ends the waiting, not the execution", async () => {
  const { ask, options } = await served({ waiting });
  const waiter = new PawlProcess(["start-execution", "--state-machine-arn", machineArn("waiting"), "--wait"], options);
  const [, executionArn = ""] = await waiter.printed(/"executionArn":"([^"]+)"[\s\S]*"entered"/);
  waiter.kill("SIGINT");
  const { code, stderr } = await waiter.ended;
  expect(code).toBe(130);
  expect(stderr).toContain(`the execution goes on. Look at it with: pawl describe ${executionArn}`);
  expect(JSON.parse((await ask("describe", executionArn)).stdout)).toMatchObject({ executionArn, status: "RUNNING" });
});

test("--wait goes on when the server dies and is started again", async () => {
  const { server, folder, options } = await served(
    { short: oneState({ Type: "Wait", Seconds: 2, End: true }) },
    "data",
  );
  const waiter = new PawlProcess(["start-execution", "--state-machine-arn", machineArn("short"), "--wait"], options);
  await waiter.printed(/"entered"/);
  server.process.kill("SIGKILL");
  await server.process.ended;
  const { port } = new URL(server.url);
  await pawlStart(["--data", join(folder, "data"), "--port", port]);
  const { code, stdout } = await waiter.ended;
  expect(records(stdout).at(-1)).toMatchObject({ status: "SUCCEEDED" });
  expect(code).toBe(0);
});

test("--wait says that an EXPRESS execution cannot be followed", async () => {
  const { server, ask } = await served({});
  const roleArn = "arn:aws:iam::123456789012:role/pawl";
  await sdkClient(server.url).send(
    new CreateStateMachineCommand({ name: "fast", definition: hello, roleArn, type: "EXPRESS" }),
  );
  const { code, stdout, stderr } = await ask("start-execution", "--state-machine-arn", machineArn("fast"), "--wait");
  expect(stdout).toContain("arn:aws:states:us-east-1:123456789012:express:fast:");
  expect(stderr).toMatch(/^pawl: [^\n]*the API keeps no history of EXPRESS executions\n$/);
  expect(code).toBe(2);
});

test("input comes from the flag, a file or standard input, exactly as it is", async () => {
  const { ask, start, folder, options } = await served({ echo: oneState({ Type: "Pass", End: true }) });
  const exact = '{"n":12345678901234567890,"x":1.10}';
  const input = async (executionArn: string) =>
    (JSON.parse((await ask("describe", executionArn)).stdout) as { input: string }).input;
  expect(await input(await start("echo", "--input", exact))).toBe(exact);
  expect(await input(await start("echo"))).toBe("{}");
  await writeDefinitions(folder, { file: exact });
  expect(await input(await start("echo", "--input", `@${join(folder, "file.asl.json")}`))).toBe(exact);
  const { stdout } = await pawl(["start-execution", "--state-machine-arn", machineArn("echo"), "--input", "-"], {
    ...options,
    stdin: "[1]",
  });
  expect(await input((JSON.parse(stdout) as { executionArn: string }).executionArn)).toBe("[1]");
});

test("describe tells of executions, state machines and activities", async () => {
  const { ask, start } = await served({
    hello,
    asking: oneState({
      Type: "Task",
      Resource: "arn:aws:states:us-east-1:123456789012:activity:somebody",
      End: true,
    }),
  });
  const executionArn = await start("hello", "--name", "one", "--trace-header", "Root=1-2-3");
  expect(JSON.parse((await ask("describe", executionArn)).stdout)).toMatchObject({
    executionArn,
    name: "one",
    status: "SUCCEEDED",
    output: '"Hello"',
    traceHeader: "Root=1-2-3",
  });
  const text = (await ask("describe", executionArn, "--no-json")).stdout;
  expect(text).toMatch(/^status +SUCCEEDED$/m);
  expect(text).toMatch(/^output +"Hello"$/m);
  expect(text).toMatch(/^duration +\d+ ms$/m);

  expect(JSON.parse((await ask("describe", machineArn("hello"))).stdout)).toMatchObject({
    name: "hello",
    type: "STANDARD",
    status: "ACTIVE",
    definition: hello,
  });
  const activityArn = "arn:aws:states:us-east-1:123456789012:activity:somebody";
  expect(JSON.parse((await ask("describe", activityArn)).stdout)).toMatchObject({ activityArn, name: "somebody" });
  expect(JSON.parse((await ask("list", "activities")).stdout)).toMatchObject({ activities: [{ activityArn }] });
});

test("history lists the events, oldest or newest first", async () => {
  const { ask, start } = await served({ failing });
  const executionArn = await start("failing");
  const types = async (...args: readonly string[]) =>
    (JSON.parse((await ask("history", executionArn, ...args)).stdout) as { events: { type: string }[] }).events.map(
      ({ type }) => type,
    );
  const expected = ["ExecutionStarted", "FailStateEntered", "ExecutionFailed"];
  expect(await types()).toEqual(expected);
  expect(await types("--reverse")).toEqual(expected.reverse());
  const { stdout } = await ask("history", executionArn, "--no-json");
  const [header, ...lines] = stdout.trim().split("\n");
  expect(header).toMatch(/^ID +AFTER +TIME +TYPE +DETAILS$/);
  expect(lines[1]).toMatch(/^2 +0 +\d\d:\d\d:\d\d\.\d{3} +FailStateEntered +Only · \{\}$/);
  expect(lines[2]).toMatch(/^3 +2 +.* ExecutionFailed +Oops: It had to be$/);
});

test("list gives executions by status, and stop ends one", async () => {
  const { ask, start } = await served({ waiting });
  const executionArn = await start("waiting", "--name", "long");
  await start("waiting", "--name", "other");
  const names = async (status: string) => {
    const args = ["executions", "--state-machine-arn", machineArn("waiting"), "--status", status];
    const { executions } = JSON.parse((await ask("list", ...args)).stdout) as { executions: { name: string }[] };
    return executions.map(({ name }) => name);
  };
  expect(await names("RUNNING")).toEqual(["other", "long"]);

  const stopped = await ask("stop", executionArn, "--error", "Enough", "--cause", "Waited too long", "--no-json");
  expect(stopped).toMatchObject({ code: 0, stderr: "" });
  expect(stopped.stdout).toMatch(new RegExp(`^Stopped at .*: ${executionArn}\n$`));
  expect(await names("RUNNING")).toEqual(["other"]);
  expect(await names("ABORTED")).toEqual(["long"]);
  expect(JSON.parse((await ask("describe", executionArn)).stdout)).toMatchObject({
    status: "ABORTED",
    error: "Enough",
    cause: "Waited too long",
  });

  const { stdout } = await ask("list", "executions", "--state-machine-arn", machineArn("waiting"), "--no-json");
  expect(stdout).toMatch(/^NAME +STATUS +STARTED +TOOK +ARN\nlong +ABORTED .*\nother +RUNNING .*\n$/);
});

test("what the API refuses is one sentence and exit code 2", async () => {
  const { ask } = await served({});
  for (const args of [
    ["start-execution", "--state-machine-arn", machineArn("nobody")],
    ["describe", machineArn("nobody")],
    ["history", "arn:aws:states:us-east-1:123456789012:execution:nobody:x"],
  ]) {
    const { code, stdout, stderr } = await ask(...args);
    expect(stderr).toMatch(/^pawl: (?:StateMachineDoesNotExist|ExecutionDoesNotExist): [^\n]*nobody[^\n]*\n$/);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  }
  expect((await ask("list", "--no-json")).stdout).toBe("There are no state machines here.\n");
});

test("colours come with a terminal or when they are forced, and never against NO_COLOR", async () => {
  const { ask, options, start } = await served({ hello });
  const executionArn = await start("hello");
  const describe = ["describe", executionArn, "--no-json"];
  const csi = "\u001b[";
  expect((await ask(...describe)).stdout).not.toContain(csi);
  expect((await pawl(describe, { env: { ...options.env, FORCE_COLOR: "1" } })).stdout).toContain(csi);
  expect((await pawl(describe, { env: { ...options.env, NO_COLOR: "1" } })).stdout).not.toContain(csi);
});
