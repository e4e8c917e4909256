import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListActivitiesCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { type Engine, openEngine, openSqliteStore } from "@pawl/engine";
import { SignatureV4 } from "@smithy/signature-v4";
import { expect, it, onTestFinished } from "vitest";
import { createServer, type PawlServer, type ServerOptions, stepFunctionsTasks } from "../src/index.js";
import { send } from "./send.js";
import { pass, roleArn } from "./served-engine.js";

async function serve(
  options: Partial<ServerOptions> = {},
  trustRoles = false,
): Promise<{ engine: Engine; server: PawlServer }> {
  const store = await openSqliteStore("memory");
  const engine = await openEngine({ store, integrations: (opened) => stepFunctionsTasks(opened, { trustRoles }) });
  const server = await createServer(engine, { host: "127.0.0.1", port: 0, ...options });
  onTestFinished(async () => {
    await server.close();
    await engine.close();
  });
  return { engine, server };
}

function client({ url }: PawlServer, accessKeyId: string, region: string, secretAccessKey = "secret"): SFNClient {
  const made = new SFNClient({ endpoint: url, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 });
  onTestFinished(() => made.destroy());
  return made;
}

async function create(by: SFNClient, name: string, definition = pass("done")): Promise<string> {
  const { stateMachineArn = "" } = await by.send(new CreateStateMachineCommand({ name, definition, roleArn }));
  return stateMachineArn;
}

async function machines(by: SFNClient): Promise<(string | undefined)[]> {
  const { stateMachines = [] } = await by.send(new ListStateMachinesCommand({}));
  return stateMachines.map(({ stateMachineArn }) => stateMachineArn);
}

it("the region is that of the credential's scope, and an access key id of 12 digits is the account", async () => {
  const { server } = await serve();
  const arns = new Map<SFNClient, string>();
  for (const [id, region, home] of [
    ["test", "us-east-1", "us-east-1:123456789012"],
    ["test", "eu-west-1", "eu-west-1:123456789012"],
    ["999999999999", "us-east-1", "us-east-1:999999999999"],
    ["999999999999", "eu-west-1", "eu-west-1:999999999999"],
    ["1234567890123", "ap-south-1", "ap-south-1:123456789012"],
  ] as const) {
    const by = client(server, id, region);
    arns.set(by, await create(by, "orders"));
    expect(arns.get(by)).toBe(`arn:aws:states:${home}:stateMachine:orders`);
  }
  for (const [by, own] of arns) {
    expect(await machines(by)).toEqual([own]);
    for (const arn of arns.values()) {
      const started = by.send(new StartExecutionCommand({ stateMachineArn: arn }));
      if (arn === own) await started;
      else await expect(started).rejects.toMatchObject({ name: "StateMachineDoesNotExist" });
    }
  }
});

it("without a credential that can be read, they are the server's own", async () => {
  const { engine, server } = await serve();
  await engine.stateMachines.create({ name: "m", definition: pass("x"), roleArn, type: "STANDARD", tags: [] });
  const headers = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "AWSStepFunctions.ListStateMachines",
  };
  for (const authorization of [
    undefined,
    "",
    "Bearer x",
    "AWS4-HMAC-SHA256 Credential=",
    "AWS4-HMAC-SHA256 Credential=test/states/",
    "AWS4-HMAC-SHA256 Credential=test/20260101/US EAST:1/states/aws4_request, SignedHeaders=host, Signature=1",
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=1",
  ]) {
    const all = authorization === undefined ? headers : { ...headers, Authorization: authorization };
    expect(JSON.parse((await send(server.url, { headers: all, body: "{}" })).body).stateMachines).toHaveLength(1);
  }
});

it("an access key is good for its own account alone", async () => {
  const accessKeys = [
    { id: "TEAM", secret: "secret", accountId: "111111111111" },
    { id: "222222222222", secret: "secret" },
    { id: "OPS", secret: "secret" },
  ];
  const { server } = await serve({ accessKeys });
  const team = client(server, "TEAM", "eu-west-1");
  expect(await create(team, "m")).toBe("arn:aws:states:eu-west-1:111111111111:stateMachine:m");
  const other = client(server, "222222222222", "eu-west-1");
  expect(await create(other, "m")).toBe("arn:aws:states:eu-west-1:222222222222:stateMachine:m");
  expect(await create(client(server, "OPS", "us-east-1"), "m")).toBe(
    "arn:aws:states:us-east-1:123456789012:stateMachine:m",
  );
  expect(await machines(team)).toHaveLength(1);
  await expect(machines(client(server, "222222222222", "eu-west-1", "wrong"))).rejects.toMatchObject({
    name: "InvalidSignatureException",
  });
});

it("tasks that call this API see what their execution may see", async () => {
  const { engine, server } = await serve();
  const mine = client(server, "999999999999", "eu-west-1");
  const inner = await create(mine, "inner", pass("from inside"));
  const foreign = await create(client(server, "test", "us-east-1"), "foreign");
  const nest = (stateMachineArn: string) =>
    JSON.stringify({
      StartAt: "Nest",
      States: {
        Nest: {
          Type: "Task",
          Resource: "arn:aws:states:::states:startExecution.sync:2",
          Parameters: { StateMachineArn: stateMachineArn, Input: {} },
          OutputPath: "$.Output",
          End: true,
        },
      },
    });
  const run = async (name: string, of: string) => {
    const stateMachineArn = await create(mine, name, nest(of));
    const { executionArn = "" } = await mine.send(new StartExecutionCommand({ stateMachineArn }));
    await engine.at({ region: "eu-west-1", accountId: "999999999999" }).executions.ended(executionArn);
    return mine.send(new DescribeExecutionCommand({ executionArn }));
  };
  expect(await run("outer", inner)).toMatchObject({ status: "SUCCEEDED", output: '"from inside"' });
  expect(await run("thief", foreign)).toMatchObject({
    status: "FAILED",
    error: "StepFunctions.StateMachineDoesNotExistException",
  });
});

it.each([true, false])("a task acts in the account of its role, where roles are trusted (%s)", async (trustRoles) => {
  const { engine, server } = await serve({}, trustRoles);
  const mine = client(server, "999999999999", "us-east-1");
  const stateMachineArn = await create(client(server, "888888888888", "us-east-1"), "target", pass("from there"));
  const definition = JSON.stringify({
    StartAt: "Nest",
    States: {
      Nest: {
        Type: "Task",
        Resource: "arn:aws:states:::states:startExecution.sync:2",
        Credentials: { "RoleArn.$": "$.role" },
        Parameters: { StateMachineArn: stateMachineArn },
        OutputPath: "$.Output",
        End: true,
      },
    },
  });
  const outer = await create(mine, "outer", definition);
  const input = JSON.stringify({ role: "arn:aws:iam::888888888888:role/caller" });
  const { executionArn = "" } = await mine.send(new StartExecutionCommand({ stateMachineArn: outer, input }));
  await engine.at({ region: "us-east-1", accountId: "999999999999" }).executions.ended(executionArn);
  expect(await mine.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject(
    trustRoles
      ? { status: "SUCCEEDED", output: '"from there"' }
      : { status: "FAILED", error: "StepFunctions.StateMachineDoesNotExistException" },
  );
});

it("quotas are those of each account and region", async () => {
  const { server } = await serve({ quotas: { ListActivities: { bucket: 1, refill: 0 } } });
  const list = (by: SFNClient) =>
    by.send(new ListActivitiesCommand({})).then(
      () => "answered",
      ({ name }: Error) => name,
    );
  const [one, other] = [client(server, "111111111111", "us-east-1"), client(server, "222222222222", "us-east-1")];
  expect([await list(one), await list(one), await list(other)]).toEqual([
    "answered",
    "ThrottlingException",
    "answered",
  ]);
});

it("a caller that makes accounts up does not fill the memory", async () => {
  const { server } = await serve();
  const headers = { "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AWSStepFunctions.ListActivities" };
  const call = (account: number) => {
    const credential = `${String(account).padStart(12, "0")}/20260101/us-east-1/states/aws4_request`;
    const Authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=1`;
    return send(server.url, { headers: { ...headers, Authorization }, body: "{}" });
  };
  for (let account = 1; account < 1000; account++) {
    expect((await call(account)).status).toBe(200);
  }
  const { status, body } = await call(1000);
  expect([status, JSON.parse(body)]).toEqual([
    400,
    {
      __type: "AccessDeniedException",
      message: "This server has been called for 1000 accounts and regions, and takes no more",
    },
  ]);
  expect((await call(7)).status).toBe(200);
});

it("a backup, which holds all accounts, is for keys of the server's own", async () => {
  const backupFolder = await mkdtemp(join(tmpdir(), "pawl-server-"));
  onTestFinished(() => rm(backupFolder, { recursive: true }));
  const accessKeys = [
    { id: "TEAM", secret: "secret", accountId: "111111111111" },
    { id: "OPS", secret: "secret" },
  ];
  const { server } = await serve({ accessKeys, backupFolder });
  const ask = async (id: string) => {
    const { credentials, region, sha256 } = client(server, id, "us-east-1").config;
    const { host } = new URL(server.url);
    const signed = await new SignatureV4({ service: "states", credentials, region, sha256 }).sign({
      method: "POST",
      protocol: "http:",
      hostname: "",
      path: "/backup",
      headers: { host, "content-type": "application/json" },
    });
    return send(server.url, { path: "/backup", headers: signed.headers });
  };
  const refused = await ask("TEAM");
  expect([refused.status, JSON.parse(refused.body).__type]).toEqual([400, "AccessDeniedException"]);
  expect((await ask("OPS")).body).toMatch(/^SQLite format 3/);
});
