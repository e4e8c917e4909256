// How many open connections a server holds, and what one costs: opens as many as asked for or as the limit of open files
// allows, makes one call on each, holds them all, and calls once more on each.
//
//     npm run build && node packages/server/bench/connections.mjs [number, default 10000]
//
// The server is a process of its own, so that each process has its own limit.

import { fork } from "node:child_process";
import { connect } from "node:net";

const wanted = Number(process.argv[2] ?? 10_000);
/** Connections that are being opened at a time: more than the queue of the system would be refused. */
const atATime = 200;

const request =
  "POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-amz-json-1.0\r\n" +
  "x-amz-target: AWSStepFunctions.ListActivities\r\ncontent-length: 2\r\n\r\n{}";

if (process.env.SERVE !== undefined) {
  const { createServer } = await import("@pawl/server");
  const engine = { activities: { list: async () => ({ items: [] }) } };
  const server = await createServer(engine, { host: "127.0.0.1", port: 0 });
  process.on("message", () => {
    globalThis.gc();
    process.send(process.memoryUsage());
  });
  process.send(server.port);
} else {
  await measure();
}

async function measure() {
  const child = fork(import.meta.filename, [], { env: { ...process.env, SERVE: "" }, execArgv: ["--expose-gc"] });
  const port = await answer(child);
  const open = async () => {
    const socket = connect(port, "127.0.0.1");
    await call(socket);
    return socket;
  };
  // What the first calls take once and for all is no connection's.
  for (const socket of await Promise.all(Array.from({ length: 500 }, open))) socket.destroy();
  await pause(500);
  const before = await memory(child);
  const sockets = [];
  let refusal;
  const began = performance.now();
  const openNext = async () => {
    while (sockets.length + atATime <= wanted && refusal === undefined) {
      try {
        sockets.push(await open());
      } catch (error) {
        refusal = error.code;
      }
    }
  };
  await Promise.all(Array.from({ length: atATime }, openNext));
  const seconds = (performance.now() - began) / 1000;
  const after = await memory(child);
  const again = performance.now();
  await Promise.all(sockets.map(call));
  const all = performance.now() - again;

  const of = (part) => ((after[part] - before[part]) / sockets.length / 1024).toFixed(1);
  console.log(
    `${sockets.length} connections held${refusal === undefined ? "" : ` (then ${refusal})`}, opened in ${seconds.toFixed(1)} s`,
  );
  console.log(`memory of a connection: ${of("rss")} kB resident, of that ${of("heapUsed")} kB in JavaScript's heap`);
  console.log(`one more call on each of them: ${all.toFixed(0)} ms in all`);
  for (const socket of sockets) socket.destroy();
  child.kill();
}

function call(socket) {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("closed")));
    socket.once("data", () => {
      socket.removeAllListeners("error");
      socket.removeAllListeners("close");
      socket.on("error", () => {});
      resolve();
    });
    socket.write(request);
  });
}

function answer(child) {
  return new Promise((resolve) => child.once("message", resolve));
}

async function memory(child) {
  child.send("memory");
  return answer(child);
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
