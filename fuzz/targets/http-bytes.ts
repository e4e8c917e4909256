import { connect } from "node:net";
import { openEngine, openSqliteStore } from "../../packages/engine/src/index.js";
import { createServer } from "../../packages/server/src/index.js";
import { mutateText } from "../mutation.js";
import type { Target } from "../target.js";

const BODY = '{"name":"a"}';
const REQUESTS = [
  `POST / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-amz-target: AWSStepFunctions.ListStateMachines\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: 2\r\n\r\n{}`,
  `POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: AWSStepFunctions.CreateActivity\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
  "GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
  "POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\nx-amz-target: AWSStepFunctions.ListActivities\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
  "POST / HTTP/1.1\r\nhost: 127.0.0.1\r\nexpect: 100-continue\r\ncontent-length: 2000000\r\n\r\n",
];
const PIECES = [
  "\r\n",
  "\r\n\r\n",
  ": ",
  "content-length: ",
  "transfer-encoding: chunked\r\n",
  "HTTP/1.1",
  "\0",
  "0",
  "99999999999",
  "-1",
  "\u00ff",
  "host: ",
  "authorization: AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=0\r\n",
];

/** How long an answer is waited for after the last byte, in milliseconds. */
const PATIENCE = 50;

/** Bytes on a connection: whatever they are, answers are HTTP, and the next connection is served. */
export const httpBytes: Target = {
  name: "http-bytes",
  limit: 10_000,
  async open() {
    const engine = await openEngine({ store: await openSqliteStore("memory") });
    const server = await createServer(engine, { host: "127.0.0.1", port: 0 });
    let cases = 0;
    return {
      draw(random) {
        const pipelined = Array.from({ length: random.between(1, 3) }, () => random.pick(REQUESTS)).join("");
        return mutateText(pipelined, random, PIECES);
      },
      mutate: (text, random) => mutateText(text, random, PIECES),
      async run(text) {
        const answer = await exchange(server.port, Buffer.from(text, "latin1"));
        if (answer !== "" && !answer.startsWith("HTTP/1.1 "))
          throw new Error(`the answer is ${JSON.stringify(answer.slice(0, 100))}`);
        if (/^HTTP\/1\.1 5/m.test(answer)) throw new Error(`the answer is ${answer.slice(0, 300)}`);
        if (++cases % 50 === 0) {
          const health = await fetch(`${server.url}/health`);
          if (health.status !== 200) throw new Error(`health is ${health.status}`);
        }
      },
      async close() {
        await server.close();
        await engine.close();
      },
    };
  },
};

function exchange(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    let patience = setTimeout(() => socket.destroy(), PATIENCE);
    socket.on("data", (data) => {
      answer += data.toString("latin1");
      clearTimeout(patience);
      patience = setTimeout(() => socket.destroy(), PATIENCE / 5);
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "ECONNRESET" && error.code !== "EPIPE") reject(error);
    });
    socket.on("close", () => {
      clearTimeout(patience);
      resolve(answer);
    });
  });
}
