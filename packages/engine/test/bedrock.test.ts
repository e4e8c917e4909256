import { describe, expect, it } from "vitest";
import { AwsClients } from "../src/tasks/aws/aws-clients.js";
import { clientFolders, isInstalled, notInstalled } from "./installed-clients.js";
import { openServiceEndpoint } from "./service-endpoint.js";
import { openTestEngine } from "./test-engine.js";

async function run(parameters: object) {
  const endpoint = await openServiceEndpoint(({ path, method, body }) => {
    if (path.startsWith("/model/")) {
      return { headers: { "content-type": "application/json" }, body: { got: JSON.parse(body) } };
    }
    return method === "GET" ? { body: { inputText: "from S3" } } : {};
  });
  const aws = new AwsClients({
    environment: { HOME: "/nowhere" },
    endpoints: { "*": endpoint.url },
    folders: clientFolders,
  });
  const { engine, start, machine } = await openTestEngine({ aws });
  const Parameters = { ModelId: "titan", ContentType: "application/json", ...parameters };
  const state = { Type: "Task", Resource: "arn:aws:states:::bedrock:invokeModel", Parameters, End: true };
  const executionArn = await start(await machine({ StartAt: "Call", States: { Call: state } }));
  const { output, error, cause } = await engine.executions.ended(executionArn);
  return { output: output === undefined ? undefined : JSON.parse(output), error, cause, requests: endpoint.requests };
}

describe.skipIf(!isInstalled("bedrock-runtime"))(
  `bedrock:invokeModel${isInstalled("bedrock-runtime") ? "" : `: ${notInstalled("bedrock-runtime")}`}`,
  () => {
    it("takes and gives JSON", async () => {
      const { output } = await run({ Body: { inputText: "hello" } });
      expect(output).toEqual({ Body: { got: { inputText: "hello" } }, ContentType: "application/json" });
    });

    it("takes the body from S3, and puts the answer there", async () => {
      const { output, requests } = await run({
        Input: { S3Uri: "s3://b/in.json" },
        Output: { S3Uri: "s3://b/out.json" },
      });
      expect(output).toMatchObject({ Body: "s3://b/out.json" });
      expect(requests.map(({ method, path }) => `${method} ${path.split("?", 1)[0]}`)).toEqual([
        "GET /b/in.json",
        "POST /model/titan/invoke",
        "PUT /b/out.json",
      ]);
      expect(requests[2]?.body).toContain('{"got":{"inputText":"from S3"}}');
    });

    it("refuses what is no place in S3", async () => {
      expect((await run({ Input: { S3Uri: "/etc/passwd" } })).cause).toContain("The value of the field 'S3Uri'");
    });
  },
);
