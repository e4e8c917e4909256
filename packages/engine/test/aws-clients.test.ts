import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { AwsClients, type AwsOptions } from "../src/tasks/aws/aws-clients.js";
import { hasCredentials } from "../src/tasks/aws/credentials.js";
import { endpointOf } from "../src/tasks/aws/endpoint.js";
import { exceptionName, memberName, serviceName } from "../src/tasks/aws/java-names.js";
import { packageOf } from "../src/tasks/aws/service-package.js";
import { openServiceEndpoint } from "./service-endpoint.js";

describe("names", () => {
  it.each([
    ["executionArn", "ExecutionArn"],
    ["DBInstanceIdentifier", "DbInstanceIdentifier"],
    ["SSEKMSKeyId", "SsekmsKeyId"],
    ["ETag", "ETag"],
    ["ChecksumCRC32", "ChecksumCRC32"],
    ["MD5OfMessageBody", "Md5OfMessageBody"],
    ["BOOL", "Bool"],
    ["NULL", "Nul"],
    ["S", "S"],
    ["equals", "EqualsValue"],
    ["Default", "DefaultValue"],
  ])("of members: %s is %s", (api, shown) => expect(memberName(api)).toBe(shown));

  it.each([
    ["DynamoDB", "DynamoDb"],
    ["Secrets Manager", "SecretsManager"],
    ["SFN", "Sfn"],
    ["S3", "S3"],
    ["ACM PCA", "AcmPca"],
    ["SESv2", "SesV2"],
    ["Elastic Load Balancing v2", "ElasticLoadBalancingV2"],
    ["CloudWatch Logs", "CloudWatchLogs"],
    ["SageMaker", "SageMaker"],
    ["Route 53", "Route53"],
  ])("of services: %s is %s", (id, shown) => expect(serviceName(id)).toBe(shown));

  it.each([
    ["NoSuchKey", "NoSuchKeyException"],
    ["ResourceNotFoundException", "ResourceNotFoundException"],
    ["ResourceNotFoundFault", "ResourceNotFoundException"],
  ])("of errors: %s is %s", (api, shown) => expect(exceptionName(api)).toBe(shown));

  it.each([
    ["dynamodb", "dynamodb"],
    ["secretsmanager", "secrets-manager"],
    ["cloudwatchlogs", "cloudwatch-logs"],
    ["events", "eventbridge"],
    ["elasticmapreduce", "emr"],
    ["databasemigration", "database-migration-service"],
    ["config", "config-service"],
    ["bedrockruntime", "bedrock-runtime"],
    ["emr-serverless", "emr-serverless"],
    ["constructor", "constructor"],
  ])("of packages: %s is called with client-%s", (service, name) =>
    expect(packageOf(service)).toBe(`@aws-sdk/client-${name}`),
  );
});

describe("the endpoint of a service", () => {
  const variables = {
    AWS_ENDPOINT_URL: "http://all",
    AWS_ENDPOINT_URL_SECRETS_MANAGER: "http://own/",
    SQS_ENDPOINT: "http://older",
    SAGE_MAKER_ENDPOINT: "http://sage",
  };

  it.each([
    ["sns", "SNS", {}, "http://all"],
    ["secretsmanager", "Secrets Manager", {}, "http://own"],
    ["sqs", "SQS", {}, "http://older"],
    ["sagemaker", "SageMaker", {}, "http://sage"],
    ["sqs", "SQS", { sqs: "http://configured" }, "http://configured"],
    ["eventbridge", "EventBridge", { events: "http://configured" }, "http://configured"],
    ["emr-serverless", "EMR Serverless", { emrserverless: "http://configured" }, "http://configured"],
    ["sns", "SNS", { "*": "http://configured" }, "http://configured"],
    ["sqs", "SQS", { "*": "http://configured" }, "http://older"],
  ])("%s is where the nearest says: %s %j", (service, id, endpoints, expected) =>
    expect(endpointOf(service, id, endpoints, variables)).toBe(expected),
  );

  it("is refused where it is no address", () => {
    expect(() => endpointOf("sqs", "SQS", {}, { SQS_ENDPOINT: "localhost:4566" })).toThrow(
      "SQS_ENDPOINT is localhost:4566, which is no address: it is to look like http://127.0.0.1:4566",
    );
  });
});

it("credentials are looked for without the network, unless the environment says that there is a machine of EC2", () => {
  const home = mkdtempSync(join(tmpdir(), "pawl-home-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  expect(hasCredentials({ HOME: home })).toBe(false);
  expect(hasCredentials({ HOME: home, AWS_PROFILE: "p" })).toBe(true);
  expect(hasCredentials({ HOME: home, AWS_EC2_METADATA_DISABLED: "false" })).toBe(true);
  expect(hasCredentials({ HOME: home, AWS_EC2_METADATA_DISABLED: "true" })).toBe(false);
  writeFileSync(join(home, "credentials"), "");
  expect(hasCredentials({ HOME: home, AWS_SHARED_CREDENTIALS_FILE: join(home, "credentials") })).toBe(true);
});

describe("a role", () => {
  const roleArn = "arn:aws:iam::210987654321:role/other";

  async function keyOf(options: AwsOptions, target = { region: "eu-west-1", roleArn }): Promise<string | undefined> {
    const endpoint = await openServiceEndpoint(() => ({ body: {} }));
    const clients = new AwsClients({ ...options, endpoints: { ...options.endpoints, sqs: endpoint.url } });
    onTestFinished(() => clients.close());
    const client = clients.client("sqs", target);
    const action = client.action("listqueues");
    if (action !== undefined) await client.send(action, {});
    return /Credential=([^,]+),/.exec(endpoint.requests[0]?.headers.authorization ?? "")?.[1];
  }

  it("is its account's key where services take any", async () => {
    expect(await keyOf({ environment: { HOME: "/nowhere" } })).toMatch(/^210987654321\/\d+\/eu-west-1\/sqs\//);
  });

  it("is the key test where there is none", async () => {
    const target = { region: "eu-west-1" } as { region: string; roleArn: string };
    expect(await keyOf({ environment: { HOME: "/nowhere" } }, target)).toMatch(/^test\//);
  });

  it("is the key test where ~/.aws holds no keys, and otherwise what it holds", async () => {
    const home = mkdtempSync(join(tmpdir(), "pawl-home-"));
    onTestFinished(() => rmSync(home, { recursive: true }));
    onTestFinished(() => void vi.unstubAllEnvs());
    mkdirSync(join(home, ".aws"));
    writeFileSync(join(home, ".aws", "config"), "[default]\nregion = eu-west-1\n");
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"]) vi.stubEnv(name, undefined);
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(home, ".aws", "credentials"));
    vi.stubEnv("AWS_CONFIG_FILE", join(home, ".aws", "config"));
    const target = { region: "eu-west-1" } as { region: string; roleArn: string };
    expect(await keyOf({ environment: { HOME: home } }, target)).toMatch(/^test\//);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIA");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "s");
    expect(await keyOf({ environment: { HOME: home } }, target)).toMatch(/^AKIA\//);
  });

  it("must be a role", async () => {
    const target = { region: "eu-west-1", roleArn: "me" };
    await expect(keyOf({ environment: { HOME: "/nowhere" } }, target)).rejects.toThrow("me is not the ARN of a role");
  });

  it("is assumed with STS, once", async () => {
    const sts = await openServiceEndpoint(() => ({
      headers: { "content-type": "text/xml" },
      body: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    }));
    const options = { environment: { HOME: "/nowhere" }, endpoints: { sts: sts.url } };
    expect(await keyOf(options)).toMatch(/^ASIA\//);
    expect(Object.fromEntries(new URLSearchParams(sts.requests[0]?.body))).toMatchObject({
      Action: "AssumeRole",
      RoleArn: roleArn,
      RoleSessionName: "pawl",
    });
    const clients = new AwsClients(options);
    onTestFinished(() => clients.close());
    await Promise.all([1, 2, 3].map(() => clients.credentials({ region: "us-east-1", roleArn })));
    expect(sts.requests).toHaveLength(2);
  });
});
