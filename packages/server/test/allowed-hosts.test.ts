import { connect } from "node:net";
import { afterEach, expect, it } from "vitest";
import { AllowedHosts } from "../src/allowed-hosts.js";
import { createServer, type PawlServer, type ServerOptions } from "../src/index.js";
import { isLoopbackPeer } from "../src/loopback.js";
import { fakeEngine } from "./fake-engine.js";
import { send } from "./send.js";

const connection = { localAddress: "192.0.2.7" };

it.each([
  "localhost",
  "localhost:8083",
  "LOCALHOST:8083",
  "localhost.",
  "sync-localhost:8083",
  "127.0.0.1",
  "127.9.8.7:1",
  "sync-127.0.0.1:8083",
  "[::1]",
  "[::1]:8083",
  "192.0.2.7:8083",
  "pawl.example",
  "PAWL.example:443",
  "sync-pawl.example",
  "[2001:db8::1]:80",
])("%s is served", (host) => {
  const hosts = new AllowedHosts(["pawl.example", "2001:db8::1"]);
  expect(hosts.allows(host, connection)).toBe(true);
  // And once more, as one that is known.
  expect(hosts.allows(host, connection)).toBe(true);
});

it.each([
  undefined,
  "",
  ":8083",
  "evil.example",
  "localhost.evil.example",
  "127.0.0.1.evil.example",
  "127.evil.example",
  "127.1",
  "2130706433",
  "0x7f.1",
  "128.0.0.1",
  "192.0.2.8",
  "not-pawl.example",
  "pawl.example.evil",
  "sync-",
  "sync-sync-localhost",
  "localhost:8083:1",
  "localhost:port",
  "user@localhost",
  "localhost/x",
  "[::1",
  "[::2]",
  "::1]:80",
  "__proto__",
])("%s is not", (host) => {
  expect(new AllowedHosts(["pawl.example"]).allows(host, connection)).toBe(false);
});

it("takes IPv4 addresses that come as IPv6 ones for the same", () => {
  expect(new AllowedHosts([]).allows("192.0.2.7", { localAddress: "::ffff:192.0.2.7" })).toBe(true);
  expect(new AllowedHosts([]).allows("[fd00::5]:80", { localAddress: "fd00::5" })).toBe(true);
});

it("remembers a bounded number", () => {
  const hosts = new AllowedHosts([]);
  for (let port = 1; port <= 500; port++) {
    expect(hosts.allows(`127.0.0.1:${port}`, connection)).toBe(true);
  }
  expect(hosts.allows("evil.example", connection)).toBe(false);
});

it("knows who is on this machine", () => {
  for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
    expect(isLoopbackPeer(address)).toBe(true);
  }
  for (const address of [undefined, "", "192.0.2.1", "::ffff:192.0.2.1", "128.0.0.1", "::2", "2001:db8::127.0.0.1"]) {
    expect(isLoopbackPeer(address)).toBe(false);
  }
});

let server: PawlServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(options: Partial<ServerOptions>): Promise<string> {
  server = await createServer(fakeEngine(), { host: "127.0.0.1", port: 0, ...options });
  return server.url;
}

const call = (host: string) => ({
  headers: {
    Host: host,
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "AWSStepFunctions.ListActivities",
  },
  body: "{}",
});

it("over a socket: a page that makes its name point here gets nothing", async () => {
  const url = await serve({});
  for (const path of ["/", "/health", "/metrics", "/backup"]) {
    for (const method of ["GET", "POST", "OPTIONS"]) {
      const { status, body } = await send(url, { ...call("evil.example:8083"), path, method });
      expect(status).toBe(403);
      expect(JSON.parse(body)).toEqual({
        __type: "AccessDeniedException",
        message:
          "The Host header 'evil.example:8083' names neither this machine nor a host that is allowed: call it by its address, or start Pawl with --allowed-host",
      });
    }
  }
  expect((await send(url, call("localhost"))).status).toBe(200);
});

async function raw(url: string, head: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const rest = "Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AWSStepFunctions.ListActivities";
  socket.write(`${head}\r\n${rest}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`);
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}

it.each([
  ["two hosts, the first of which is another", "POST / HTTP/1.1\r\nHost: evil.example\r\nHost: localhost", 403],
  ["a whole address of another host", "POST http://evil.example/ HTTP/1.1\r\nHost: evil.example", 403],
  [
    "a whole address of another host, and a Host that is allowed",
    "POST http://evil.example/ HTTP/1.1\r\nHost: localhost",
    404,
  ],
  ["a whole address of this one", "POST http://localhost/ HTTP/1.1\r\nHost: localhost", 404],
  ["no host", "POST / HTTP/1.1", 400],
  ["no host, in an older version", "POST / HTTP/1.0", 403],
  ["an empty host", "POST / HTTP/1.1\r\nHost:", 403],
  ["a host with a tab behind it", "POST / HTTP/1.1\r\nHost: evil.example\t", 403],
  ["a host that is folded", "POST / HTTP/1.1\r\nHost: localhost\r\n .evil.example", 400],
])("over a socket: %s", async (_, head, status) => {
  const text = await raw(await serve({}), head);
  expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});

it("over a socket: names that are allowed, and the address that is listened on", async () => {
  const url = await serve({ allowedHosts: ["pawl.example"] });
  expect((await send(url, call("pawl.example"))).status).toBe(200);
  await server?.close();
  const all = await serve({ host: "0.0.0.0" });
  expect((await send(all, call("127.0.0.1"))).status).toBe(200);
  expect((await send(all, call("pawl.example"))).status).toBe(403);
});
