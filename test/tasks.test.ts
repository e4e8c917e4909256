import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isObject, type Json, parseResource } from "@pawl/asl";
import { AwsClients, type Engine, openEngine, openSqliteStore } from "@pawl/engine";
import { stepFunctionsTasks } from "@pawl/server";
import { describe, expect, it, onTestFinished } from "vitest";
import { clientFolders, isInstalled, notInstalled } from "../packages/engine/test/installed-clients.js";
import { JOB_EXAMPLES } from "../packages/engine/test/job-examples.js";
import {
  openServiceEndpoint,
  type ServiceAnswer,
  type ServiceRequest,
} from "../packages/engine/test/service-endpoint.js";

const page = readFileSync(new URL("../docs/tasks.md", import.meta.url), "utf8");
const pawlCommand = fileURLToPath(new URL("../packages/cli/bin/pawl.js", import.meta.url));
interface Row {
  readonly action: string;
  readonly patterns: readonly string[];
  readonly client: string;
  readonly parameters: string;
}

const [, table = ""] = /<!-- integrations -->\n(.*?)<!-- end of integrations -->/s.exec(page) ?? [];
const rows = table
  .split("\n")
  .slice(2)
  .filter((line) => line !== "")
  .map((line): Row => {
    const [, action = "", patterns = "", client = "", parameters = ""] = line.split(/ ?\| ?/);
    const plain = (cell: string): string => cell.trim().replaceAll("`", "");
    return {
      action: plain(action),
      patterns: ["", ...plain(patterns).split(" ").filter(Boolean)],
      client: plain(client),
      parameters: plain(parameters),
    };
  });
const examples = rows.flatMap(({ patterns, ...row }) => patterns.map((pattern) => ({ ...row, pattern })));

const isUsable = new Map(
  [...new Set(rows.map(({ client }) => client))].map((client) => [client, client === "" || isInstalled(client)]),
);

/** What services answer where it is not an empty object. */
function answerTo({ headers, path, method, body }: ServiceRequest): ServiceAnswer {
  const target = String(headers["x-amz-target"] ?? "");
  if (target.endsWith(".ListInstanceFleets")) return { body: { InstanceFleets: [{ Id: "f", Name: "workers" }] } };
  if (target.endsWith(".ListInstanceGroups")) return { body: { InstanceGroups: [{ Id: "g", Name: "workers" }] } };
  if (target.endsWith(".SendMessage")) {
    const { MessageBody } = JSON.parse(body) as { MessageBody: string };
    return { body: { MessageId: "m", MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex") } };
  }
  if (path.startsWith("/apis/batch/")) {
    const status = method === "GET" ? { succeeded: 1, conditions: [{ type: "Complete", status: "True" }] } : {};
    return { headers: { "content-type": "application/json" }, body: { metadata: { name: "pi" }, status } };
  }
  if (path === "/" && headers["content-type"] === "application/x-www-form-urlencoded") {
    return { body: "<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>" };
  }
  return { headers: { "content-type": "application/json" }, body: {} };
}

async function open(resource: string): Promise<{ engine: Engine; url: string; requests: readonly ServiceRequest[] }> {
  const job = JOB_EXAMPLES.find((example) => example.resource === resource);
  const endpoint = await openServiceEndpoint((request) => {
    const answer = job?.answers[endpoint.requests.length - 1];
    if (answer === undefined) return answerTo(request);
    if (!Array.isArray(answer)) return { body: answer };
    const [status, error] = answer as [number, string];
    return { status, headers: { "x-amzn-errortype": error }, body: {} };
  });
  const engine: Engine = await openEngine({
    store: await openSqliteStore("memory"),
    integrations: stepFunctionsTasks,
    aws: new AwsClients({
      environment: { HOME: "/nowhere" },
      endpoints: { "*": endpoint.url },
      folders: clientFolders,
    }),
    connections: { shop: { apiKey: { name: "X-Api-Key", value: "key-of-the-shop" } } },
    lambdaEndpoint: endpoint.url,
    pollMilliseconds: 1,
  });
  onTestFinished(() => engine.close());
  return { engine, url: endpoint.url, requests: endpoint.requests };
}

async function machine(
  engine: Engine,
  name: string,
  state: object,
  type: "STANDARD" | "EXPRESS" = "STANDARD",
): Promise<string> {
  const definition = JSON.stringify({ StartAt: "S", States: { S: { ...state, End: true } } });
  const roleArn = "arn:aws:iam::123456789012:role/pawl";
  const { stateMachineArn } = await engine.stateMachines.create({
    name,
    definition,
    roleArn,
    type,
    tags: [],
  });
  return stateMachineArn;
}

describe("docs/tasks.md", () => {
  it.each(examples.filter(({ client }) => isUsable.get(client)))(
    "$action $pattern runs",
    async ({ action, pattern, parameters }) => {
      const resource = `${action}${pattern}`;
      const { engine, url, requests } = await open(resource);
      await machine(engine, "inner", { Type: "Pass" });
      await machine(engine, "quick", { Type: "Pass" }, "EXPRESS");
      const stateMachineArn = await machine(engine, "outer", {
        Type: "Task",
        Resource: `arn:aws:states:::${resource}`,
        Parameters: JSON.parse(parameters.replaceAll("http://127.0.0.1:8080", url)) as Json,
      });
      const { executionArn } = await engine.executions.start({ stateMachineArn, input: "{}" });
      if (pattern === ".waitForTaskToken") {
        // Nobody has the token: what counts is that the call was made and is waited for.
        while (!(await eventTypes(engine, executionArn)).includes("TaskSubmitted")) {
          expect(await eventTypes(engine, executionArn)).not.toContain("ExecutionFailed");
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      } else {
        const { status, error, cause } = await engine.executions.ended(executionArn);
        expect({ status, error, cause }).toEqual({ status: "SUCCEEDED" });
      }
      if (!action.startsWith("states:")) expect(requests.length).toBeGreaterThan(0);
    },
  );

  for (const { action, pattern, client } of examples.filter((example) => !isUsable.get(example.client))) {
    it.skip(`${action}${pattern}: ${notInstalled(client)}`);
  }

  it("names the patterns that each integration has", () => {
    for (const { action, patterns } of rows) {
      const has = [".sync", ".sync:2", ".waitForTaskToken"].filter(
        (pattern) => parseResource(`arn:aws:states:::${action}${pattern}`) !== undefined,
      );
      expect({ action, patterns }).toEqual({ action, patterns: ["", ...has] });
    }
  });

  it("runs its first example with a client that is installed beside it", async () => {
    const endpoint = await openServiceEndpoint(() => ({
      body: { MessageId: "m", MD5OfMessageBody: "a1d0c6e83f027327d8461063f4ac58a6" },
    }));
    const folder = mkdtempSync(join(tmpdir(), "pawl-tasks-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const [, text = ""] = /```json send\.asl\.json\n(.*?)```/s.exec(page) ?? [];
    writeFileSync(join(folder, "send.asl.json"), text);
    symlinkSync(fileURLToPath(new URL("../node_modules", import.meta.url)), join(folder, "node_modules"));
    const args = [pawlCommand, "run", "send.asl.json", "--json", "--input", '{"order": "42"}'];
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, AWS_ENDPOINT_URL: endpoint.url },
    });
    let shown = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        shown += chunk;
      });
    }
    await new Promise((resolve) => child.on("close", resolve));
    expect(shown).toContain('\\"MessageId\\":\\"m\\"');
    const sent = JSON.parse(endpoint.requests[0]?.body ?? "") as Json;
    expect(isObject(sent) && sent.MessageBody).toBe("42");
  });

  it("has a configuration that is right", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pawl-tasks-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const [, text = ""] = /```json pawl\.config\.json\n(.*?)```/s.exec(page) ?? [];
    writeFileSync(join(folder, "pawl.config.json"), text);
    writeFileSync(join(folder, "m.asl.json"), JSON.stringify({ StartAt: "A", States: { A: { Type: "Succeed" } } }));
    const run = async (env: Record<string, string>) => {
      const child = spawn(process.execPath, [pawlCommand, "run", "m.asl.json"], {
        cwd: folder,
        env: { PATH: process.env.PATH, ...env },
      });
      let shown = "";
      child.stderr.on("data", (chunk) => {
        shown += chunk;
      });
      const code = await new Promise((resolve) => child.on("close", resolve));
      return { code, shown };
    };
    expect((await run({ SHOP_KEY: "a", MAIL_PASSWORD: "b", CRM_SECRET: "c" })).code).toBe(0);
    const { shown } = await run({ SHOP_KEY: "a", MAIL_PASSWORD: "b" });
    expect(shown).toContain("connections.crm.oauth.clientSecret.env: names the variable CRM_SECRET, which is not set");
  });
});

async function eventTypes(engine: Engine, executionArn: string): Promise<string[]> {
  const { items } = await engine.executions.history({ executionArn, maxResults: 1000, reverseOrder: false });
  return items.map((text) => (JSON.parse(text) as { type: string }).type);
}
