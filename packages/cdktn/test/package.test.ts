import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { actionRuleFaults } from "./action-rules.js";

/** The built package, as projects load it. */

const root = fileURLToPath(new URL("../../..", import.meta.url));
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test.each(["@pawl/cdktn", "@pawl/cdktn/cdktf"])("%s can be required and imported, with the same names", (name) => {
  const names = (code: string, type: string): string =>
    execFileSync(process.execPath, [`--input-type=${type}`, "-e", code], { cwd: root, encoding: "utf8" });
  const required = names(`console.log(Object.keys(require("${name}")).sort().join())`, "commonjs");
  const imported = names(
    `const { default: _, "module.exports": __, __esModule: ___, ...all } = await import("${name}"); console.log(Object.keys(all).sort().join())`,
    "module",
  );
  expect(imported).toBe(required);
  expect(required).toContain("SfnStartExecution");
});

/** Runs a program beside a `terraform` of some version; gives the stack that it writes. */
function run(program: string, terraform: string): Record<string, never> {
  // Inside of the repository, so that the packages are found.
  const folder = mkdtempSync(join(root, "node_modules/.pawl-readme-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "main.mts"), program);
  writeFileSync(join(folder, "terraform"), `#!/bin/sh\necho Terraform v${terraform}\n`, { mode: 0o755 });
  execFileSync(process.execPath, [fileURLToPath(import.meta.resolve("tsx/cli")), "main.mts"], {
    cwd: folder,
    env: { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` },
    stdio: "pipe",
  });
  return JSON.parse(readFileSync(join(folder, "cdktf.out/stacks/hello/cdk.tf.json"), "utf8"));
}

const example = /^```ts\n([\s\S]*?)^```/m.exec(readme)?.[1] ?? "";

test.each([
  ["cdktn", "@pawl/cdktn"],
  ["cdktf", "@pawl/cdktn/cdktf"],
])("the first example of the README, with %s", (library, constructs) => {
  const program = example
    .replace('from "@pawl/cdktn"', `from "${constructs}"`)
    .replace('from "cdktn"', `from "${library}"`);
  const synthesized: Record<string, Record<string, Record<string, Record<string, unknown>>>> = run(program, "1.11.4");
  expect(actionRuleFaults(synthesized)).toEqual([]);
  expect(synthesized.action?.aws_sfn_start_execution?.start?.config).toMatchObject({ wait_for_completion: true });
  expect(synthesized.resource?.terraform_data?.deployment?.lifecycle).toMatchObject({ action_trigger: [{}] });
});

test("a project that declares no Terraform is for the one that is installed", () => {
  const undeclared = example.replace(/^stack\.addOverride.*\n/m, "");
  expect(run(undeclared, "1.14.1")).toMatchObject({ terraform: { required_version: ">= 1.14.1" } });
  expect(() => run(undeclared, "1.11.4")).toThrow("the Terraform that is installed here is 1.11.4");
});
