import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateStateMachineAliasCommand,
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { compile } from "@pawl/asl";
import { describe, expect, test } from "vitest";
import { actionRuleFaults } from "../../packages/cdktn/test/action-rules.js";
import { pawlStart, temporaryFolder } from "../../packages/cli/test/pawl-process.js";
import { sdkClient } from "../../packages/cli/test/sdk-client.js";
import { arn, CDKTN, definition, exampleFolders, expected, expectedOfTypeScript, HCL, VARIES } from "./expected.js";
import { synthesized } from "./synthesized.js";

const ROLE = "arn:aws:iam::123456789012:role/step-functions";

test("the same examples in both languages, each with its page", () => {
  const folders = expected.map(({ folder }) => folder).sort();
  expect(exampleFolders(HCL)).toEqual(folders);
  expect(exampleFolders(CDKTN)).toEqual(folders);
  for (const parent of [HCL, CDKTN]) {
    const index = readFileSync(join(parent, "README.md"), "utf8");
    for (const folder of folders) {
      expect(index).toContain(`(${folder}/`);
      readFileSync(join(parent, folder, "README.md"));
    }
  }
});

describe.each(expected)("$folder", ({ folder, machines, starts, events, name, input, output }) => {
  test.each(Object.entries(machines))("the definition of %s has no faults", (_name, file) => {
    expect(compile(definition(folder, file)).diagnostics).toEqual([]);
  });

  test("HCL says what it needs, and its trigger is the expected one", () => {
    expect(readFileSync(join(HCL, folder, "terraform.tf"), "utf8")).toContain('required_version = ">= 1.14.1"');
    const main = readFileSync(join(HCL, folder, "main.tf"), "utf8");
    expect(main).toMatch(/^action "aws_sfn_start_execution" "\w+" \{$/m);
    expect(main).toContain(`events  = [${events.join(", ")}]`);
  });

  test("TypeScript comes to JSON that Terraform takes, with the same state machines", async () => {
    const json = (await synthesized(folder)) as {
      terraform: unknown;
      resource: Record<string, Record<string, Record<string, unknown>>>;
    };
    expect(actionRuleFaults(json)).toEqual([]);
    expect(json.terraform).toMatchObject({ required_version: ">= 1.14.1" });

    const twin = expectedOfTypeScript.find((each) => each.folder === folder);
    const made = Object.values(json.resource.aws_sfn_state_machine ?? {});
    expect(Object.fromEntries(made.map((machine) => [machine.name, JSON.parse(String(machine.definition))]))).toEqual(
      Object.fromEntries(
        Object.entries(twin?.machines ?? {}).map(([machine, file]) => [machine, JSON.parse(definition(folder, file))]),
      ),
    );
    const triggers = Object.values(json.resource.terraform_data ?? {}).flatMap(({ lifecycle }) => lifecycle ?? []);
    expect(triggers).toEqual([{ action_trigger: [expect.objectContaining({ events })] }]);
  });

  test("runs to its end", async () => {
    const { url } = await pawlStart([
      "--data",
      join(await temporaryFolder(), "data"),
      "--config",
      join(HCL, "pawl.config.json"),
    ]);
    const client = sdkClient(url);
    for (const [machine, file] of Object.entries(machines)) {
      await client.send(
        new CreateStateMachineCommand({
          name: machine,
          definition: definition(folder, file),
          roleArn: ROLE,
          publish: true,
        }),
      );
    }
    const [machine = "", qualifier] = starts.split(":");
    if (qualifier === "PROD") {
      const routingConfiguration = [{ stateMachineVersionArn: `${arn(machine)}:1`, weight: 100 }];
      await client.send(new CreateStateMachineAliasCommand({ name: qualifier, routingConfiguration }));
    }
    const { executionArn } = await client.send(
      new StartExecutionCommand({
        stateMachineArn: arn(starts),
        input: filled(JSON.stringify(input)),
        ...(name === undefined ? {} : { name: filled(name) }),
      }),
    );
    for (;;) {
      const { status, output: text, error, cause } = await client.send(new DescribeExecutionCommand({ executionArn }));
      if (status !== "RUNNING") {
        expect({ status, error, cause }).toEqual({ status: "SUCCEEDED", error: undefined, cause: undefined });
        expect(JSON.parse(text ?? "")).toMatchObject(JSON.parse(filled(JSON.stringify(output))));
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
});

/** With something for what Terraform would have made up. */
function filled(text: string): string {
  return text.replaceAll(VARIES, "1");
}
