import { ListActivitiesCommand, SFNClient } from "@aws-sdk/client-sfn";
import { expect, it, onTestFinished } from "vitest";
import { createLog, createServer, type LogLevel } from "../src/index.js";
import { fakeEngine } from "./fake-engine.js";
import { send } from "./send.js";

function written(level: LogLevel, format: "text" | "json") {
  const lines: string[] = [];
  return { lines, log: createLog({ level, format, write: (line) => lines.push(line), now: () => 1000 }) };
}

it("writes what is of its level or graver", () => {
  for (const [level, count] of [
    ["error", 1],
    ["warn", 2],
    ["info", 3],
    ["debug", 4],
  ] as const) {
    const { lines, log } = written(level, "text");
    log.error("a");
    log.warn("a");
    log.info("a");
    log.debug("a");
    expect(lines).toHaveLength(count);
    expect(log.isDebug).toBe(level === "debug");
  }
});

it("writes text, a line a message, whatever is in it", () => {
  const { lines, log } = written("info", "text");
  log.warn("two\nlines \u001b[31m", { n: 5, plain: "a/b:c", odd: 'x "y"\n', absent: undefined });
  expect(lines).toEqual([
    String.raw`1970-01-01T00:00:01.000Z warn  two\nlines \u001b[31m n=5 plain=a/b:c odd="x \"y\"\n"`,
  ]);
});

it("writes JSON", () => {
  const { lines, log } = written("info", "json");
  log.info("two\nlines", { n: 5, odd: "x\ny", absent: undefined });
  expect(lines).toEqual([
    String.raw`{"time":"1970-01-01T00:00:01.000Z","level":"info","message":"two\nlines","n":5,"odd":"x\ny"}`,
  ]);
});

it("says of each request who asked for what and what came of it, and no secrets", async () => {
  const { lines, log } = written("debug", "json");
  const accessKeys = [{ id: "AKIDEXAMPLE", secret: "very-secret" }];
  const server = await createServer(fakeEngine(), { host: "127.0.0.1", port: 0, accessKeys, log });
  onTestFinished(() => server.close());
  const client = (secretAccessKey: string) =>
    new SFNClient({
      endpoint: server.url,
      region: "us-east-1",
      credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey },
      maxAttempts: 1,
    });
  const { $metadata } = await client("very-secret").send(new ListActivitiesCommand({}));
  await expect(client("not-so-secret").send(new ListActivitiesCommand({}))).rejects.toThrow();
  await send(server.url, { method: "GET", path: "/health", headers: { Host: "evil.example" } });
  const [served, refused, answered, host] = lines.map((line) => JSON.parse(line));
  expect(served).toEqual({
    time: "1970-01-01T00:00:01.000Z",
    level: "debug",
    message: "answered",
    requestId: $metadata.requestId,
    operation: "ListActivities",
    status: 200,
    milliseconds: expect.any(Number),
    accessKey: "AKIDEXAMPLE",
    from: "127.0.0.1",
  });
  expect(refused).toMatchObject({ level: "info", message: "refused", error: "InvalidSignatureException" });
  expect(answered).toMatchObject({ level: "debug", status: 400, error: "InvalidSignatureException" });
  expect(host).toMatchObject({ level: "info", message: "host refused", host: "evil.example", from: "127.0.0.1" });
  expect(lines.join()).not.toMatch(/secret|Signature=/);
});
