import { describe, expect, it } from "vitest";
import { AwsClients } from "../src/tasks/aws/aws-clients.js";
import { openServiceEndpoint, type ServiceAnswer } from "./service-endpoint.js";
import { eventTypes, openTestEngine } from "./test-engine.js";

/** Calls an API at API Gateway, in whose place a server stands that answers so. */
async function run(parameters: object, answer: ServiceAnswer = {}, environment: Record<string, string> = {}) {
  const endpoint = await openServiceEndpoint(() => answer);
  const aws = new AwsClients({
    environment: { HOME: "/nowhere", ...environment },
    endpoints: { "execute-api": endpoint.url },
  });
  const { engine, start, machine } = await openTestEngine({ aws });
  const Parameters = { ApiEndpoint: "abc.execute-api.us-east-1.amazonaws.com", Method: "GET", ...parameters };
  const state = { Type: "Task", Resource: "arn:aws:states:::apigateway:invoke", Parameters, End: true };
  const executionArn = await start(await machine({ StartAt: "Call", States: { Call: state } }));
  const { output, error, cause } = await engine.executions.ended(executionArn);
  const types = await eventTypes(engine, executionArn);
  return {
    types,
    output: output === undefined ? undefined : JSON.parse(output),
    error,
    cause,
    request: endpoint.requests[0],
  };
}

const json = { "content-type": "application/json" };

describe("apigateway:invoke", () => {
  it("calls a stage's path and gives the answer", async () => {
    const { output, request } = await run(
      {
        Method: "POST",
        Stage: "prod",
        Path: "/pets/1",
        Headers: { kind: ["cat"], list: ["a", "b"] },
        QueryParameters: { q: ["1", "2"] },
        RequestBody: { name: "Tom", none: null },
      },
      { headers: json, body: { ok: true } },
    );
    expect(request).toMatchObject({
      method: "POST",
      path: "/prod/pets/1?q=1&q=2",
      body: '{"name":"Tom"}',
      headers: { host: "abc.execute-api.us-east-1.amazonaws.com", kind: "cat", list: "a, b", ...json },
    });
    expect(output).toMatchObject({
      Headers: { "content-type": ["application/json"] },
      ResponseBody: { ok: true },
      StatusCode: 200,
      StatusText: "OK",
    });
  });

  it("keeps members that are null where the state says so", async () => {
    const { request } = await run({ Method: "POST", RequestBody: { a: null }, AllowNullValues: true });
    expect(request?.body).toBe('{"a":null}');
  });

  it("signs the request with the role's keys", async () => {
    const keys = { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "secret" };
    const QueryParameters = { constructor: ["1", "2"], ["__proto__"]: ["3"] };
    const { request } = await run({ AuthType: "IAM_ROLE", Path: "pets", QueryParameters }, {}, keys);
    expect(request?.path).toBe("/pets?constructor=1&constructor=2&__proto__=3");
    expect(request?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIA\/\d{8}\/us-east-1\/execute-api\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=[0-9a-f]{64}$/,
    );
  });

  it("fails with the API's status and answer", async () => {
    const { error, cause } = await run(
      {},
      { status: 403, headers: json, body: { message: "Missing Authentication Token" } },
    );
    expect({ error, cause }).toEqual({ error: "ApiGateway.403", cause: '{"message":"Missing Authentication Token"}' });
  });

  it("refuses what is no request", async () => {
    const { error, cause, request, types } = await run({ Headers: { custom: "no list" } });
    expect(error).toBe("States.Runtime");
    expect(cause).toContain(
      "could not be used to start the Task: [The value of the field 'Headers' has an invalid format]",
    );
    expect(request).toBeUndefined();
    // Recorded: what is wrong for certain is not even scheduled.
    expect(types).toEqual(["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]);
    expect((await run({ Headers: { Host: ["other"] } })).cause).toContain("cannot have the header 'Host'");
    expect((await run({ AuthType: "NONE" })).cause).toContain("The value of the field 'AuthType'");
  });
});
