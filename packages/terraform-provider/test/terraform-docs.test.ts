import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  CreateActivityCommand,
  CreateStateMachineAliasCommand,
  CreateStateMachineCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import { describe, expect, it } from "vitest";
import { serveEngine, stateMachineArn } from "../../server/test/served-engine.js";
import { dataSources, resources } from "../src/provider.js";
import { terraformVersion, workspace } from "./terraform.js";

const docs = fileURLToPath(new URL("../../../docs/terraform", import.meta.url));

const pages = (["resources", "data-sources"] as const).flatMap((folder) =>
  readdirSync(join(docs, folder)).map((file) => ({
    folder,
    name: `aws_${file.replace(/\.md$/, "")}`,
    text: readFileSync(join(docs, folder, file), "utf8"),
  })),
);

const examples = (text: string) =>
  [...text.matchAll(/^```terraform\n(.*?)^```$/gms)].map(([, example = ""]) => example);

it.skipIf(terraformVersion === undefined)(
  "stands beside the AWS provider as the page says",
  { timeout: 600_000 },
  async () => {
    const { server } = await serveEngine();
    const made = await workspace(server.url);
    const [example = ""] = examples(readFileSync(join(docs, "moving-from-the-aws-provider.md"), "utf8"));
    await made.write("provider.tf", example);
    await made.do("init");
    await made.apply();
    await made.settled();
  },
);

it("has a page for each resource and data source", () => {
  const named = (wanted: string) => pages.filter(({ folder }) => folder === wanted).map(({ name }) => name);
  expect(named("resources").toSorted()).toEqual(Object.keys(resources).toSorted());
  expect(named("data-sources").toSorted()).toEqual(Object.keys(dataSources).toSorted());
});

describe.each(pages)("$folder $name", ({ folder, name, text }) => {
  it("names every attribute and block", () => {
    const { attributes, blocks = {} } = (folder === "resources" ? resources : dataSources)[name]?.schema ?? {
      attributes: {},
    };
    const missing = [...Object.keys(attributes), ...Object.keys(blocks)].filter(
      (each) => !text.includes(`\`${each}\``),
    );
    expect(missing).toEqual([]);
  });

  it.skipIf(terraformVersion === undefined)("has examples that work", { timeout: 600_000 }, async () => {
    const { client, server } = await serveEngine();
    // What the examples import and look up.
    const roleArn = "arn:aws:iam::123456789012:role/legacy";
    const definition = JSON.stringify({ StartAt: "Done", States: { Done: { Type: "Succeed" } } });
    await client.send(new CreateStateMachineCommand({ name: "legacy", definition, roleArn, publish: true }));
    const stateMachineArn_ = stateMachineArn("legacy");
    const other = JSON.stringify({ Comment: "2", ...JSON.parse(definition) });
    await client.send(
      new UpdateStateMachineCommand({ stateMachineArn: stateMachineArn_, definition: other, publish: true }),
    );
    await client.send(new UpdateStateMachineCommand({ stateMachineArn: stateMachineArn_, definition }));
    const routingConfiguration = [{ stateMachineVersionArn: `${stateMachineArn_}:1`, weight: 100 }];
    await client.send(new CreateStateMachineAliasCommand({ name: "LIVE", routingConfiguration }));
    await client.send(new CreateActivityCommand({ name: "legacy" }));

    const made = await workspace(server.url);
    await made.write("main.tf", examples(text).join("\n"));
    await made.do("init");
    await made.apply();
    await made.settled();
    await made.do("destroy", "-auto-approve");
  });
});
