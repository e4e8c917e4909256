// The load generator, a process of its own: connections that each send their next request when the answer is there. Runs
// one job for each message from its parent and answers with what it measured. It has to be cheaper than the servers: raw
// sockets, request bytes made once, and of an answer nothing is read but its status and its length.
import { connect } from "node:net";

process.on("message", async (job) => {
  try {
    process.send({ result: await run(job) });
  } catch (error) {
    process.send({ error: error.message });
  }
});

/**
 * Loads `job.port` with `job.request` (the bytes of one HTTP request, as text) over `job.connections` connections, either for
 * `job.seconds` after `job.warmUpSeconds`, or until `job.count` requests are answered. Latencies are milliseconds.
 */
async function run({ port, request, connections, seconds, warmUpSeconds = 0, count = Number.POSITIVE_INFINITY }) {
  const bytes = Buffer.from(request);
  const latencies = new Latencies();
  let left = count;
  let answered = 0;
  let measuring = warmUpSeconds === 0;
  let started = performance.now();
  let cpu = process.cpuUsage();

  const all = Array.from({ length: connections }, () =>
    converse(port, bytes, {
      /** True where one more request is to be sent. */
      wantsMore: () => left-- > 0,
      answered: (milliseconds) => {
        answered++;
        if (measuring) latencies.add(milliseconds);
      },
    }),
  );
  const everyone = Promise.all(all);
  if (seconds !== undefined) {
    await Promise.race([everyone, pause(warmUpSeconds)]);
    measuring = true;
    started = performance.now();
    cpu = process.cpuUsage();
    await Promise.race([everyone, pause(seconds)]);
  } else {
    await everyone;
  }
  measuring = false;
  left = 0;
  const elapsed = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  await everyone;
  return {
    /** Of the whole job, warm-up and what was under way at its end included. */
    answered,
    seconds: elapsed / 1000,
    perSecond: latencies.count / (elapsed / 1000),
    ...latencies.percentiles(),
    /** Of one core, 0 to 1: near 1, the generator measures itself. */
    generatorCpu: (user + system) / 1000 / elapsed,
  };
}

/** One connection, until nothing more is wanted. */
function converse(port, bytes, { wantsMore, answered }) {
  return new Promise((resolve, reject) => {
    let sent = 0;
    /** The beginning of an answer that came in pieces. */
    let pending;
    const buffer = Buffer.allocUnsafe(64 * 1024);
    const socket = connect({ host: "127.0.0.1", port, noDelay: true, onread: { buffer, callback: read } });
    socket.once("connect", next);
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("the server closed a connection")));

    function next() {
      if (!wantsMore()) {
        resolve();
        socket.destroy();
        return;
      }
      sent = performance.now();
      socket.write(bytes);
    }

    function read(length) {
      let answer = buffer.subarray(0, length);
      if (pending !== undefined) answer = Buffer.concat([pending, answer]);
      if (answer.length < answerLength(answer)) {
        pending = Buffer.from(answer);
        return true;
      }
      pending = undefined;
      if (!isOk(answer)) {
        reject(new Error(`the server answered: ${answer.toString()}`));
        socket.destroy();
        return false;
      }
      answered(performance.now() - sent);
      next();
      return true;
    }
  });
}

const END_OF_HEAD = Buffer.from("\r\n\r\n");
const LENGTH = Buffer.from("Content-Length: ");
const ZERO = 48;

/** The length of the whole answer that begins here; infinite where its head is not there yet. */
function answerLength(answer) {
  const head = answer.indexOf(END_OF_HEAD);
  if (head < 0) return Number.POSITIVE_INFINITY;
  const field = answer.indexOf(LENGTH);
  if (field < 0 || field > head) throw new Error("an answer without Content-Length");
  let body = 0;
  for (let at = field + LENGTH.length; answer[at] >= ZERO; at++) body = body * 10 + answer[at] - ZERO;
  return head + END_OF_HEAD.length + body;
}

/** "HTTP/1.1 200 …" */
function isOk(answer) {
  return answer[9] === ZERO + 2 && answer[10] === ZERO && answer[11] === ZERO;
}

class Latencies {
  count = 0;
  #values = new Float64Array(1 << 18);

  add(milliseconds) {
    if (this.count === this.#values.length) {
      const longer = new Float64Array(this.count * 2);
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[this.count++] = milliseconds;
  }

  percentiles() {
    const sorted = this.#values.subarray(0, this.count).sort();
    const at = (share) => sorted[Math.min(this.count - 1, Math.floor(this.count * share))];
    return { p50: at(0.5), p99: at(0.99), longest: at(1) };
  }
}

function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
