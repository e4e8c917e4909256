import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "./handshake.js";

export interface Listener {
  readonly address: Address;
  /** Stops listening and removes the socket's file. May be called more than once. */
  close(): void;
}

/**
 * Listens where go-plugin's host expects it: on a socket file that only this user (and the group that the host names) can open;
 * on Windows on a port of 127.0.0.1. Connections wait until `accept` takes them.
 */
export async function listen(
  environment: NodeJS.ProcessEnv,
  accept: (socket: Socket) => void,
  platform: NodeJS.Platform = process.platform,
): Promise<Listener> {
  const server = createServer(accept);
  return platform === "win32" ? listenOnPort(server, environment) : listenOnFile(server, environment);
}

/** What fits into the address of a socket on macOS, in bytes; Linux takes 4 more. */
const LONGEST_PATH = 103;

async function listenOnFile(server: Server, environment: NodeJS.ProcessEnv): Promise<Listener> {
  const name = `plugin${randomBytes(6).toString("hex")}`;
  const file = [environment.PLUGIN_UNIX_SOCKET_DIR || tmpdir(), "/tmp"]
    .map((folder) => join(folder, name))
    .find((path) => Buffer.byteLength(path) <= LONGEST_PATH);
  if (file === undefined) throw new Error("There is no folder with a name short enough for a socket");
  const before = process.umask(0o077);
  try {
    await listening(server, { path: file });
  } finally {
    process.umask(before);
  }
  const { PLUGIN_UNIX_SOCKET_GROUP: group } = environment;
  if (group !== undefined && group !== "") {
    chownSync(file, -1, groupId(group));
    chmodSync(file, 0o660);
  }
  return {
    address: { network: "unix", text: file },
    close: () => {
      server.close();
      rmSync(file, { force: true });
    },
  };
}

async function listenOnPort(server: Server, environment: NodeJS.ProcessEnv): Promise<Listener> {
  const least = Number(environment.PLUGIN_MIN_PORT ?? 0);
  const most = Number(environment.PLUGIN_MAX_PORT ?? least);
  for (let port = least; ; port += 1) {
    try {
      await listening(server, { host: "127.0.0.1", port });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || port >= most) throw error;
    }
  }
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("The server has no port");
  return { address: { network: "tcp", text: `127.0.0.1:${bound.port}` }, close: () => server.close() };
}

function listening(server: Server, where: { path: string } | { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function groupId(group: string): number {
  if (/^\d+$/.test(group)) return Number(group);
  const line = readFileSync("/etc/group", "utf8")
    .split("\n")
    .find((each) => each.startsWith(`${group}:`));
  if (line === undefined) throw new Error(`There is no group '${group}' (PLUGIN_UNIX_SOCKET_GROUP)`);
  return Number(line.split(":")[2]);
}
