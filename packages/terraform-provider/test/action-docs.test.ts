import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { serveEngine } from "../../server/test/served-engine.js";
import { startExecution } from "../src/actions/start-execution.js";
import { providerSchema } from "../src/configuration/schema.js";
import { hasActions, terraformVersion, workspace } from "./terraform.js";

/** docs/terraform.md, and the pages of the provider and the action: they name everything, and their examples work. */

const page = (name: string) => readFileSync(fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url)), "utf8");
const examples = (text: string) =>
  [...text.matchAll(/^```terraform\n(.*?)^```$/gms)].map(([, example = ""]) => example);

// The SDK's word about coming Node versions belongs to no test.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

test.each([
  ["terraform/actions/sfn_start_execution.md", startExecution.schema],
  ["terraform/provider.md", providerSchema],
])("%s names every attribute and block", (name, { attributes, blocks = {} }) => {
  const nested = Object.values(blocks).flatMap((block) => Object.keys(block.attributes));
  const missing = [...Object.keys(attributes), ...Object.keys(blocks), ...nested].filter(
    (each) => !page(name).includes(`\`${each}\``),
  );
  expect(missing).toEqual([]);
});

test.skipIf(!hasActions)("docs/terraform.md: the first five minutes", { timeout: 240_000 }, async () => {
  const { server } = await serveEngine();
  const space = await workspace(server.url);
  await space.write("provider.tf", "");
  const [example = ""] = examples(page("terraform.md"));
  expect(example).toContain('endpoint = "pawl"');
  // Another port, because the default one may be taken.
  await space.write("main.tf", example.replace('"pawl"', `"${server.url}"`));
  await space.do("init", "-no-color");
  const told = await space.apply();
  const shown = /^```\nAction started(?:.*?)^```$/ms.exec(page("terraform.md"))?.[0] ?? "";
  for (const line of shown.split("\n").slice(1, -1)) {
    const text = line.replace(/^… /, "").replace(/[0-9a-f-]{36}$| \d+ s$/, "");
    expect(told).toContain(text);
  }
  await space.apply("-invoke=action.aws_sfn_start_execution.smoke_test");
});

test.skipIf(!hasActions)("the action's page: its examples", { timeout: 240_000 }, async () => {
  const { server } = await serveEngine();
  const space = await workspace(server.url);
  await space.write("main.tf", examples(page("terraform/actions/sfn_start_execution.md")).join("\n"));
  await space.do("init", "-no-color");
  expect(await space.apply()).toContain("Actions: 1 invoked.");
  expect(await space.apply("-invoke=action.aws_sfn_start_execution.check")).toContain("Execution succeeded");
});

test.skipIf(terraformVersion === undefined)("the provider's page: its examples", { timeout: 240_000 }, async () => {
  const space = await workspace("http://127.0.0.1:9");
  const [versions = ""] = (await space.read("provider.tf")).split('provider "aws"');
  await space.write("provider.tf", versions + examples(page("terraform/provider.md")).join("\n"));
  await space.do("init", "-no-color");
  await space.do("validate", "-no-color");
});
