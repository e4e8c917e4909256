import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ListStateMachinesCommand } from "@aws-sdk/client-sfn";
import { positionsOf } from "@pawl/asl";
import { expect, test } from "vitest";
import { readYaml, type YamlDefinition } from "../src/yaml-definition.js";
import { hello } from "./definitions.js";
import { pawl, pawlStart, temporaryFolder } from "./pawl-process.js";
import { sdkClient } from "./sdk-client.js";

const right = `# Greets
StartAt: Hello
States:
  Hello:
    Type: Pass
    Result: { greeting: "Hello", at: 2024-01-01T00:00:00Z, big: 12345678901234567890.10 }
    End: true
`;

const wrong = `StartAt: Helo
States:
  Hello:
    Type: Choice
    Choices:
      - Variable: $.a
        IsNull: true
        Next: Bye
      - Variable: $.a
        IsNull: false
        Next: Byee
  Bye:
    Type: Succeed
`;

function definitionOf(text: string): YamlDefinition {
  const read = readYaml(text);
  if (!("json" in read)) throw new Error(JSON.stringify(read));
  return read;
}

test.each([
  ["a: 1.50\nb: 0x1f\nc: .5\nd: -0\ne: 1e400", '{"a":1.50,"b":31,"c":0.5,"d":-0,"e":1e400}'],
  ["[yes, true, null, ~, '1', !!str 2, 2024-01-01]", '["yes",true,null,null,"1","2","2024-01-01"]'],
  ["200: a\n1.0: b\ntrue: c\n__proto__: {}", '{"200":"a","1.0":"b","true":"c","__proto__":{}}'],
  ["a: |\n  x\n  y\nb: >-\n  x\n  y\nc:", '{"a":"x\\ny\\n","b":"x y","c":null}'],
  ["- &x { a: [1] }\n- *x", '[{"a":[1]},{"a":[1]}]'],
  ["- &x 1\n- &y [*x]\n- &x 2\n- *y\n- *x", "[1,[1],2,[1],2]"],
  ["", "null"],
  [hello, hello],
])("%j is %s", (yaml, json) => {
  expect(definitionOf(yaml).json).toBe(json);
});

test.each([
  ["a: 1\n b: 2", 3],
  ["a: 1\na: 2", 5],
  ["a: !Ref b", 3],
  ["a: .inf", 3],
  ["[a]: 1", 0],
  ["a: *b", 3],
  ["a: 1\n---\nb: 2", 5],
])("%j has a fault at %i", (yaml, offset) => {
  const read = readYaml(yaml);
  expect("json" in read ? read.json : read[0]?.offset).toBe(offset);
});

test("aliases cannot make a text endless", () => {
  const lines = Array.from({ length: 40 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]`);
  expect(readYaml(`a0: &a0 x\n${lines.join("\n")}`)).toMatchObject([{ message: "The definition is too long" }]);
  expect(readYaml("a: &a [*a]")).toMatchObject([{ message: expect.stringContaining("alias") }]);
  expect(readYaml("[".repeat(2_000) + "]".repeat(2_000))).toBeInstanceOf(Array);
  expect(readYaml("[".repeat(2_000))).toBeInstanceOf(Array);
});

test("places are those of the YAML text", () => {
  const positionOf = positionsOf(wrong, definitionOf(wrong).outline);
  expect(positionOf("/")).toEqual({ line: 1, column: 1 });
  expect(positionOf("/States/Hello/Choices[1]")).toEqual({ line: 9, column: 9 });
  expect(positionOf("/States/Hello/Choices[1]/Next")).toEqual({ line: 11, column: 9 });
});

test("validate, run and start take YAML", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "right.asl.yaml"), right);
  await writeFile(join(folder, "short.yml"), right);
  await writeFile(join(folder, "other.yaml"), "Resources: !Sub here\nStartAtNoon: 1\n");
  await writeFile(join(folder, "wrong.asl.yml"), wrong);
  await writeFile(join(folder, "broken.asl.yaml"), "StartAt: A\n  States: 1\n");

  const checked = await pawl(["validate", "right.asl.yaml", "wrong.asl.yml", "broken.asl.yaml"], { cwd: folder });
  expect(checked.code).toBe(1);
  expect(checked.stdout.split("\n").slice(0, 3)).toEqual([
    "right.asl.yaml: valid",
    "wrong.asl.yml:1:1: error MISSING_TRANSITION_TARGET: Missing 'Next' target: Helo; did you mean 'Hello'? (/StartAt)",
    "wrong.asl.yml:11:9: error MISSING_TRANSITION_TARGET: Missing 'Next' target: Byee; did you mean 'Bye'? (/States/Hello/Choices[1]/Next)",
  ]);
  expect(checked.stdout).toMatch(/^broken\.asl\.yaml:\d:\d+: error INVALID_YAML_DESCRIPTION: /m);

  const ran = await pawl(["run", "right.asl.yaml", "--no-json"], { cwd: folder });
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain("2024-01-01T00:00:00Z");
  expect(await pawl(["run", "broken.asl.yaml"], { cwd: folder })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("broken.asl.yaml is no valid definition"),
  });

  const { url, process } = await pawlStart(["--data", "memory", "."], { cwd: folder });
  await process.printed(/Ctrl-C stops the server/);
  expect(process.stdout).toMatch(/^refused +broken /m);
  const { stateMachines = [] } = await sdkClient(url).send(new ListStateMachinesCommand({}));
  expect(stateMachines.map(({ name }) => name).sort()).toEqual(["right", "short"]);
});
