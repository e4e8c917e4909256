import {
  CreateActivityCommand,
  CreateStateMachineAliasCommand,
  CreateStateMachineCommand,
  DeleteStateMachineAliasCommand,
  DeleteStateMachineCommand,
  DescribeActivityCommand,
  DescribeStateMachineAliasCommand,
  DescribeStateMachineCommand,
  ListStateMachineAliasesCommand,
  ListStateMachineVersionsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateStateMachineAliasCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from "@aws-sdk/client-sfn";
import { expect, it } from "vitest";
import { caught, pass, roleArn, serveEngine, stateMachineArn } from "./served-engine.js";

// The requests of Terraform's AWS provider (hashicorp/aws 6), in its order and with what it sends for arguments that are not set:
// empty texts, `publish: false`, empty lists of tags. With an endpoint set it must not notice that this is not AWS.

const arn = stateMachineArn("orders");

it("serves what aws_sfn_state_machine asks for", async () => {
  const { client } = await serveEngine();
  const definition = pass("one");
  const read = async () => {
    const machine = await client.send(new DescribeStateMachineCommand({ stateMachineArn: arn }));
    const { stateMachineVersions } = await client.send(new ListStateMachineVersionsCommand({ stateMachineArn: arn }));
    const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn: arn }));
    return {
      machine,
      versions: stateMachineVersions?.map(({ stateMachineVersionArn }) => stateMachineVersionArn),
      tags,
    };
  };
  const checked = await client.send(new ValidateStateMachineDefinitionCommand({ definition, type: "STANDARD" }));
  expect(checked.result).toBe("OK");
  await client.send(
    new CreateStateMachineCommand({ name: "orders", definition, roleArn, type: "STANDARD", publish: false, tags: [] }),
  );
  expect(await read()).toMatchObject({
    machine: {
      status: "ACTIVE",
      loggingConfiguration: { level: "OFF", includeExecutionData: false },
      tracingConfiguration: { enabled: false },
      encryptionConfiguration: { type: "AWS_OWNED_KEY" },
    },
    versions: [],
    tags: [],
  });

  const update = { stateMachineArn: arn, definition: pass("two"), roleArn };
  await client.send(new UpdateStateMachineCommand({ ...update, publish: true, versionDescription: "" }));
  await client.send(new UpdateStateMachineCommand({ ...update, publish: true, versionDescription: "" }));
  await client.send(
    new UpdateStateMachineCommand({ ...update, publish: false, tracingConfiguration: { enabled: true } }),
  );
  await client.send(new TagResourceCommand({ resourceArn: arn, tags: [{ key: "stage", value: "test" }] }));
  await client.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: ["never set"] }));
  expect(await read()).toMatchObject({
    machine: { definition: pass("two"), revisionId: expect.any(String), tracingConfiguration: { enabled: true } },
    versions: [`${arn}:1`],
    tags: [{ key: "stage", value: "test" }],
  });

  await client.send(new DeleteStateMachineCommand({ stateMachineArn: arn }));
  expect((await caught(read())).name).toBe("StateMachineDoesNotExist");
});

it("serves what aws_sfn_alias and aws_sfn_activity ask for", async () => {
  const { client } = await serveEngine();
  await client.send(new CreateStateMachineCommand({ name: "orders", definition: pass("one"), roleArn, publish: true }));
  const routingConfiguration = [{ stateMachineVersionArn: `${arn}:1`, weight: 100 }];
  await client.send(new CreateStateMachineAliasCommand({ name: "PROD", description: "", routingConfiguration }));
  const stateMachineAliasArn = `${arn}:PROD`;
  await client.send(new UpdateStateMachineAliasCommand({ stateMachineAliasArn, description: "" }));
  expect(await client.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn }))).toMatchObject({
    name: "PROD",
    routingConfiguration,
    creationDate: expect.any(Date),
  });
  const { stateMachineAliases } = await client.send(new ListStateMachineAliasesCommand({ stateMachineArn: arn }));
  expect(stateMachineAliases).toMatchObject([{ stateMachineAliasArn }]);
  await client.send(new DeleteStateMachineAliasCommand({ stateMachineAliasArn }));
  const gone = client.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn }));
  expect((await caught(gone)).name).toBe("ResourceNotFound");

  const { activityArn } = await client.send(new CreateActivityCommand({ name: "approve", tags: [] }));
  expect(await client.send(new DescribeActivityCommand({ activityArn }))).toMatchObject({
    name: "approve",
    encryptionConfiguration: { type: "AWS_OWNED_KEY" },
  });
});
