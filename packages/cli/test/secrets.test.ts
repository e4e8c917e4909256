import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { expect, onTestFinished, test } from "vitest";
import { pawlStart, temporaryFolder } from "./pawl-process.js";

const SECRETS = {
  API_SECRET: "api-key-0f8fad5b",
  BASIC_SECRET: "password-7c9e6679",
  OAUTH_SECRET: "client-secret-9b1deb4d",
  HEADER_SECRET: "header-3b7d4bad",
};
const KEY_SECRET = "access-key-secret-1b9d6bcd";

test("secrets of access keys, connections and the environment stand in no log, history, answer, metric or file", async () => {
  // It repeats everything that it was sent, and gives a token that is a secret, too.
  const endpoint = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      const isToken = request.url === "/token";
      response.writeHead(request.url === "/fails" ? 500 : 200, {
        "content-type": "application/json",
        "x-repeated": Object.values(request.headers).join(" "),
      });
      const { url, headers } = request;
      response.end(JSON.stringify(isToken ? { access_token: "token-6ec0bd7f" } : { url, headers, body }));
    });
  });
  await new Promise<void>((resolve) => endpoint.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void endpoint.close());
  const address = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`;
  const folder = await temporaryFolder();
  const config = join(folder, "pawl.config.json");
  const connections = {
    api: { apiKey: { name: "X-Key", value: { env: "API_SECRET" } }, headers: { "X-More": { env: "HEADER_SECRET" } } },
    basic: { basic: { username: "ada", password: { env: "BASIC_SECRET" } } },
    oauth: { oauth: { endpoint: `${address}/token`, clientId: "pawl", clientSecret: { env: "OAUTH_SECRET" } } },
  };
  await writeFile(config, JSON.stringify({ connections }));
  const keys = join(folder, "keys");
  await writeFile(keys, `TEAM:${KEY_SECRET}\n`);
  const data = join(folder, "data");
  const args = ["--data", data, "--config", config, "--access-keys", keys, "--log-level", "debug"];
  const { url, process } = await pawlStart(args, { env: SECRETS });
  const credentials = { accessKeyId: "TEAM", secretAccessKey: KEY_SECRET };
  const client = new SFNClient({ endpoint: url, region: "us-east-1", credentials });
  onTestFinished(() => client.destroy());

  const said: string[] = [];
  const task = (connection: string, path: string) => ({
    StartAt: "Call",
    States: {
      Call: {
        Type: "Task",
        Resource: "arn:aws:states:::http:invoke",
        Parameters: {
          ApiEndpoint: path.startsWith("/") ? `${address}${path}` : path,
          Method: "POST",
          RequestBody: { a: 1 },
          Authentication: { ConnectionArn: `arn:aws:events:us-east-1:123456789012:connection/${connection}/1` },
        },
        End: true,
      },
    },
  });
  let machines = 0;
  for (const connection of Object.keys(connections)) {
    for (const path of ["/works", "/fails", "http://127.0.0.1:1/nobody", "http://169.254.169.254/"]) {
      const { stateMachineArn } = await client.send(
        new CreateStateMachineCommand({
          name: `machine-${++machines}`,
          definition: JSON.stringify(task(connection, path)),
          roleArn: "arn:aws:iam::123456789012:role/role",
        }),
      );
      const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, input: "{}" }));
      for (;;) {
        const described = await client.send(new DescribeExecutionCommand({ executionArn }));
        if (described.status === "RUNNING") continue;
        expect(described.status).toBe(path === "/works" ? "SUCCEEDED" : "FAILED");
        said.push(JSON.stringify(described));
        break;
      }
      said.push(JSON.stringify(await client.send(new GetExecutionHistoryCommand({ executionArn }))));
    }
  }
  for (const path of ["/metrics", "/health"]) said.push(await (await fetch(url + path)).text());
  process.kill("SIGTERM");
  const { stdout, stderr } = await process.ended;
  said.push(stdout, stderr);
  for (const file of await readdir(data)) said.push((await readFile(join(data, file))).toString("latin1"));
  // That this would find them.
  expect(said.join()).toContain("*****");
  const basic = Buffer.from(`ada:${SECRETS.BASIC_SECRET}`).toString("base64");
  for (const secret of [...Object.values(SECRETS), KEY_SECRET, "token-6ec0bd7f", basic]) {
    for (const text of said) expect(text.includes(secret), `${secret} in ${text.slice(0, 3000)}`).toBe(false);
  }
});
