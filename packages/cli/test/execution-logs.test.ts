import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CreateStateMachineCommand, StartExecutionCommand, StartSyncExecutionCommand } from "@aws-sdk/client-sfn";
import { expect, test, vi } from "vitest";
import { startCloudWatchServer } from "../../engine/test/cloudwatch-server.js";
import { type PawlServer, pawl, pawlStart, temporaryFolder } from "./pawl-process.js";
import { sdkClient } from "./sdk-client.js";

const group = "/aws/vendedlogs/states/orders";

/** Starts an express execution, waits for its answer where it is asked for one, and gives its ARN. */
async function runExpress({ url }: PawlServer, sync: boolean): Promise<string> {
  const client = sdkClient(url);
  const { stateMachineArn } = await client.send(
    new CreateStateMachineCommand({
      name: "orders",
      definition: JSON.stringify({ StartAt: "Only", States: { Only: { Type: "Pass", End: true } } }),
      roleArn: "arn:aws:iam::123456789012:role/role",
      type: "EXPRESS",
      loggingConfiguration: {
        level: "ALL",
        includeExecutionData: true,
        destinations: [
          { cloudWatchLogsLogGroup: { logGroupArn: `arn:aws:logs:us-east-1:123456789012:log-group:${group}:*` } },
        ],
      },
    }),
  );
  const request = { stateMachineArn, input: '{"id":7}' };
  const { executionArn = "" } = sync
    ? // The host prefix would make another name of an address.
      await sdkClientWithoutPrefix(url).send(new StartSyncExecutionCommand(request))
    : await client.send(new StartExecutionCommand(request));
  return executionArn;
}

function sdkClientWithoutPrefix(url: string) {
  const client = sdkClient(url);
  client.config.disableHostPrefix = true;
  return client;
}

const types = ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"];

function recordsOf(text: string): { type: string; execution_arn: string }[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith('{"id"'))
    .map((line) => JSON.parse(line) as { type: string; execution_arn: string });
}

test.each([[false], [true]])("histories go to the data folder, express ones (synchronous: %s)", async (sync) => {
  const data = await temporaryFolder();
  const server = await pawlStart(["--data", data]);
  const executionArn = await runExpress(server, sync);
  const file = join(data, "logs/123456789012/us-east-1", `${group}.jsonl`);
  await vi.waitFor(() => expect(recordsOf(readFileSync(file, "utf8"))).toHaveLength(4), { timeout: 10_000 });
  const records = recordsOf(readFileSync(file, "utf8"));
  expect(records.map(({ type }) => type)).toEqual(types);
  expect(new Set(records.map(({ execution_arn }) => execution_arn))).toEqual(new Set([executionArn]));
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toContain(
    'pawl_log_records_total{outcome="delivered"} 4\npawl_log_records_total{outcome="lost"} 0\n',
  );
});

test("or to standard output and a folder, and what is on its way arrives when the server is stopped", async () => {
  const folder = await temporaryFolder();
  const server = await pawlStart([
    ...["--data", "memory", "--execution-logs", "stdout"],
    ...["--execution-logs", join(folder, "histories")],
  ]);
  await runExpress(server, true);
  server.process.kill("SIGTERM");
  const { stdout, code } = await server.process.ended;
  expect(code).toBe(0);
  expect(recordsOf(stdout).map(({ type }) => type)).toEqual(types);
  const file = join(folder, "histories/123456789012/us-east-1", `${group}.jsonl`);
  expect(recordsOf(readFileSync(file, "utf8"))).toEqual(recordsOf(stdout));
});

test("or to CloudWatch Logs, where the environment names an endpoint", async () => {
  const { endpoint, streams } = await startCloudWatchServer(group);
  const server = await pawlStart(["--data", "memory"], { env: { AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoint } });
  await runExpress(server, false);
  const messages = () => [...streams.values()].flat().map(({ message }) => message);
  await vi.waitFor(() => expect(messages()).toHaveLength(4), { timeout: 20_000 });
  expect(recordsOf(messages().join("\n")).map(({ type }) => type)).toEqual(types);
});

test("or nowhere", async () => {
  const data = await temporaryFolder();
  const server = await pawlStart(["--data", data, "--execution-logs", "off"]);
  await runExpress(server, true);
  server.process.kill("SIGTERM");
  await server.process.ended;
  expect(existsSync(join(data, "logs"))).toBe(false);
  const wrong = await pawl(["start", "--data", "memory", "--execution-logs", "off", "--execution-logs", "stdout"]);
  expect(wrong.code).not.toBe(0);
  expect(wrong.stderr).toContain("--execution-logs off says that nothing is logged");
});
