import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { DescribeExecutionCommand, ListExecutionsCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { expect, onTestFinished, test } from "vitest";
import { hello, machineArn, waiting, writeDefinitions } from "./definitions.js";
import { type PawlServer, pawl, pawlStart, temporaryFolder } from "./pawl-process.js";
import { sdkClient } from "./sdk-client.js";

async function serve(folder: string, ...args: string[]): Promise<PawlServer> {
  const paths = await writeDefinitions(folder, { hello, waiting });
  const server = await pawlStart(["--data", join(folder, "data"), ...args, ...paths]);
  await server.process.printed(/Ctrl-C stops/);
  return server;
}

/** Starts executions, several at a time, until it is stopped or the server is; gives the ARNs that were answered. */
function load(url: string) {
  const client = sdkClient(url);
  const started: string[] = [];
  let stopped = false;
  const workers = Array.from({ length: 16 }, async (_, worker) => {
    for (let number = 0; !stopped; number++) {
      const machine = number % 2 === 0 ? "hello" : "waiting";
      const start = new StartExecutionCommand({ stateMachineArn: machineArn(machine), name: `${worker}-${number}` });
      try {
        const { executionArn = "" } = await client.send(start);
        started.push(executionArn);
      } catch {
        // The server has stopped: this one was not answered.
        return;
      }
    }
  });
  return {
    started,
    async stop() {
      stopped = true;
      await Promise.all(workers);
    },
  };
}

async function described(url: string, executionArns: readonly string[]): Promise<Map<string, string | undefined>> {
  const client = sdkClient(url);
  const statuses = new Map<string, string | undefined>();
  for (const executionArn of executionArns) {
    const found = await client.send(new DescribeExecutionCommand({ executionArn })).catch(() => undefined);
    statuses.set(executionArn, found?.status);
  }
  return statuses;
}

test("a backup of a server under load is what another server goes on with", async () => {
  const folder = await temporaryFolder();
  const { url, process } = await serve(folder);
  const { started, stop } = load(url);
  await expect.poll(() => started.length).toBeGreaterThan(200);
  const before = [...started];
  const file = join(folder, "backup.db");
  const { code, stdout, stderr } = await pawl(["backup", file, "--endpoint", url, "--no-json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^Backup in \S+backup\.db, \d+\.\d MB\n$/);
  await stop();
  expect(await readdir(join(folder, "data"))).not.toContain("backup.sending");
  process.kill("SIGKILL");

  const restored = join(folder, "restored");
  expect(await pawl(["restore", file, "--data", restored])).toMatchObject({ code: 0, stderr: "" });
  const second = await pawlStart(["--data", restored]);
  const statuses = await described(second.url, started);
  // What was answered before the backup is in it, what came later may be.
  for (const executionArn of before) {
    expect(statuses.get(executionArn)).toBe(executionArn.includes(":hello:") ? "SUCCEEDED" : "RUNNING");
  }
  const client = sdkClient(second.url);
  const { executionArn: fresh = "" } = await client.send(
    new StartExecutionCommand({ stateMachineArn: machineArn("hello") }),
  );
  expect((await described(second.url, [fresh])).get(fresh)).toBe("SUCCEEDED");
});

test("an orderly stop under load loses nothing that was answered", async () => {
  const folder = await temporaryFolder();
  const { url, process } = await serve(folder);
  const { started, stop } = load(url);
  await expect.poll(() => started.length).toBeGreaterThan(200);
  process.kill("SIGTERM");
  expect(await process.ended).toMatchObject({ code: 0, stderr: "" });
  await stop();

  const second = await pawlStart(["--data", join(folder, "data")]);
  const statuses = await described(second.url, started);
  for (const executionArn of started) {
    expect(statuses.get(executionArn)).toBe(executionArn.includes(":hello:") ? "SUCCEEDED" : "RUNNING");
  }
  // And the store was closed in order: no log is left.
  second.process.kill("SIGTERM");
  await second.process.ended;
  expect((await readdir(join(folder, "data"))).sort()).toEqual(["page-token.key", "pawl.db"]);
});

test("a data folder that no server uses is backed up and restored", async () => {
  const folder = await temporaryFolder();
  const { url, process } = await serve(folder);
  await sdkClient(url).send(new StartExecutionCommand({ stateMachineArn: machineArn("hello"), name: "kept" }));
  const data = join(folder, "data");
  const file = join(folder, "backup.db");
  expect(await pawl(["backup", file, "--data", data])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("is in use by another process"),
  });
  process.kill("SIGTERM");
  await process.ended;
  const { code, stdout } = await pawl(["backup", file, "--data", data]);
  expect([code, JSON.parse(stdout)]).toEqual([0, { file, bytes: (await stat(file)).size }]);

  expect(await pawl(["restore", file, "--data", data])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("add --force to replace that data"),
  });
  expect(await pawl(["restore", file, "--data", data, "--force"])).toMatchObject({ code: 0 });
  const second = await pawlStart(["--data", data]);
  const { executions = [] } = await sdkClient(second.url).send(
    new ListExecutionsCommand({ stateMachineArn: machineArn("hello") }),
  );
  expect(executions.map(({ name }) => name)).toEqual(["kept"]);
  expect(await pawl(["restore", file, "--data", data, "--force"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("is in use by another process"),
  });
});

test("a server with access keys gives backups to their holders", async () => {
  const folder = await temporaryFolder();
  const { url } = await serve(folder, "--access-key", "TEAM:secret");
  const file = join(folder, "backup.db");
  expect(await pawl(["backup", file, "--endpoint", url])).toMatchObject({
    code: 2,
    stderr: "pawl: UnrecognizedClientException: The security token included in the request is invalid.\n",
  });
  const env = { AWS_ACCESS_KEY_ID: "TEAM", AWS_SECRET_ACCESS_KEY: "secret" };
  expect(await pawl(["backup", file, "--endpoint", url], { env })).toMatchObject({ code: 0, stderr: "" });
});

test("what goes wrong is one sentence, and no file is left", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "backup.db");
  const memory = await pawlStart(["--data", "memory"]);
  const broken = createServer((_, response) => {
    response.writeHead(200, { "Content-Length": "1000" });
    response.write("half");
    setTimeout(() => response.destroy(), 50);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void broken.close());
  await new Promise((resolve) => broken.once("listening", resolve));
  const { port } = broken.address() as { port: number };
  for (const [args, sentence] of [
    [["backup", file, "--endpoint", memory.url], "gives no backups: it keeps its data in memory, or is no Pawl"],
    [["backup", file, "--endpoint", "http://127.0.0.1:1"], "No Pawl answers at http://127.0.0.1:1"],
    [["backup", file, "--endpoint", `http://127.0.0.1:${port}`], `http://127.0.0.1:${port}`],
    [["backup", file, "--endpoint", "aws"], "AWS gives no backups"],
    [["backup", file, "--data", join(folder, "nowhere")], "There is no data in"],
    [["backup", file, "--data", "a", "--endpoint", "b"], "cannot be used with option"],
    [["backup", join(folder, "no", "file"), "--endpoint", memory.url], "cannot be written"],
    [["restore", file], "required option '--data <folder>' not specified"],
    [["restore", file, "--data", join(folder, "new")], "There is no file or folder for"],
  ] as const) {
    const { code, stdout, stderr } = await pawl([...args]);
    expect(stderr).toContain(sentence);
    expect(stderr).toMatch(/^pawl: [^\n]+\n$/);
    expect([code, stdout]).toEqual([2, ""]);
  }
  await writeFile(file, "mine");
  for (const args of [
    ["backup", file, "--endpoint", memory.url],
    ["restore", file, "--data", join(folder, "new")],
  ]) {
    expect((await pawl(args)).code).toBe(2);
  }
  expect(await readFile(file, "utf8")).toBe("mine");
  expect(await readdir(folder)).toEqual(expect.arrayContaining(["backup.db"]));
});

test("a check finds damage in a folder and in a backup, and a backup of damaged data says so", async () => {
  const folder = await temporaryFolder();
  const { url, process } = await serve(folder);
  const client = sdkClient(url);
  for (const name of ["one", "two"]) {
    await client.send(
      new StartExecutionCommand({ stateMachineArn: machineArn("waiting"), name, input: '{"word":"gauge"}' }),
    );
  }
  const data = join(folder, "data");
  expect(await pawl(["check", "--data", data])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("in use by another process"),
  });
  process.kill("SIGTERM");
  await process.ended;
  expect(await pawl(["check", "--data", data, "--no-json"])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/data is whole: 2 executions, \d+ rows\n$/),
  });
  const content = await readFile(join(data, "pawl.db"));
  const place = content.indexOf('{"word":"gauge"}');
  content[place + 11] = (content[place + 11] ?? 0) ^ 2;
  await writeFile(join(data, "pawl.db"), content);

  const found = await pawl(["check", "--data", data, "--json"]);
  expect(found.code).toBe(1);
  expect(JSON.parse(found.stdout)).toMatchObject({ executions: 2, faults: [expect.stringContaining(":waiting:")] });
  const file = join(folder, "backup.db");
  const written = await pawl(["backup", file, "--data", data]);
  expect(written).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("The data is damaged, and so is its backup"),
  });
  expect(await pawl(["check", file])).toMatchObject({ code: 1 });
  expect(await pawl(["restore", file, "--data", data, "--force"])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^pawl: The backup \S+ cannot be used: .+:waiting:.+\n$/),
  });
});
