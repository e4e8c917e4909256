import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListActivitiesCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { openEngine, openSqliteStore, restoreBackup } from "@pawl/engine";
import { expect, it, onTestFinished } from "vitest";
import { createLog, createServer, type PawlServer, type ServerOptions } from "../src/index.js";
import { fakeEngine } from "./fake-engine.js";
import { send } from "./send.js";
import { pass, roleArn, serveEngine } from "./served-engine.js";

async function serve(
  engine = fakeEngine() as Parameters<typeof createServer>[0],
  options: Partial<ServerOptions> = {},
) {
  const server: PawlServer = await createServer(engine, { host: "127.0.0.1", port: 0, version: "1.2.3", ...options });
  onTestFinished(() => server.close());
  return server;
}

const get = (url: string, path: string) => send(url, { method: "GET", path });

it("GET /health says whether the engine works, without asking who wants to know", async () => {
  const engine = fakeEngine();
  const log = createLog({ write: () => {} });
  const { url } = await serve(engine, { accessKeys: [{ id: "A", secret: "b" }], log });
  expect(await get(url, "/health")).toMatchObject({
    status: 200,
    headers: { "content-type": "application/json" },
    body: '{"status":"ok","version":"1.2.3"}\n',
  });
  engine.break(new Error("the file /secret/place is gone"));
  expect(await get(url, "/health?x")).toMatchObject({ status: 503, body: '{"status":"failing"}\n' });
});

it("the paths for operators answer to GET alone", async () => {
  const { url } = await serve();
  for (const method of ["POST", "PUT", "HEAD", "DELETE", "OPTIONS"]) {
    for (const path of ["/health", "/metrics"]) {
      expect((await send(url, { method, path })).status).toBe(404);
    }
  }
  for (const path of ["/healthz", "/health/", "/metrics/x", "/backup"]) {
    expect((await get(url, path)).status).toBe(404);
  }
});

/** Values by name and labels, of a text in the format of Prometheus; checks the format. */
function parseMetrics(text: string): Map<string, number> {
  const values = new Map<string, number>();
  const types = new Map<string, string>();
  for (const line of text.trimEnd().split("\n")) {
    const [, typed, type] = /^# TYPE ([a-z_]+) (counter|gauge|histogram)$/.exec(line) ?? [];
    if (typed !== undefined && type !== undefined) {
      expect(types.has(typed)).toBe(false);
      types.set(typed, type);
    } else if (!/^# HELP [a-z_]+ [^\n]+\.$/.test(line)) {
      const [, series = "", name = "", value] =
        /^(([a-z_]+)(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})?) (\S+)$/.exec(line) ?? [];
      expect(types.has(name.replace(/_(?:bucket|sum|count)$/, "")) || types.has(name)).toBe(true);
      expect(Number(value)).not.toBeNaN();
      values.set(series, Number(value));
    }
  }
  return values;
}

it("GET /metrics counts executions, commits and requests", async () => {
  const { engine, server, client } = await serveEngine();
  const { stateMachineArn } = await engine.stateMachines.create({
    name: "m",
    definition: pass("done"),
    roleArn,
    type: "STANDARD",
    tags: [],
  });
  for (let run = 0; run < 3; run++) {
    await client.send(new StartExecutionCommand({ stateMachineArn }));
  }
  await client.send(new StartExecutionCommand({ stateMachineArn: `${stateMachineArn}x` })).catch(() => {});
  await client.send(new ListActivitiesCommand({}));
  await send(server.url, {
    headers: { "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AWSStepFunctions.Made{up}" },
    body: "{}",
  });

  const { status, headers, body } = await get(server.url, "/metrics");
  expect([status, headers["content-type"]]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
  const values = parseMetrics(body);
  expect(Object.fromEntries(values)).toMatchObject({
    'pawl_executions_started_total{type="STANDARD"}': 3,
    'pawl_executions_started_total{type="EXPRESS"}': 0,
    'pawl_executions_ended_total{status="SUCCEEDED"}': 3,
    pawl_transitions_total: 3,
    pawl_history_events_total: 12,
    pawl_commit_failures_total: 0,
    pawl_commit_duration_seconds_count: 4,
    'pawl_commit_duration_seconds_bucket{le="+Inf"}': 4,
    'pawl_commit_batch_executions_bucket{le="1"}': 3,
    pawl_commit_batch_executions_sum: 3,
    pawl_queue_events: 0,
    'pawl_requests_total{operation="StartExecution",status="200"}': 3,
    'pawl_requests_total{operation="StartExecution",status="400"}': 1,
    'pawl_requests_total{operation="ListActivities",status="200"}': 1,
    'pawl_requests_total{operation="unknown",status="400"}': 1,
    'pawl_event_loop_delay_seconds{quantile="0.99"}': expect.any(Number),
  });
  expect(values.get("pawl_connections")).toBeGreaterThan(0);
  expect(values.get("process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
  // Once more, with a delay that was measured.
  await expect
    .poll(async () =>
      parseMetrics((await get(server.url, "/metrics")).body).get('pawl_event_loop_delay_seconds{quantile="1"}'),
    )
    .toBeGreaterThan(0);
});

const json = { "Content-Type": "application/json" };

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pawl-server-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

it("POST /backup sends what a restore takes, and leaves nothing", async () => {
  const folder = await temporaryFolder();
  const data = join(folder, "data");
  const store = await openSqliteStore({ folder: data });
  const engine = await openEngine({ store });
  onTestFinished(() => engine.close());
  const machine = { name: "m", definition: pass("done"), roleArn, type: "STANDARD", tags: [] } as const;
  const { stateMachineArn } = await engine.stateMachines.create(machine);
  const { url } = await serve(engine, { backupFolder: data });
  await writeFile(join(data, "backup.sending"), "left by a process that was killed");

  const response = await fetch(`${url}/backup`, { method: "POST", headers: json });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/vnd.sqlite3");
  const file = join(folder, "backup");
  await writeFile(file, Buffer.from(await response.arrayBuffer()));
  expect((await readFile(file)).length).toBe(Number(response.headers.get("content-length")));
  await expect.poll(() => readdir(data)).not.toContain("backup.sending");

  await restoreBackup(file, join(folder, "restored"), false);
  const restored = await openEngine({ store: await openSqliteStore({ folder: join(folder, "restored") }) });
  onTestFinished(() => restored.close());
  expect(await restored.stateMachines.describe(stateMachineArn)).toMatchObject({ name: "m" });
});

it("POST /backup is one at a time, and goes on after one whose caller left", async () => {
  const backupFolder = await temporaryFolder();
  const engine = fakeEngine();
  const finish: (() => void)[] = [];
  engine.backup = async (file) => {
    await new Promise<void>((resolve) => finish.push(resolve));
    await writeFile(file, "x".repeat(5_000_000));
  };
  const { url } = await serve(engine, { backupFolder });
  const leaving = new AbortController();
  const first = fetch(`${url}/backup`, { method: "POST", headers: json, signal: leaving.signal }).catch(() => {});
  await expect.poll(() => finish.length).toBe(1);
  const second = await send(url, { path: "/backup", headers: json });
  expect(second.status).toBe(400);
  expect(JSON.parse(second.body)).toEqual({
    __type: "ConflictException",
    message: "Another backup is under way",
  });
  leaving.abort();
  await first;
  finish[0]?.();
  await expect.poll(() => readdir(backupFolder)).toEqual([]);
  const third = send(url, { path: "/backup", headers: json });
  await expect.poll(() => finish.length).toBe(2);
  finish[1]?.();
  expect((await third).body).toHaveLength(5_000_000);
});

it("POST /backup asks for what pages of other origins may not send, and for a signature where there are access keys", async () => {
  const backupFolder = await temporaryFolder();
  const engine = fakeEngine();
  const { url } = await serve(engine, { backupFolder });
  for (const type of [undefined, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
    const { status } = await send(url, {
      path: "/backup",
      headers: type === undefined ? {} : { "Content-Type": type },
    });
    expect(status).toBe(404);
  }
  const guarded = await serve(engine, { backupFolder, accessKeys: [{ id: "A", secret: "b" }] });
  const { status, body } = await send(guarded.url, { path: "/backup", headers: json });
  expect([status, JSON.parse(body).__type]).toEqual([400, "MissingAuthenticationTokenException"]);
  expect(await readdir(backupFolder)).toEqual([]);
});

it("POST /backup that fails says no more than that it did", async () => {
  const backupFolder = await temporaryFolder();
  const engine = fakeEngine();
  engine.backup = async () => {
    throw new Error("no space on /secret/place");
  };
  const lines: string[] = [];
  const { url } = await serve(engine, { backupFolder, log: createLog({ write: (line) => lines.push(line) }) });
  const { status, body } = await send(url, { path: "/backup", headers: json });
  expect([status, JSON.parse(body).__type]).toEqual([500, "InternalFailure"]);
  expect(body).not.toContain("secret");
  expect(lines.join()).toContain("no space on /secret/place");
});
