import { connect } from "node:net";
import { ListActivitiesCommand, SFNClient } from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createServer, type PawlServer, ServerError } from "../src/index.js";
import { fakeEngine } from "./fake-engine.js";
import { selfSigned } from "./self-signed.js";
import { send } from "./send.js";

const tls = selfSigned();
const access = { id: "AKIDEXAMPLE", secret: "secret" };
let server: PawlServer;

beforeEach(async () => {
  const limits = { headersTimeoutMs: 200 };
  server = await createServer(fakeEngine(), { host: "127.0.0.1", port: 0, tls, accessKeys: [access], limits });
});

afterEach(() => server.close());

it("serves HTTPS with its certificate", async () => {
  expect(server.url).toBe(`https://127.0.0.1:${server.port}`);
  const { status, body } = await send(server.url, { method: "GET", path: "/health", ca: tls.cert });
  expect([status, JSON.parse(body).status]).toEqual([200, "ok"]);
  await expect(send(server.url, { method: "GET", path: "/health" })).rejects.toThrow(/self-signed|DEPTH_ZERO/i);
});

it("serves signed requests of the SDK", async () => {
  const { Agent } = await import("node:https");
  const client = new SFNClient({
    endpoint: server.url,
    region: "us-east-1",
    credentials: { accessKeyId: access.id, secretAccessKey: access.secret },
    requestHandler: { httpsAgent: new Agent({ ca: tls.cert }) },
  });
  expect(await client.send(new ListActivitiesCommand({}))).toMatchObject({ activities: [] });
  client.destroy();
});

it("ends connections that speak no TLS, or nothing", async () => {
  for (const text of ["GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", ""]) {
    const socket = connect(server.port, "127.0.0.1");
    let received = "";
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
    });
    socket.write(text);
    await new Promise((resolve) => socket.once("close", resolve));
    expect(received).not.toContain("HTTP/1.1");
  }
});

it.each([
  ["no certificate", { cert: "x", key: tls.key }],
  ["no key", { cert: tls.cert, key: "x" }],
  ["the key of another certificate", { cert: tls.cert, key: selfSigned().key }],
])("%s: one sentence, without the key", async (_, wrong) => {
  const error = await createServer(fakeEngine(), { host: "127.0.0.1", port: 0, tls: wrong }).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ServerError);
  expect((error as Error).message).toMatch(/^The TLS certificate and key cannot be used: [^\n]+\.$/);
  expect((error as Error).message).not.toContain("PRIVATE");
});

it("closes while a connection has not finished its handshake", async () => {
  const { key, cert } = tls;
  const other = await createServer(fakeEngine(), { host: "127.0.0.1", port: 0, tls: { key, cert } });
  const socket = connect(other.port, "127.0.0.1");
  socket.on("error", () => {});
  const ended = new Promise((resolve) => socket.once("close", resolve));
  await new Promise((resolve) => socket.once("connect", resolve));
  expect((await send(other.url, { method: "GET", path: "/health", ca: tls.cert })).status).toBe(200);
  await other.close();
  await ended;
});
