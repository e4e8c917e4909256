import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { hello, machineArn, writeDefinitions } from "./definitions.js";
import { pawl, pawlStart, temporaryFolder } from "./pawl-process.js";

const nowhere = ["--endpoint", "http://127.0.0.1:1"];

test.each([
  [["strat"], "unknown command 'strat' (Did you mean start?)"],
  [["start", "--prot", "1"], "unknown option '--prot' (Did you mean --port?)"],
  [["start", "--port", "70000"], "A port is a number from 0 to 65535."],
  [["start", "--keep-closed", "90"], "A time looks like 90d, 12h, 30m or 10s; 'off' keeps closed executions."],
  [["start", "--port", "80a"], "A port is a number from 0 to 65535."],
  [["start", "--account-id", "12"], "An account id has 12 digits."],
  [["start", "--host", "0.0.0.0"], "add --insecure to allow it"],
  [["start", "nowhere.asl.json"], "nowhere.asl.json is not there"],
  [["start", "--example", "other"], "none of the definition files is the state machine other"],
  [["run"], "missing required argument 'file'"],
  [["run", "nowhere.asl.json"], "nowhere.asl.json cannot be read: there is no such file"],
  [["run", "packages"], "packages cannot be read: it is a folder"],
  [["run", "a.json", "b.json"], "too many arguments for 'run'"],
  [["validate"], "missing required argument 'files'"],
  [["validate", "--type", "FAST", "a.json"], "Allowed choices are STANDARD, EXPRESS."],
  [["start-execution"], "required option '--state-machine-arn <arn>' not specified"],
  [
    ["start-execution", "--state-machine-arn", "order"],
    "'order' is no ARN of the form arn:aws:states:REGION:ACCOUNT:stateMachine:NAME",
  ],
  [["start-execution", "--state-machine-arn", machineArn("a"), "--input", "{a}"], "The input is no JSON"],
  [
    ["start-execution", "--state-machine-arn", machineArn("a"), "--input", "@nowhere.json"],
    "nowhere.json cannot be read: there is no such file",
  ],
  [
    ["start-execution", "--state-machine-arn", machineArn("a"), "--input", "-"],
    "The input from standard input is no JSON",
  ],
  [["describe", machineArn("a"), "--endpoint", "localhost"], "'localhost' is neither a URL"],
  [["describe", "arn:aws:s3:::bucket"], "is no ARN of the form"],
  [["history", machineArn("a")], "is no ARN of the form arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME"],
  [["list", "things"], "Allowed choices are machines, executions, activities."],
  [["list", "executions"], "name it with --state-machine-arn"],
  [["list", "machines", "--status", "FAILED"], "go with 'pawl list executions'"],
  [["list", ...nowhere], "No Pawl answers at http://127.0.0.1:1 (ECONNREFUSED): start one with 'pawl start'"],
  [
    ["stop", "arn:aws:states:us-east-1:123456789012:execution:a:b", ...nowhere],
    "No Pawl answers at http://127.0.0.1:1",
  ],
])("pawl %j is one sentence and exit code 2", async (args, sentence) => {
  const { code, stdout, stderr } = await pawl(args);
  expect(stderr).toContain(sentence);
  expect(stderr).toMatch(/^pawl: [^\n]+\n$/);
  expect(stdout).toBe("");
  expect(code).toBe(2);
});

test("a port that is taken is named, with the flag that chooses another", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as { port: number };
  const { code, stdout, stderr } = await pawl(["start", "--port", String(port), "--data", "memory"]);
  expect(stderr).toMatch(new RegExp(`^pawl: [^\\n]*127\\.0\\.0\\.1:${port} is taken[^\\n]*--port[^\\n]*\\n$`));
  expect(stdout).toBe("");
  expect(code).toBe(2);
});

test("a data folder that is a file is one sentence", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "file");
  await writeFile(file, "");
  const { code, stderr } = await pawl(["start", "--port", "0", "--data", file]);
  expect(stderr).toMatch(/^pawl: [^\n]+\n$/);
  expect(stderr).toContain(file);
  expect(code).toBe(2);
});

test("a data folder that another server uses is one sentence", async () => {
  const folder = await temporaryFolder();
  await pawlStart(["--data", folder]);
  const { code, stdout, stderr } = await pawl(["start", "--port", "0", "--data", folder]);
  expect(stderr).toMatch(/^pawl: [^\n]+ is in use by another process[^\n]+\n$/);
  expect(stdout).toBe("");
  expect(code).toBe(2);
});

test("two files of one name are refused", async () => {
  const folder = await temporaryFolder();
  await writeDefinitions(folder, { hello });
  await writeFile(join(folder, "hello.json"), hello);
  const { code, stderr } = await pawl(["start", "--data", "memory", folder]);
  expect(stderr).toContain("would both be the state machine hello: rename one");
  expect(code).toBe(2);
});

test("help and version go to stdout; a lone pawl is not a command", async () => {
  expect(await pawl(["--version"])).toMatchObject({ code: 0, stdout: "0.1.0\n", stderr: "" });
  for (const args of [["--help"], ["help"], ["start", "--help"], ["help", "run"]]) {
    const { code, stdout, stderr } = await pawl(args);
    expect(stdout).toContain("Usage: pawl");
    expect(stdout).toContain("Examples:");
    expect(stderr).toBe("");
    expect(code).toBe(0);
  }
  const { code, stdout, stderr } = await pawl([]);
  expect(stderr).toContain("Usage: pawl");
  expect(stdout).toBe("");
  expect(code).toBe(2);
});
