import { join } from "node:path";
import { expect, test } from "vitest";
import { hello, writeDefinitions } from "./definitions.js";
import { pawl, temporaryFolder } from "./pawl-process.js";

const wrong = `{
  "StartAt": "A",
  "States": {
    "A": { "Type": "Pass", "Next": "B" },
    "C": { "Type": "Succeed" }
  }
}`;

test("every fault is a line with its place, also in a pipe", async () => {
  const folder = await temporaryFolder();
  await writeDefinitions(folder, { wrong, hello, broken: '{\n  "StartAt": "A",\n}' });
  const { code, stdout, stderr } = await pawl(["validate", "broken.asl.json", "hello.asl.json", "wrong.asl.json"], {
    cwd: folder,
  });
  const lines = stdout.trim().split("\n");
  expect(lines[0]).toMatch(/^broken\.asl\.json:3:1: error INVALID_JSON_DESCRIPTION: /);
  expect(lines[1]).toBe("hello.asl.json: valid");
  expect(lines).toContainEqual(
    expect.stringMatching(/^wrong\.asl\.json:4:28: error MISSING_TRANSITION_TARGET: .* \(\/States\/A\/Next\)$/),
  );
  expect(stderr).toBe("");
  expect(code).toBe(1);
});

test("--json gives one document", async () => {
  const folder = await temporaryFolder();
  const [path = ""] = await writeDefinitions(folder, { hello });
  const { code, stdout } = await pawl(["validate", "--json", path]);
  expect(JSON.parse(stdout)).toEqual([{ file: join(folder, "hello.asl.json"), result: "OK", diagnostics: [] }]);
  expect(code).toBe(0);
});

test("--type EXPRESS checks the rules of express machines", async () => {
  const folder = await temporaryFolder();
  const task = {
    Type: "Task",
    Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    Parameters: {},
    End: true,
  };
  const [path = ""] = await writeDefinitions(folder, { task: JSON.stringify({ StartAt: "A", States: { A: task } }) });
  const { code, stdout } = await pawl(["validate", "--type", "EXPRESS", path]);
  expect(stdout).toContain("Express state machine does not support '.waitForTaskToken' service integration");
  expect(code).toBe(1);
});

test("says what a misspelt word was probably meant to be", async () => {
  const folder = await temporaryFolder();
  const definition = JSON.stringify({ StartAt: "A", States: { A: { Type: "Succed" } } });
  await writeDefinitions(folder, { misspelt: definition });
  const text = await pawl(["validate", "misspelt.asl.json"], { cwd: folder });
  expect(text.stdout).toMatch(/^misspelt\.asl\.json:1:31: error .*; did you mean 'Succeed'\? \(\/States\/A\/Type\)\n$/);
  const json = await pawl(["validate", "--json", "misspelt.asl.json"], { cwd: folder });
  expect(JSON.parse(json.stdout)[0].diagnostics[0]).toMatchObject({ suggestion: "Succeed" });
});
