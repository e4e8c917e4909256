// A load that does not wait for answers: so many requests a second, whatever the server does, in a process of its own. One that
// waits slows down with the server and does not see what others would have waited meanwhile. Jobs and answers as in load.mjs.
import { connect } from "node:net";

process.on("message", async (job) => {
  try {
    process.send({ result: await run(job) });
  } catch (error) {
    process.send({ error: error.message });
  }
});

/** Longest sleep between two looks at the clock and the sockets, in milliseconds. */
const TICK = 0.1;

/**
 * Sends `job.request` `job.perSecond` times a second for `job.seconds` after `job.warmUpSeconds`, each over the first of `job.connections` that is
 * free. A latency is the time from when the request was due to its answer, in milliseconds.
 */
async function run({ port, request, perSecond, connections, seconds, warmUpSeconds = 0 }) {
  const bytes = Buffer.from(request);
  const free = [];
  const latencies = [];
  let failure;
  let waiting = 0;
  /** When the requests were due that wait for a connection. */
  const queue = [];
  let next = 0;

  const send = () => {
    while (next < queue.length && free.length > 0) {
      const one = free.pop();
      one.due = queue[next++];
      waiting++;
      one.socket.write(bytes);
    }
  };

  const open = () =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      const one = { socket, due: 0 };
      socket.once("connect", () => resolve(one));
      socket.once("error", reject);
      socket.on("close", () => {
        failure ??= waiting > 0 ? new Error("the server closed a connection") : undefined;
      });
      // An answer is one small piece, unless the system tears it apart, which it does not here.
      socket.on("data", (answer) => {
        if (answer[9] !== 50) failure ??= new Error(`the server answered: ${answer}`);
        waiting--;
        latencies.push(performance.now() - one.due);
        free.push(one);
        send();
      });
    });
  for (let count = 0; count < connections; count++) free.push(await open());

  const interval = 1000 / perSecond;
  const begin = performance.now();
  const measuredFrom = begin + warmUpSeconds * 1000;
  const end = measuredFrom + seconds * 1000;
  let due = begin;
  let warmUpCount;
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  while (due < end && failure === undefined) {
    let now = performance.now();
    for (; due <= now && due < end; due += interval) {
      if (warmUpCount === undefined && due >= measuredFrom) warmUpCount = latencies.length;
      queue.push(due);
    }
    send();
    await new Promise((resolve) => setImmediate(resolve));
    now = performance.now();
    if (due > now) Atomics.wait(sleeper, 0, 0, Math.min(TICK, due - now));
  }
  for (let tries = 0; (waiting > 0 || next < queue.length) && failure === undefined && tries < 1000; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const answered = latencies.length;
  const measured = Float64Array.from(latencies.slice(warmUpCount ?? 0)).sort();
  const at = (share) => measured[Math.min(measured.length - 1, Math.floor(measured.length * share))];
  waiting = 0;
  for (const { socket } of free) socket.destroy();
  if (failure !== undefined) throw failure;
  return { answered, perSecond, p50: at(0.5), p99: at(0.99), longest: at(1) };
}
