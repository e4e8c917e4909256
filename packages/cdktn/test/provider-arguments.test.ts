import { expect, test } from "vitest";
import { providerSchema } from "../../terraform-provider/src/configuration/schema.js";
import { actions, dataSources, resources } from "../../terraform-provider/src/provider.js";
import type { Block } from "../../terraform-provider/src/schema.js";
import { stackIn } from "./fixture.js";
import { type Library, libraries } from "./libraries.js";

/** The constructs have the arguments of the provider, by its names. */

const S = "text";
const ENCRYPTION = { kmsDataKeyReusePeriodSeconds: 60, kmsKeyId: S, type: S };

/** Everything that can be given, given. The types say whether something is given that does not exist. */
function everything(library: Library) {
  const { stack, synth } = stackIn(library);
  new library.SfnStateMachine(stack, "full", {
    name: S,
    namePrefix: S,
    definition: S,
    roleArn: S,
    type: S,
    publish: true,
    versionDescription: S,
    region: S,
    tags: { a: S },
    loggingConfiguration: { includeExecutionData: true, level: S, logDestination: S },
    tracingConfiguration: { enabled: true },
    encryptionConfiguration: ENCRYPTION,
    timeouts: { create: S, update: S, delete: S },
  });
  new library.SfnAlias(stack, "full-alias", {
    name: S,
    description: S,
    region: S,
    routingConfiguration: [{ stateMachineVersionArn: S, weight: 100 }],
    timeouts: { create: S, update: S, delete: S },
  });
  new library.SfnActivity(stack, "full-activity", {
    name: S,
    region: S,
    tags: { a: S },
    encryptionConfiguration: ENCRYPTION,
  });
  new library.DataAwsSfnStateMachine(stack, "found", { name: S, region: S });
  new library.DataAwsSfnAlias(stack, "found-alias", { name: S, statemachineArn: S, region: S });
  new library.DataAwsSfnActivity(stack, "found-activity", { name: S, arn: S, region: S });
  new library.DataAwsSfnStateMachineVersions(stack, "versions", { statemachineArn: S, region: S });
  new library.SfnStartExecution(stack, "start", {
    stateMachineArn: S,
    input: S,
    name: S,
    region: S,
    traceHeader: S,
    waitForCompletion: true,
    timeout: 1,
    pollInterval: 1,
    stopOnCancel: true,
  });
  new library.AwsProvider(stack, "full-provider", {
    alias: "full",
    region: S,
    endpoint: S,
    endpoints: [{ sfn: S, sts: S }],
    profile: S,
    accessKey: S,
    secretKey: S,
    token: S,
    sharedConfigFiles: [S],
    sharedCredentialsFiles: [S],
    assumeRole: [
      {
        roleArn: S,
        duration: S,
        externalId: S,
        policy: S,
        policyArns: [S],
        sessionName: S,
        sourceIdentity: S,
        tags: { a: S },
        transitiveTagKeys: [S],
      },
    ],
    allowedAccountIds: [S],
    forbiddenAccountIds: [S],
    maxRetries: 1,
    retryMode: S,
    customCaBundle: S,
    useDualstackEndpoint: true,
    useFipsEndpoint: true,
    defaultTags: [{ tags: { a: S } }],
    ignoreTags: [{ keys: [S], keyPrefixes: [S] }],
    skipCredentialsValidation: true,
    skipRequestingAccountId: true,
  });
  return synth();
}

test.each(libraries)("the constructs for %s have the provider's arguments", (_name, library) => {
  const { resource, data, action, provider } = everything(library);
  for (const [type, { schema }] of Object.entries(resources)) {
    const [, full] = Object.entries(resource[type]).find(([name]) => name.startsWith("full")) ?? [];
    expect(argumentsIn(full, schema), type).toEqual(configurable(schema, ["tags_all"]));
  }
  for (const [type, { schema }] of Object.entries(dataSources)) {
    // The description of an alias may be given, as in the AWS provider, and does nothing.
    expect(argumentsIn(Object.values(data[type])[0], schema), type).toEqual(configurable(schema, ["description"]));
  }
  for (const [type, { schema }] of Object.entries(actions)) {
    expect(argumentsIn(action[type].start.config, schema), type).toEqual(configurable(schema));
  }
  // The provider's has more, for those who look for it.
  const { alias: _, ...given } = provider.aws[1];
  expect(configurable(providerSchema)).toEqual(expect.arrayContaining(argumentsIn(given, providerSchema)));
});

/** Names of what is set, with those in blocks behind a point. */
function argumentsIn(given: unknown, { blocks = {} }: Block): string[] {
  return Object.entries(given as Record<string, unknown>)
    .flatMap(([name, value]) => {
      const block = blocks[name];
      const [inner = value] = Array.isArray(value) ? value : [value];
      return block === undefined ? [name] : argumentsIn(inner, block).map((each) => `${name}.${each}`);
    })
    .sort();
}

/** Names of what can be set. */
function configurable({ attributes, blocks = {} }: Block, except: readonly string[] = []): string[] {
  return [
    ...Object.entries(attributes)
      .filter(([name, { optional, required }]) => (optional ?? required) && name !== "id" && !except.includes(name))
      .map(([name]) => name),
    ...Object.entries(blocks).flatMap(([name, block]) => configurable(block).map((each) => `${name}.${each}`)),
  ].sort();
}
