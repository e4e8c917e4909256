import { connect, type Socket } from "node:net";
import type { EngineMetrics } from "@pawl/engine";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createServer, type PawlServer, ServerError, type ServerLimits } from "../src/index.js";
import { type FakeEngine, fakeEngine } from "./fake-engine.js";

let engine: FakeEngine;
let server: PawlServer;
const sockets: Socket[] = [];

beforeEach(() => serve());

afterEach(async () => {
  for (const socket of sockets.splice(0)) {
    socket.destroy();
  }
  await server.close();
});

async function serve(limits: Partial<ServerLimits> = {}): Promise<void> {
  engine = fakeEngine();
  server = await createServer(engine, { host: "127.0.0.1", port: 0, limits });
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

function open(): Socket {
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => {});
  sockets.push(socket);
  return socket;
}

/** Everything that the server sends until it closes the connection. */
function untilClosed(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString();
    });
    socket.on("close", () => resolve(text));
  });
}

function parse(text: string): Answer {
  const [head = "", body = ""] = text.split("\r\n\r\n", 2);
  const [statusLine = "", ...lines] = head.split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]),
  );
  return { status: Number(statusLine.split(" ")[1]), headers, body };
}

interface Parts {
  method?: string;
  path?: string;
  target?: string | undefined;
  type?: string | undefined;
  body?: string;
  headers?: string[];
}

function request(parts: Parts): string {
  const { method = "POST", path = "/", body = "" } = parts;
  const target = "target" in parts ? parts.target : "AWSStepFunctions.ListStateMachines";
  const type = "type" in parts ? parts.type : "application/x-amz-json-1.0";
  return [
    `${method} ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    ...(target === undefined ? [] : [`X-Amz-Target: ${target}`]),
    ...(type === undefined ? [] : [`Content-Type: ${type}`]),
    ...(parts.headers ?? []),
    `Content-Length: ${Buffer.byteLength(body)}`,
    "",
    body,
  ].join("\r\n");
}

/** Sends a request on a connection of its own. */
async function send(parts: Parts): Promise<Answer> {
  const socket = open();
  const all = untilClosed(socket);
  socket.write(request({ ...parts, headers: ["Connection: close", ...(parts.headers ?? [])] }));
  return parse(await all);
}

const noReading = { buckets: [], count: 0, sum: 0 };
const noMetrics: EngineMetrics = {
  started: { STANDARD: 0, EXPRESS: 0 },
  ended: { SUCCEEDED: 0, FAILED: 0, TIMED_OUT: 0, ABORTED: 0 },
  transitions: 0,
  historyEvents: 0,
  failedCommits: 0,
  commitTime: noReading,
  batchSize: noReading,
  queueLength: 0,
  liveExecutions: 0,
  functions: { returned: 0, failed: 0, throttled: 0, processes: 0, waiting: 0 },
  logRecords: { delivered: 0, lost: 0 },
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe("requests of another protocol", () => {
  it.each<[string, Parts]>([
    ["GET", { method: "GET" }],
    ["PUT", { method: "PUT", body: "{}" }],
    ["another path", { path: "/favicon.ico", body: "{}" }],
    ["another content type", { type: "application/x-www-form-urlencoded", body: "{}" }],
    ["no content type", { type: undefined, body: "{}" }],
  ])("%s: 404 as the service has it", async (_, parts) => {
    const { status, headers, body } = await send(parts);
    expect(status).toBe(404);
    expect(body).toBe("<UnknownOperationException/>\n");
    expect(headers["content-length"]).toBe("29");
    expect(headers["x-amzn-requestid"]).toMatch(uuid);
  });

  it.each([
    undefined,
    "",
    "AWSStepFunctions",
    "AWSStepFunctions.Nothing",
    "ListStateMachines",
    "__proto__",
    "AWSStepFunctions.toString",
  ])("target %s: an unknown operation", async (target) => {
    const { status, headers, body } = await send({ target, body: "{}" });
    expect(status).toBe(400);
    expect(JSON.parse(body)).toEqual({ __type: "UnknownOperationException" });
    expect(headers["content-type"]).toBe("application/x-amz-json-1.0");
  });
});

describe("bodies", () => {
  it.each(["", "{", "nope", "null", '"x"', "1", '{"maxResults":1,}'])("%j is no request", async (body) => {
    const { status, body: answer } = await send({ body });
    expect(status).toBe(400);
    expect(JSON.parse(answer)).toEqual({ __type: "SerializationException" });
  });

  it("an array is no request either", async () => {
    const { body } = await send({ body: "[]" });
    expect(JSON.parse(body)).toEqual({
      __type: "SerializationException",
      Message: "Start of list found where not expected",
    });
  });

  it("takes members twice, members it does not know, and names that mean something to JavaScript", async () => {
    const body = '{"maxResults":1,"maxResults":2,"other":[{}],"__proto__":{"nextToken":"x"},"constructor":{"a":1}}';
    const { status } = await send({ body });
    expect(status).toBe(200);
    expect(engine.requests).toEqual([{ maxResults: 2 }]);
  });

  it("takes null for absent", async () => {
    const { status } = await send({ body: '{"maxResults":null,"nextToken":null}' });
    expect(status).toBe(200);
    expect(engine.requests).toEqual([{ maxResults: 100 }]);
  });

  it.each([
    ["application/x-amz-json-1.0; charset=utf-8", "application/x-amz-json-1.0"],
    ["application/json", "application/json"],
    ["application/x-amz-json-1.1", "application/x-amz-json-1.1"],
  ])("takes %s", async (type, answered) => {
    const { status, headers } = await send({ type, body: "{}" });
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe(answered);
  });

  it("takes a body in pieces, a character torn apart, and a body in chunks", async () => {
    const name = "été";
    const text = request({
      target: "AWSStepFunctions.CreateActivity",
      body: JSON.stringify({ name }),
      headers: ["Connection: close"],
    });
    const bytes = Buffer.from(text);
    const torn = bytes.indexOf(0xc3) + 1;
    const socket = open();
    const all = untilClosed(socket);
    socket.setNoDelay(true);
    socket.write(bytes.subarray(0, torn));
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.write(bytes.subarray(torn));
    expect(parse(await all).status).toBe(200);
    expect(engine.requests).toEqual([{ name, tags: [] }]);

    const chunked = open();
    const answer = untilClosed(chunked);
    chunked.write(
      "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AWSStepFunctions.ListActivities\r\nConnection: close\r\n" +
        "Content-Type: application/x-amz-json-1.0\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
    );
    expect(parse(await answer).status).toBe(200);
  });

  it("answers requests that come one behind the other, in their order", async () => {
    const socket = open();
    const all = untilClosed(socket);
    socket.write(
      request({ target: "AWSStepFunctions.CreateActivity", body: '{"name":"a"}' }) +
        request({ target: "AWSStepFunctions.Nothing", body: "{}" }) +
        request({ target: "AWSStepFunctions.ListActivities", body: "{}", headers: ["Connection: close"] }),
    );
    const text = await all;
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 400", "HTTP/1.1 200"]);
    expect(text.indexOf("activityArn")).toBeLessThan(text.indexOf("UnknownOperationException"));
  });
});

describe("limits", () => {
  it.each([
    ["announced", (size: number) => `Content-Length: ${size}\r\n\r\n`],
    ["not announced", (size: number) => `Transfer-Encoding: chunked\r\n\r\n${size.toString(16)}\r\n`],
  ])("a body that is too long, %s: an answer, and the end of the connection", async (_, framing) => {
    await server.close();
    await serve({ maxBodyBytes: 100_000 });
    const socket = open();
    const all = untilClosed(socket);
    const size = 1_000_000;
    socket.write(
      `POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AWSStepFunctions.ListActivities\r\nContent-Type: application/x-amz-json-1.0\r\n${framing(size)}`,
    );
    socket.write("x".repeat(size));
    socket.write("\r\n0\r\n\r\n");
    const { status, headers, body } = parse(await all);
    expect(status).toBe(413);
    expect(headers.connection).toBe("close");
    expect(JSON.parse(body)).toEqual({
      __type: "RequestEntityTooLargeException",
      message: "Request size exceeds the limit of 100000 bytes",
    });
    expect(engine.requests).toEqual([]);
  });

  it("a head that is too long", async () => {
    const { status, headers } = await send({ headers: [`X-Long: ${"x".repeat(40_000)}`] });
    expect(status).toBe(431);
    expect(headers["x-amzn-requestid"]).toMatch(uuid);
  });

  it("bytes that are no HTTP", async () => {
    const socket = open();
    const all = untilClosed(socket);
    socket.write("\x16\x03\x01 hello\r\n\r\n");
    const { status, headers, body } = parse(await all);
    expect(status).toBe(400);
    expect(headers["x-amzn-requestid"]).toMatch(uuid);
    expect(body).toBe("");
  });

  it.each([
    ["a head", "POST / HTTP/1.1\r\nHost: localhost\r\n"],
    [
      "a body",
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 9\r\n\r\n{",
    ],
  ])("%s that does not come: the connection ends", async (_, text) => {
    await server.close();
    await serve({ headersTimeoutMs: 50, requestTimeoutMs: 100 });
    const socket = open();
    const all = untilClosed(socket);
    socket.write(text);
    expect(parse(await all).status).toBe(408);
  });

  it("a connection that sends nothing at all ends", async () => {
    await server.close();
    await serve({ headersTimeoutMs: 50, requestTimeoutMs: 100 });
    expect(await untilClosed(open())).toMatch(/^(?:HTTP\/1\.1 408 |$)/);
  });

  it("a caller that has closed its side gets its answer, and one that closes in the middle the end", async () => {
    const whole = open();
    const answered = untilClosed(whole);
    whole.end(request({ body: "{}" }));
    expect(parse(await answered).status).toBe(200);
    const half = open();
    const ended = untilClosed(half);
    half.end(
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 9\r\n\r\n{",
    );
    expect(await ended).toMatch(/^(?:HTTP\/1\.1 400 |$)/);
  });

  it("a caller that does not read its answer holds it for a while only", async () => {
    await server.close();
    await serve({ stalledTimeoutMs: 300 });
    const long = { activityArn: "a", name: "x".repeat(1_000_000), creationDate: 0 };
    const asked = new Promise<void>((resolve) => {
      engine.activities.list = async () => {
        resolve();
        return { items: Array(50).fill(long) };
      };
    });
    engine.metrics = () => noMetrics;
    const connections = async () =>
      Number(/^pawl_connections (\d+)$/m.exec((await send({ method: "GET", path: "/metrics", body: "" })).body)?.[1]);
    const socket = open();
    socket.pause();
    const ended = new Promise((resolve) => socket.once("close", resolve));
    socket.write(request({ target: "AWSStepFunctions.ListActivities", body: "{}" }));
    await asked;
    // The one that is left is that of this question.
    await vi.waitFor(async () => expect(await connections()).toBe(1), { timeout: 30_000 });
    let received = 0;
    socket.on("data", (chunk) => {
      received += chunk.length;
    });
    socket.resume();
    await ended;
    expect(received).toBeLessThan(50_000_000);
    expect((await send({ body: "{}" })).status).toBe(200);
  });

  it("a thousand connections that stand open keep nobody waiting, and end with the server", async () => {
    const standing = await Promise.all(
      Array.from({ length: 1000 }, async () => {
        const socket = open();
        await new Promise((resolve) => socket.once("connect", resolve));
        socket.write(request({ body: "{}" }));
        await new Promise((resolve) => socket.once("data", resolve));
        return { closed: untilClosed(socket) };
      }),
    );
    expect((await send({ body: "{}" })).status).toBe(200);
    await server.close();
    expect(await Promise.all(standing.map(({ closed }) => closed))).toHaveLength(1000);
  });

  it("a connection that is idle ends after a while", async () => {
    await server.close();
    await serve({ keepAliveTimeoutMs: 50 });
    const socket = open();
    const all = untilClosed(socket);
    socket.write(request({ body: "{}" }));
    const { status, headers } = parse(await all);
    expect(status).toBe(200);
    expect(headers.connection).toBe("keep-alive");
  });
});

describe("the server", () => {
  it("says in one sentence that a port is taken, and what helps", async () => {
    const second = createServer(engine, { host: "127.0.0.1", port: server.port });
    const error = await second.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ServerError);
    expect((error as ServerError).message).toBe(
      `The address 127.0.0.1:${server.port} is taken; --port chooses another port.`,
    );
  });

  it("says that an address is not of this machine", async () => {
    const error = await createServer(engine, { host: "192.0.2.1", port: 0 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ServerError);
    expect((error as ServerError).message).toBe("The address 192.0.2.1:0 is not one of this machine.");
  });

  it("has a URL that a client can use", async () => {
    const all = await createServer(engine, { host: "::1", port: 0 });
    expect(all.url).toBe(`http://[::1]:${all.port}`);
    await all.close();
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  });

  it("finishes the answer that it is making when it closes, and drops half a request", async () => {
    let finish: (page: { items: [] }) => void = () => {};
    engine.activities.list = () =>
      new Promise((resolve) => {
        engine.requests.push("listing");
        finish = resolve;
      });
    const idle = open();
    const idleClosed = untilClosed(idle);
    const half = open();
    const halfClosed = untilClosed(half);
    half.write("POST / HTTP/1.1\r\nHost:");
    const busy = open();
    const answered = untilClosed(busy);
    busy.write(request({ target: "AWSStepFunctions.ListActivities", body: "{}" }));
    await expect.poll(() => engine.requests).toEqual(["listing"]);
    const closed = server.close();
    expect(server.close()).toBe(closed);
    finish({ items: [] });
    const { status, headers, body } = parse(await answered);
    expect([status, headers.connection, body]).toEqual([200, "close", '{"activities":[]}']);
    await closed;
    expect(await idleClosed).toBe("");
    expect(await halfClosed).toBe("");
  });

  it("survives callers who leave in the middle", async () => {
    for (const text of [
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 9\r\n\r\n{",
      request({ target: "AWSStepFunctions.CreateActivity", body: '{"name":"left"}' }),
    ]) {
      const socket = open();
      await new Promise<void>((resolve) => socket.write(text, () => resolve()));
      socket.resetAndDestroy();
    }
    expect((await send({ body: "{}" })).status).toBe(200);
  });
});
