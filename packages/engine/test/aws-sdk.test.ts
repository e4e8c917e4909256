import { describe, expect, it, onTestFinished, vi } from "vitest";
import { AwsClients } from "../src/tasks/aws/aws-clients.js";
import { openServiceEndpoint, type ServiceAnswer, type ServiceRequest } from "./service-endpoint.js";
import { openTestEngine } from "./test-engine.js";

const task = (resource: string, parameters: object, more: object = {}) => ({
  StartAt: "Call",
  States: {
    Call: { Type: "Task", Resource: `arn:aws:states:::${resource}`, Parameters: parameters, ...more, End: true },
  },
});

/** Runs a machine with one task against a service that answers so. */
async function run(definition: object, answer: (request: ServiceRequest) => ServiceAnswer, environment: object = {}) {
  const endpoint = await openServiceEndpoint(answer);
  const aws = new AwsClients({ environment: { HOME: "/nowhere", ...environment }, endpoints: { "*": endpoint.url } });
  const { engine, start, machine } = await openTestEngine({ aws });
  const { status, output, error, cause } = await engine.executions.ended(await start(await machine(definition)));
  return { status, output: output === undefined ? undefined : JSON.parse(output), error, cause, endpoint };
}

const ok =
  (body: unknown, headers: Record<string, string> = {}) =>
  (): ServiceAnswer => ({ body, headers });

describe("an SDK integration", () => {
  it("calls the action and gives its result, both with capital letters in front", async () => {
    const { output, endpoint } = await run(
      task("aws-sdk:secretsmanager:getSecretValue", { SecretId: "s", VersionStage: null }),
      ok({
        ARN: "arn",
        Name: "s",
        CreatedDate: 1700000000,
        SecretBinary: "/wA=",
        SecretString: "x",
        VersionStages: ["a"],
      }),
    );
    expect(output).toEqual({
      Arn: "arn",
      CreatedDate: "2023-11-14T22:13:20Z",
      Name: "s",
      SecretBinary: "/wA=",
      SecretString: "x",
      VersionStages: ["a"],
    });
    const [request] = endpoint.requests;
    expect(request?.headers["x-amz-target"]).toBe("secretsmanager.GetSecretValue");
    expect(JSON.parse(request?.body ?? "")).toEqual({ SecretId: "s" });
  });

  it("names members as the service does, which is not as their API does", async () => {
    const { output, endpoint } = await run(
      task("aws-sdk:dynamodb:getItem", {
        TableName: "t",
        Key: { id: { S: "1" }, flag: { Bool: true }, none: { Nul: true } },
      }),
      ok({
        Item: { a: { BOOL: true }, b: { NULL: true }, c: { SS: ["x"] }, d: { B: "AAH/" }, e: { M: { f: { N: "1" } } } },
      }),
    );
    expect(JSON.parse(endpoint.requests[0]?.body ?? "")).toEqual({
      TableName: "t",
      Key: { id: { S: "1" }, flag: { BOOL: true }, none: { NULL: true } },
    });
    expect(output).toEqual({
      Item: { a: { Bool: true }, b: { Nul: true }, c: { Ss: ["x"] }, d: { B: "AAH/" }, e: { M: { f: { N: "1" } } } },
    });
  });

  it("puts the JSON of a value into a stream, and reads a stream as text", async () => {
    const put = await run(
      task("aws-sdk:s3:putObject", { Bucket: "b", Key: "k", Body: "text" }),
      ok("", { etag: '"1"' }),
    );
    expect(put.output).toEqual({ ETag: '"1"' });
    expect(put.endpoint.requests[0]).toMatchObject({ method: "PUT", path: "/b/k?x-id=PutObject" });
    expect(put.endpoint.requests[0]?.body).toContain('"text"');
    expect(put.endpoint.requests[0]?.headers["content-type"]).toBe("text/plain; charset=UTF-8");
    const get = await run(
      task("aws-sdk:s3:getObject", { Bucket: "b", Key: "k" }),
      ok("grüße", { "content-type": "text/plain", "last-modified": "Tue, 14 Nov 2023 22:13:20 GMT" }),
    );
    expect(get.output).toMatchObject({
      Body: "grüße",
      ContentType: "text/plain",
      LastModified: "2023-11-14T22:13:20Z",
    });
  });

  it("fails with the service's error, which the API documents or not", async () => {
    const documented = await run(task("aws-sdk:dynamodb:putItem", { TableName: "t", Item: {} }), () => ({
      status: 400,
      body: {
        __type: "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
        message: "Requested resource not found",
      },
    }));
    expect(documented).toMatchObject({
      error: "DynamoDb.ResourceNotFoundException",
      cause:
        "Requested resource not found (Service: DynamoDb, Status Code: 400, Request ID: 11111111-2222-3333-4444-555555555555)",
    });
    const other = await run(task("aws-sdk:dynamodb:putItem", { TableName: "t", Item: {} }), () => ({
      status: 400,
      body: { __type: "com.amazon.coral.validate#ValidationException", message: "1 validation error detected" },
    }));
    expect(other.error).toBe("DynamoDb.DynamoDbException");
    const xml = await run(task("aws-sdk:s3:getObject", { Bucket: "b", Key: "k" }), () => ({
      status: 404,
      headers: { "x-amzn-requestid": "R", "x-amz-id-2": "E" },
      body: "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>",
    }));
    expect(xml).toMatchObject({
      error: "S3.NoSuchKeyException",
      cause: "The specified key does not exist. (Service: S3, Status Code: 404, Request ID: R, Extended Request ID: E)",
    });
  });

  it("fails where a parameter is not the API's, or not in its form", async () => {
    const unknown = await run(task("aws-sdk:sqs:sendMessage", { QueueURL: "u", Body: 1 }), ok({}));
    expect(unknown).toMatchObject({
      error: "States.Runtime",
      cause: expect.stringContaining('[The field "Body" is not supported by Step Functions]'),
    });
    const wrong = await run(task("aws-sdk:sqs:sendMessage", { QueueUrl: "u", MessageAttributes: [] }), ok({}));
    expect(wrong.cause).toContain("[The value of the field 'MessageAttributes' has an invalid format]");
  });

  it("says which package to install, and which action there is not", async () => {
    const missing = await run(task("aws-sdk:applicationautoscaling:describeScalingPolicies", {}), ok({}));
    expect(missing.cause).toContain(
      "The package @aws-sdk/client-application-auto-scaling is not installed: run `npm install @aws-sdk/client-application-auto-scaling`",
    );
    const wrong = await run(task("aws-sdk:sqs:sendLetter", {}), ok({}));
    expect(wrong).toMatchObject({
      error: "States.TaskFailed",
      cause: expect.stringMatching(
        /^SQS has no action SendLetter: the package @aws-sdk\/client-sqs \S+ has no such command$/,
      ),
    });
  });

  it("fails at once where neither an endpoint nor credentials are configured", async () => {
    const aws = new AwsClients({ environment: { HOME: "/nowhere" } });
    const { engine, start, machine } = await openTestEngine({ aws });
    const definition = task("aws-sdk:sqs:listQueues", {});
    const { error, cause } = await engine.executions.ended(await start(await machine(definition)));
    expect({ error, cause }).toEqual({
      error: "Sqs.SdkClientException",
      cause:
        "Neither an endpoint for SQS nor AWS credentials are configured: set AWS_ENDPOINT_URL_SQS (or AWS_ENDPOINT_URL) to a service that stands in for it, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or AWS_PROFILE) to call AWS itself",
    });
  });

  it("does not read an answer that no state can take", async () => {
    const long = "x".repeat(20 * 1024 * 1024);
    const { error } = await run(task("aws-sdk:sqs:listQueues", {}), ok({ QueueUrls: [long] }));
    expect(error).toBe("States.DataLimitExceeded");
  });

  it.each(["http://169.254.169.254/latest", "http://[::ffff:a9fe:a9fe]/latest"])(
    "does not call link-local addresses, which a state can name: %s",
    async (QueueUrl) => {
      const environment = { HOME: "/nowhere", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
      const aws = new AwsClients({ environment });
      const { engine, start, machine } = await openTestEngine({ aws });
      for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const) vi.stubEnv(name, environment[name]);
      onTestFinished(() => void vi.unstubAllEnvs());
      const definition = task("aws-sdk:sqs:receiveMessage", { QueueUrl });
      const { error, cause } = await engine.executions.ended(await start(await machine(definition)));
      expect(error).toBe("Sqs.SdkClientException");
      expect(cause).toContain("is a link-local address");
    },
  );

  it("says that nothing listens at an endpoint", async () => {
    const aws = new AwsClients({ environment: { HOME: "/nowhere", SQS_ENDPOINT: "http://127.0.0.1:1" } });
    const { engine, start, machine } = await openTestEngine({ aws });
    const definition = task("aws-sdk:sqs:listQueues", {});
    const { error, cause } = await engine.executions.ended(await start(await machine(definition)));
    expect(error).toBe("Sqs.SdkClientException");
    expect(cause).toBe("Unable to execute HTTP request: Connect to 127.0.0.1:1 failed: Connection refused");
  });
});
