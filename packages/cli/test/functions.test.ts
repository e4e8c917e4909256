import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DescribeExecutionCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { expect, test } from "vitest";
import { machineArn, oneState, writeDefinitions } from "./definitions.js";
import { pawlStart, temporaryFolder } from "./pawl-process.js";
import { sdkClient } from "./sdk-client.js";

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** A server whose one machine calls a function that tells its process, waits for a while, or loops. */
async function startWithFunction(...args: string[]) {
  const folder = await temporaryFolder();
  const Resource = "arn:aws:lambda:us-east-1:123456789012:function:f";
  await writeDefinitions(folder, { machine: oneState({ Type: "Task", Resource, End: true }) });
  await writeFile(
    join(folder, "pawl.config.json"),
    '{ "functions": { "f": { "handler": "./f.mjs", "timeoutSeconds": 600 } } }',
  );
  await writeFile(
    join(folder, "f.mjs"),
    `export const handler = async (event) => {
       console.log("process " + process.pid);
       if (event.loops) for (;;);
       return process.pid;
     };`,
  );
  const server = await pawlStart(["--data", "memory", ...args, "machine.asl.json"], { cwd: folder });
  return { ...server, client: sdkClient(server.url), stateMachineArn: machineArn("machine") };
}

const WRITTEN = /info {2}process (\d+) function=f execution=arn:aws:states:us-east-1:123456789012:execution:machine:/;

test("what a function writes is in the log, and kill -9 leaves no process behind", async () => {
  const { process: pawl, client, stateMachineArn } = await startWithFunction();
  await client.send(new StartExecutionCommand({ stateMachineArn, input: '{"loops":true}' }));
  let pid = 0;
  while (pid === 0) {
    pid = Number(WRITTEN.exec(pawl.stderr)?.[1] ?? 0);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(isAlive(pid)).toBe(true);
  pawl.kill("SIGKILL");
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
});

test("Ctrl-C ends functions that run", async () => {
  const { process: pawl, client, stateMachineArn } = await startWithFunction();
  await client.send(new StartExecutionCommand({ stateMachineArn, input: '{"loops":true}' }));
  while (!WRITTEN.test(pawl.stderr)) await new Promise((resolve) => setTimeout(resolve, 10));
  const pid = Number(WRITTEN.exec(pawl.stderr)?.[1]);
  pawl.kill("SIGINT");
  expect((await pawl.ended).code).toBe(0);
  expect(isAlive(pid)).toBe(false);
});

test("--log-level error hides what functions write", async () => {
  const { process: pawl, client, stateMachineArn } = await startWithFunction("--log-level", "error");
  const { executionArn = "" } = await client.send(new StartExecutionCommand({ stateMachineArn }));
  let status: string | undefined = "RUNNING";
  while (status === "RUNNING") ({ status } = await client.send(new DescribeExecutionCommand({ executionArn })));
  expect(status).toBe("SUCCEEDED");
  expect(pawl.stderr).toBe("");
});
