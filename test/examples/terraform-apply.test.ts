import { cp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  type SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { afterAll, describe, expect, test } from "vitest";
import { pawlStart, temporaryFolder } from "../../packages/cli/test/pawl-process.js";
import { sdkClient } from "../../packages/cli/test/sdk-client.js";
import { terraformVersion, type Workspace, workspace } from "../../packages/terraform-provider/test/terraform.js";
import { arn, type Expected, expected, expectedOfTypeScript, HCL, settled } from "./expected.js";
import { synthesized } from "./synthesized.js";
import { hclWithoutActions, jsonWithoutActions, jsonWithoutBackend } from "./without-actions.js";

/**
 * Every example, applied by the Terraform on PATH against a Pawl, through the built provider. From 1.14.1 on as it is; an older one knows no
 * actions, so it makes the resources, says what the action's configuration comes to, and the test starts that execution.
 */
const hasActions = terraformVersion !== undefined && isAtLeast(terraformVersion, [1, 14, 1]);

afterAll(() => {
  if (terraformVersion !== undefined && !hasActions) {
    console.warn(`terraform ${terraformVersion} has no actions: the examples were applied without them.`);
  }
});

const languages = [
  { language: "HCL", examples: expected, write: writeHcl },
  { language: "TypeScript", examples: expectedOfTypeScript, write: writeTypeScript },
] as const;

async function writeHcl(folder: string, into: Workspace): Promise<void> {
  for (const name of await readdir(join(HCL, folder))) {
    if (name.endsWith(".tf") && !hasActions) {
      await into.write(name, hclWithoutActions(await readFile(join(HCL, folder, name), "utf8")));
    } else if (/\.(?:tf|json)$/.test(name)) {
      await cp(join(HCL, folder, name), join(into.folder, name));
    }
  }
}

async function writeTypeScript(folder: string, into: Workspace): Promise<void> {
  const json = await synthesized(folder);
  await into.write("cdk.tf.json", JSON.stringify(hasActions ? jsonWithoutBackend(json) : jsonWithoutActions(json)));
}

describe.skipIf(terraformVersion === undefined)(
  `terraform ${terraformVersion ?? "(not on PATH)"}`,
  {
    timeout: 240_000,
  },
  () => {
    describe.each(languages)("$language", ({ examples, write }) => {
      test.each(examples)("$folder", async (example) => {
        const { folder, machines, starts } = example;
        const data = join(await temporaryFolder(), "data");
        const { url } = await pawlStart(["--data", data, "--config", join(HCL, "pawl.config.json")]);
        const client = sdkClient(url);
        const terraform = await workspace(url);
        // The examples have their own.
        await rm(join(terraform.folder, "provider.tf"));
        await write(folder, terraform);

        await terraform.do("init");
        const applied = await terraform.apply();
        const { stateMachines = [] } = await client.send(new ListStateMachinesCommand({}));
        expect(stateMachines.map(({ name }) => name).sort()).toEqual(Object.keys(machines).sort());

        const [machine = ""] = starts.split(":");
        if (hasActions) {
          expect(applied).toMatch(/Action started: action\.aws_sfn_start_execution\./);
          expect(applied).toMatch(/Action complete: action\.aws_sfn_start_execution\./);
        } else {
          await startAsConfigured(client, example, await terraform.outputs());
        }
        const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn: arn(machine) }));
        expect(executions).toHaveLength(1);
        await expectExecution(client, example, executions[0]?.executionArn);

        // What is as it should be starts nothing.
        if (hasActions) {
          const { code, stdout } = await terraform.run("plan", "-detailed-exitcode", "-no-color");
          expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("No changes.") });
        } else {
          // The outputs that stand for actions may have the time of the plan in them.
          expect(await terraform.changes()).toEqual([]);
        }
      });
    });
  },
);

/** Starts what an action would have started, as its output says. */
async function startAsConfigured(client: SFNClient, { starts, name }: Expected, outputs: Record<string, unknown>) {
  expect(Object.keys(outputs)).toHaveLength(1);
  const config = Object.values(outputs)[0] as Readonly<Record<string, string | undefined>>;
  expect(config.state_machine_arn).toBe(arn(starts));
  expect(settled(config.name ?? null)).toBe(name ?? null);
  await client.send(
    new StartExecutionCommand({
      stateMachineArn: config.state_machine_arn,
      input: config.input,
      name: config.name,
      traceHeader: config.trace_header,
    }),
  );
}

async function expectExecution(
  client: SFNClient,
  { folder, starts, name, input, output }: Expected,
  executionArn = "",
) {
  for (;;) {
    const found = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (found.status === "RUNNING") {
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    expect(found.status).toBe("SUCCEEDED");
    if (name !== undefined) {
      expect(settled(found.name)).toBe(name);
    }
    expect(settled(JSON.parse(found.input ?? ""))).toEqual(input);
    expect(settled(JSON.parse(found.output ?? ""))).toMatchObject(output as object);
    const [, qualifier] = starts.split(":");
    expect(found.stateMachineAliasArn).toBe(qualifier === "PROD" ? arn(starts) : undefined);
    expect(found.stateMachineVersionArn?.split(":").at(-1)).toBe(qualifier === undefined ? undefined : "1");
    if (folder === "x-ray-tracing") {
      expect(found.traceHeader).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Sampled=1$/);
      expect(JSON.parse(found.input ?? "").trace_id).toBe(
        found.traceHeader?.slice("Root=".length, -";Sampled=1".length),
      );
    }
    return;
  }
}

function isAtLeast(version: string, least: readonly number[]): boolean {
  const parts = version.split(/[.-]/).map(Number);
  const at = least.findIndex((number, index) => parts[index] !== number);
  return at === -1 || (parts[at] ?? 0) > (least[at] ?? 0);
}
