import { describe, expect, it } from "vitest";
import type { FunctionSettings } from "../../src/index.js";
import { AwsClients } from "../../src/tasks/aws/aws-clients.js";
import { openServiceEndpoint, type ServiceAnswer, type ServiceRequest } from "../service-endpoint.js";
import { openFunctions } from "./function-engine.js";

const failure = '{"errorType":"ValueError","errorMessage":"no"}';
const refused = (
  code: string,
  status: number,
  message: string,
  requestId = "11111111-2222-3333-4444-555555555555",
) => ({
  error: `Lambda.${code}`,
  cause: `${message} (Service: AWSLambda; Status Code: ${status}; Error Code: ${code}; Request ID: ${requestId}; Proxy: null)`,
});

/** Calls the function `f` that an address stands behind. */
async function callAt(
  answer: (request: ServiceRequest) => ServiceAnswer | undefined,
  settings: (url: string) => FunctionSettings,
  parameters: object = {},
) {
  const endpoint = await openServiceEndpoint(answer);
  const aws = new AwsClients({ environment: { HOME: "/nowhere" }, endpoints: { lambda: endpoint.url } });
  const { call } = await openFunctions({ f: settings(endpoint.url) }, { aws });
  return {
    ...(await call("f:live", { a: 1 }, parameters, "Root=1-5759e988-bd862e3fe1be46a994272793")),
    requests: endpoint.requests,
  };
}

describe("a function at an address", () => {
  const url = (address: string) => ({ kind: "url", url: `${address}/my/function` }) as const;

  it("is posted the payload and answers with the result", async () => {
    const { output, requests } = await callAt(() => ({ body: { b: 2 } }), url);
    expect(output).toMatchObject({ Payload: { b: 2 }, StatusCode: 200 });
    expect(requests).toMatchObject([
      {
        method: "POST",
        path: "/my/function",
        body: '{"a":1}',
        headers: { "x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793" },
      },
    ]);
  });

  it.each([
    [
      { body: failure, headers: { "x-amz-function-error": "Unhandled" } },
      { error: "ValueError", cause: failure },
    ],
    [
      { status: 500, body: failure },
      { error: "ValueError", cause: failure },
    ],
    [{ status: 429, body: '{"message":"slowly"}' }, refused("TooManyRequestsException", 429, "slowly")],
    [{ status: 502, body: "Bad Gateway" }, refused("AWSLambdaException", 502, "Bad Gateway")],
  ])("fails: %j", async (answer, expected) => {
    expect(await callAt(() => answer, url)).toMatchObject(expected);
  });

  it("has its time", async () => {
    const { error, cause } = await callAt(
      () => undefined,
      (address) => ({ ...url(address), timeoutSeconds: 0.1 }),
    );
    expect({ error, cause }).toEqual({
      error: "Lambda.SdkClientException",
      cause: "Unable to execute HTTP request: no answer within 0.1 seconds",
    });
  });
});

describe("a function behind an endpoint with the Invoke API", () => {
  it("is called there by its name there", async () => {
    const { output, requests } = await callAt(
      () => ({ body: '"done"', headers: { "x-amz-executed-version": "3" } }),
      (endpoint) => ({ kind: "endpoint", endpoint: `${endpoint}/`, functionName: "Other" }),
      { LogType: "Tail" },
    );
    expect(output).toMatchObject({ Payload: "done", ExecutedVersion: "3" });
    expect(requests).toMatchObject([
      { path: "/2015-03-31/functions/Other/invocations", headers: { "x-amz-log-type": "Tail" } },
    ]);
  });
});

describe("a function of AWS", () => {
  const aws = () => ({ kind: "aws", region: "eu-west-1", functionName: "real" }) as const;

  it("is called through the SDK, signed", async () => {
    const { output, requests } = await callAt(() => ({ body: { b: 2 } }), aws, { InvocationType: "RequestResponse" });
    expect(output).toMatchObject({ Payload: { b: 2 }, StatusCode: 200 });
    expect(requests).toMatchObject([
      {
        path: "/2015-03-31/functions/real/invocations",
        body: '{"a":1}',
        headers: {
          authorization: expect.stringContaining("/eu-west-1/lambda/aws4_request"),
          "x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793",
          "x-amz-invocation-type": "RequestResponse",
        },
      },
    ]);
  });

  it("fails as the function does, or as the service refuses", async () => {
    const failing = { body: failure, headers: { "x-amz-function-error": "Unhandled" } };
    expect(await callAt(() => failing, aws)).toMatchObject({ error: "ValueError", cause: failure });
    const missing = {
      status: 404,
      headers: { "x-amzn-errortype": "ResourceNotFoundException" },
      body: '{"Message":"Function not found: real"}',
    };
    expect(await callAt(() => missing, aws)).toMatchObject(
      refused("ResourceNotFoundException", 404, "Function not found: real"),
    );
  });
});
