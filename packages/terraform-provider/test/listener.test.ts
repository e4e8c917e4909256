import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect, createServer, type NetConnectOpts, type Socket } from "node:net";
import { expect, test } from "vitest";
import { handshakeLine } from "../src/protocol/handshake.js";
import { listen } from "../src/protocol/listener.js";

async function greeted(where: NetConnectOpts): Promise<string> {
  const socket = connect(where);
  const [chunk] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return chunk.toString();
}

const greet = (socket: Socket): void => {
  socket.end("hello");
};

test("on Windows: a port of this machine, the first one that is free of those that the host names", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as { port: number };
  const environment = { PLUGIN_MIN_PORT: String(port), PLUGIN_MAX_PORT: String(port + 50) };
  const listener = await listen(environment, greet, "win32");
  const [, found] = /^127\.0\.0\.1:(\d+)$/.exec(listener.address.text) ?? [];
  expect(listener.address.network).toBe("tcp");
  expect(Number(found)).toBeGreaterThan(port);
  expect(await greeted({ host: "127.0.0.1", port: Number(found) })).toBe("hello");
  listener.close();

  const narrow = { PLUGIN_MIN_PORT: String(port), PLUGIN_MAX_PORT: String(port) };
  await expect(listen(narrow, greet, "win32")).rejects.toThrow("EADDRINUSE");
  taken.close();
});

test("elsewhere: a socket file, in a folder whose name is short enough", async () => {
  const listener = await listen({ PLUGIN_UNIX_SOCKET_DIR: `/${"x".repeat(100)}` }, greet, "linux");
  expect(listener.address).toEqual({ network: "unix", text: expect.stringMatching(/^\/tmp\/plugin[0-9a-f]+$/) });
  expect(await greeted({ path: listener.address.text })).toBe("hello");
  listener.close();
  listener.close();
  expect(existsSync(listener.address.text)).toBe(false);
});

test("a group that is not there is named", async () => {
  await expect(listen({ PLUGIN_UNIX_SOCKET_GROUP: "no-such-group" }, greet, "linux")).rejects.toThrow("no-such-group");
});

test("the handshake's line says no to hosts that would multiplex", () => {
  const address = { network: "tcp", text: "127.0.0.1:1" } as const;
  expect(handshakeLine(address, undefined, {})).toBe("1|6|tcp|127.0.0.1:1|grpc|\n");
  expect(handshakeLine(address, undefined, { PLUGIN_MULTIPLEX_GRPC: "true" })).toBe(
    "1|6|tcp|127.0.0.1:1|grpc||false\n",
  );
});
