import { expect, test } from "vitest";
import { failing, hello, oneState, waiting, writeDefinitions } from "./definitions.js";
import { PawlProcess, pawl, temporaryFolder } from "./pawl-process.js";

async function definitionFile(definition: string): Promise<string> {
  const [path = ""] = await writeDefinitions(await temporaryFolder(), { machine: definition });
  return path;
}

test("runs a definition, shows its states and its output", async () => {
  const path = await definitionFile(hello);
  const text = await pawl(["run", path, "--no-json"]);
  expect(text).toMatchObject({ code: 0, stderr: "" });
  expect(text.stdout).toMatch(/^.*→ Only +Pass\n.*✓ Only +Pass +\d+ ms\nSUCCEEDED after \d+ ms\n"Hello"\n$/);

  const json = await pawl(["run", path, "--input", '{"a":1}', "--name", "mine"]);
  const [entered, left, end] = json.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  expect(entered).toMatchObject({ event: "entered", state: "Only" });
  expect(left).toMatchObject({ event: "left", state: "Only" });
  expect(end).toMatchObject({ name: "mine", status: "SUCCEEDED", input: '{"a":1}', output: '"Hello"' });
});

test("an execution that fails exits with 1", async () => {
  const { code, stdout } = await pawl(["run", await definitionFile(failing), "--no-json"]);
  expect(stdout).toMatch(/\nFAILED after \d+ ms\nOops: It had to be\n$/);
  expect(code).toBe(1);
});

test("Ctrl-C stops it", async () => {
  const running = new PawlProcess(["run", await definitionFile(waiting), "--no-json"]);
  await running.printed(/→ Only/);
  running.kill("SIGINT");
  const { code, stdout } = await running.ended;
  expect(stdout).toMatch(/\nABORTED after .*\nPawl\.Interrupted: Stopped by Ctrl-C\.\n$/);
  expect(code).toBe(130);
});

test("an activity is said to be out of reach", async () => {
  const activity = "arn:aws:states:us-east-1:123456789012:activity:somebody";
  const { code, stdout } = await pawl([
    "run",
    await definitionFile(oneState({ Type: "Task", Resource: activity, End: true })),
    "--no-json",
  ]);
  expect(stdout).toContain(`waits for a worker of the activity ${activity}, and no worker can reach 'pawl run'`);
  expect(code).toBe(1);
});

test("a wrong definition is told with its places, and exits with 2", async () => {
  const path = await definitionFile('{\n  "StartAt": "A",\n  "States": { "A": { "Type": "Pass" } }\n}');
  const { code, stdout, stderr } = await pawl(["run", path]);
  expect(stderr).toMatch(/machine\.asl\.json:3:\d+: error SCHEMA_VALIDATION_FAILED/);
  expect(stderr).toMatch(/\npawl: .*machine\.asl\.json is no valid definition\n$/);
  expect(stdout).toBe("");
  expect(code).toBe(2);
});

test("--type EXPRESS checks the rules of express machines", async () => {
  const activity = "arn:aws:states:us-east-1:123456789012:activity:somebody";
  const path = await definitionFile(oneState({ Type: "Task", Resource: activity, End: true }));
  const { code, stderr } = await pawl(["run", path, "--type", "EXPRESS"]);
  expect(stderr).toContain("Express state machine does not support Activity ARN");
  expect(code).toBe(2);
});
