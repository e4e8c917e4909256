import { readFile, rename, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListStateMachinesCommand,
  type SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { expect, onTestFinished, test, vi } from "vitest";
import { failing, hello, machineArn, oneState, waiting, writeDefinitions } from "./definitions.js";
import { examples, PawlProcess, pawl, pawlStart, repository, temporaryFolder } from "./pawl-process.js";
import { sdkClient } from "./sdk-client.js";

async function machineNames(client: SFNClient): Promise<string[]> {
  const { stateMachines = [] } = await client.send(new ListStateMachinesCommand({}));
  return stateMachines.map(({ name = "" }) => name).sort();
}

async function describeUntilEnded(client: SFNClient, executionArn: string) {
  for (;;) {
    const description = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (description.status !== "RUNNING") return description;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("serves definitions to the SDK, runs the example, and ends with 0 on Ctrl-C", async () => {
  const data = await temporaryFolder();
  const { url, process } = await pawlStart(["--data", data, "--example", "example-state-machine", examples]);
  await process.printed(/Ctrl-C stops the server/);

  const { stdout } = process;
  const arn = "arn:aws:states:us-east-1:123456789012:execution:example-state-machine:";
  expect(stdout).toMatch(/^created +example-state-machine +examples\/example-state-machine.asl.json$/m);
  expect(stdout).toContain(`Started example-state-machine with {"user_id":"12345","action":"process"}\n${arn}`);
  expect(stdout).toMatch(/→ Hello +Pass\n.*✓ Hello +Pass +\d+ ms\nSUCCEEDED after \d+ ms\n"Hello World!"\n/);
  expect(stdout).toContain("AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test aws stepfunctions start-execution \\\n");
  expect(stdout).toContain(`--endpoint-url ${url} --region us-east-1 \\\n`);
  expect(stdout).toContain(`--state-machine-arn ${machineArn("example-state-machine")} \\\n`);
  expect(stdout).toContain(`--input '{"user_id":"12345","action":"process"}'\n`);

  const client = sdkClient(url);
  expect(await machineNames(client)).toContain("order-processing");
  const { executionArn = "" } = await client.send(
    new StartExecutionCommand({ stateMachineArn: machineArn("stock-check"), input: '{"minimum":1,"articles":[]}' }),
  );
  expect(await describeUntilEnded(client, executionArn)).toMatchObject({
    status: "SUCCEEDED",
    output: '{"checked":0,"reorder":[],"count":[]}',
  });

  process.kill("SIGINT");
  expect(await process.ended).toMatchObject({ code: 0, stderr: "" });
});

test("a second start finds everything as it was", async () => {
  const folder = await temporaryFolder();
  const data = join(folder, "data");
  const [path = ""] = await writeDefinitions(folder, { hello });
  const first = await pawlStart(["--data", data, "--example", "hello", path]);
  const [, executionArn = ""] = await first.process.printed(/^(arn:\S+)$/m);
  await first.process.printed(/Ctrl-C stops/);
  const before = await sdkClient(first.url).send(new DescribeExecutionCommand({ executionArn }));
  const page = new GetExecutionHistoryCommand({ executionArn, maxResults: 1 });
  const { nextToken } = await sdkClient(first.url).send(page);
  first.process.kill("SIGTERM");
  expect((await first.process.ended).code).toBe(0);

  const second = await pawlStart(["--data", data, path]);
  await second.process.printed(/1 state machine from before\n\nunchanged +hello/);
  const client = sdkClient(second.url);
  const { $metadata: _, ...after } = await client.send(new DescribeExecutionCommand({ executionArn }));
  expect(before).toMatchObject(after);
  const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1, nextToken }));
  expect(events).toMatchObject([{ id: 2 }]);
  expect(after).toMatchObject({ status: "SUCCEEDED", output: '"Hello"' });

  second.process.kill("SIGINT");
  await second.process.ended;
  const third = await pawlStart(["--data", data]);
  expect(await machineNames(sdkClient(third.url))).toEqual(["hello"]);
});

test("killed in the middle, the next start goes on", async () => {
  const folder = await temporaryFolder();
  const data = join(folder, "data");
  const [path = ""] = await writeDefinitions(folder, {
    two: JSON.stringify({
      StartAt: "A",
      States: { A: { Type: "Wait", Seconds: 2, Next: "B" }, B: { Type: "Pass", Result: "after all", End: true } },
    }),
  });
  const first = await pawlStart(["--data", data, path]);
  await first.process.printed(/Ctrl-C stops/);
  const { executionArn = "" } = await sdkClient(first.url).send(
    new StartExecutionCommand({ stateMachineArn: machineArn("two"), name: "survivor" }),
  );
  first.process.kill("SIGKILL");
  await first.process.ended;

  const second = await pawlStart(["--data", data]);
  const description = await describeUntilEnded(sdkClient(second.url), executionArn);
  expect(description).toMatchObject({ status: "SUCCEEDED", output: '"after all"', name: "survivor" });
});

test("a file that changes is a new revision; a wrong one changes nothing", async () => {
  const folder = await temporaryFolder();
  const [path = ""] = await writeDefinitions(folder, { first: hello });
  await writeFile(join(folder, "notes.json"), "{}");
  const { url, process } = await pawlStart(["--data", "memory", folder]);
  await process.printed(/Ctrl-C stops/);
  const client = sdkClient(url);
  const output = async (machine: string): Promise<string | undefined> => {
    const start = new StartExecutionCommand({ stateMachineArn: machineArn(machine) });
    const { executionArn = "" } = await client.send(start);
    return (await describeUntilEnded(client, executionArn)).output;
  };
  expect(await machineNames(client)).toEqual(["first"]);
  expect(await output("first")).toBe('"Hello"');

  await writeFile(path, oneState({ Type: "Pass", Result: "Bye", End: true }));
  await process.printed(/^updated +first/m);
  expect(await output("first")).toBe('"Bye"');

  await writeFile(path, '{\n  "StartAt": "Nowhere",\n  "States": { "A": { "Type": "Pass", "End": true } }\n}');
  await process.printed(/^refused +first .*: nothing changes$/m);
  expect(process.stdout).toMatch(/first\.asl\.json:2:\d+: error [A-Z_]+: .*Nowhere.*\n/);
  expect(await output("first")).toBe('"Bye"');

  // As editors do: a new file takes the old one's place.
  await writeFile(join(folder, "swap"), oneState({ Type: "Pass", Result: "Again", End: true }));
  await rename(join(folder, "swap"), path);
  await process.printed(/^updated +first[\s\S]*^updated +first/m);
  expect(await output("first")).toBe('"Again"');

  await writeDefinitions(folder, { second: hello });
  await process.printed(/^created +second/m);
  expect(await output("second")).toBe('"Hello"');
});

test("a wrong definition at the start is told, and the others are served", async () => {
  const folder = await temporaryFolder();
  await writeDefinitions(folder, { good: hello, bad: oneState({ Type: "Pass" }), worse: "{" });
  const { url, process } = await pawlStart(["--data", "memory", folder]);
  await process.printed(/Ctrl-C stops/);
  expect(process.stdout).toMatch(/bad\.asl\.json:1:\d+: error SCHEMA_VALIDATION_FAILED/);
  expect(process.stdout).toMatch(/worse\.asl\.json:1:2: error INVALID_JSON_DESCRIPTION/);
  expect(await machineNames(sdkClient(url))).toEqual(["good"]);
});

test("region and account are those of the flags", async () => {
  const folder = await temporaryFolder();
  const [path = ""] = await writeDefinitions(folder, { hello });
  const { process } = await pawlStart([
    "--data",
    "memory",
    "--region",
    "eu-west-1",
    "--account-id",
    "999999999999",
    "--example",
    "hello",
    path,
  ]);
  await process.printed(/^arn:aws:states:eu-west-1:999999999999:execution:hello:\S+$/m);
});

test("--insecure serves on every address", async () => {
  const { url, process } = await pawlStart(["--data", "memory", "--host", "0.0.0.0", "--insecure"]);
  const port = new URL(url).port;
  expect(await machineNames(sdkClient(`http://127.0.0.1:${port}`))).toEqual([]);
  process.kill("SIGINT");
  expect((await process.ended).code).toBe(0);
});

test("npm start's script serves the examples and hands its arguments on", async () => {
  const folder = await temporaryFolder();
  const port = await freePort();
  const server = new PawlProcess(["--port", String(port)], {
    cwd: folder,
    script: join(repository, "scripts/start.mjs"),
  });
  onTestFinished(() => server.kill("SIGKILL"));
  await server.printed(/Ctrl-C stops the server/);
  expect(server.stdout).toContain(`http://127.0.0.1:${port}`);
  expect(server.stdout).toContain("data in .pawl");
  expect(server.stdout).toContain('"Hello World!"');
  expect(await readFile(join(folder, ".pawl/pawl.db"))).not.toHaveLength(0);
  server.kill("SIGINT");
  expect(await server.ended).toMatchObject({ code: 0, stderr: "" });
});

async function freePort(): Promise<number> {
  const socket = createServer();
  await new Promise<void>((resolve) => socket.listen(0, "127.0.0.1", resolve));
  const { port } = socket.address() as { port: number };
  await new Promise((resolve) => socket.close(resolve));
  return port;
}

test("commands find the server through the environment", async () => {
  const folder = await temporaryFolder();
  const paths = await writeDefinitions(folder, { failing, waiting });
  const { url, process } = await pawlStart(["--data", "memory", ...paths]);
  await process.printed(/Ctrl-C stops/);
  for (const name of ["PAWL_ENDPOINT", "AWS_ENDPOINT_URL_SFN", "AWS_ENDPOINT_URL"]) {
    const { code, stdout } = await pawl(["list"], { env: { [name]: url } });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ stateMachines: [{ name: "failing" }, { name: "waiting" }] });
  }
});

test("closed executions leave after the time that --keep-closed says", async () => {
  const { url } = await pawlStart(["--data", "memory", "--keep-closed", "1s", examples]);
  const client = sdkClient(url);
  const { executionArn = "" } = await client.send(
    new StartExecutionCommand({ stateMachineArn: machineArn("stock-check"), input: '{"minimum":1,"articles":[]}' }),
  );
  await vi.waitFor(
    () =>
      expect(client.send(new DescribeExecutionCommand({ executionArn }))).rejects.toMatchObject({
        name: "ExecutionDoesNotExist",
      }),
    { timeout: 20_000, interval: 100 },
  );
});
