import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLog, createServer, type PawlServer } from "../src/index.js";
import { readPlainRequest } from "../src/plain-request.js";
import { fakeEngine } from "./fake-engine.js";

// The same requests to a server that answers plain ones directly, and to one that lets Node's server read all of them, as it does
// where it logs each answer.
let direct: PawlServer;
let whole: PawlServer;

beforeAll(async () => {
  const options = {
    host: "127.0.0.1",
    port: 0,
    limits: { headersTimeoutMs: 200, requestTimeoutMs: 300, maxBodyBytes: 5000 },
  };
  direct = await createServer(fakeEngine(), options);
  whole = await createServer(fakeEngine(), { ...options, log: createLog({ level: "debug", write: () => {} }) });
});

afterAll(async () => {
  await Promise.all([direct.close(), whole.close()]);
});

/** All that a server sends for these pieces until it ends the connection, without what differs from answer to answer. */
function exchange({ port }: PawlServer, pieces: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.on("data", (chunk) => {
      text += chunk.toString();
    });
    socket.on("error", () => {});
    socket.on("close", () =>
      resolve(
        text.replace(/(?<=RequestId: )\S+|(?<=Date: ).*/g, "…").replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|\d{10}\.\d+/g, "…"),
      ),
    );
    void (async () => {
      for (const piece of pieces) {
        socket.write(Buffer.from(piece, "latin1"));
        await new Promise((next) => setTimeout(next, 15));
      }
    })();
  });
}

const head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\n";
const list = "X-Amz-Target: AWSStepFunctions.ListActivities\r\n";
const plain = `${head}${list}Content-Length: 2\r\n\r\n{}`;
const last = `${head}${list}Connection: close\r\nContent-Length: 2\r\n\r\n{}`;
const withField = (field: string) => `${head}${list}${field}\r\nContent-Length: 2\r\n\r\n{}`;
const withBody = (target: string, body: string) =>
  `${head}X-Amz-Target: AWSStepFunctions.${target}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

// They change nothing: two servers on one engine are asked at the same time.
const conversations: readonly [string, readonly string[]][] = [
  ["a plain request", [plain, last]],
  ["two in one piece", [plain + plain, last]],
  ["plain ones with the last behind them", [plain + plain + last]],
  ["a head in two pieces", [plain.slice(0, 30), plain.slice(30), last]],
  ["a body in two pieces", [plain.slice(0, -1), "}", last]],
  ["one and a half", [plain + plain.slice(0, 50), plain.slice(50), last]],
  ["a body that is no JSON", [withBody("ListActivities", "{"), last]],
  ["a body with bytes that are no UTF-8", [withBody("DescribeActivity", '{"activityArn":"\xff\xc3"}'), last]],
  ["a name beyond ASCII", [withBody("DescribeActivity", '{"activityArn":"\xc3\xa9t\xc3\xa9"}'), last]],
  ["an operation that there is not", [withBody("Nothing", "{}"), last]],
  ["a member of the wrong kind", [withBody("ListActivities", '{"maxResults":"x"}'), last]],
  ["an empty body", [withBody("ListActivities", ""), last]],
  ["a body that is too long", [withBody("ListActivities", " ".repeat(6000))]],
  ["a length twice", [withField("Content-Length: 2")]],
  ["another length twice", [withField("Content-Length: 5")]],
  ["a length that is negative", [`${head}${list}Content-Length: -2\r\n\r\n{}`]],
  ["a length with a sign", [`${head}${list}Content-Length: +2\r\n\r\n{}`]],
  ["a length in hexadecimal", [`${head}${list}Content-Length: 0x2\r\n\r\n{}`]],
  ["two lengths in one field", [`${head}${list}Content-Length: 2, 2\r\n\r\n{}`]],
  ["no length", [`${head}${list}\r\n`, last]],
  ["a body in chunks", [`${head}${list}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`, last]],
  [
    "chunks and a length",
    [`${head}${list}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n`],
  ],
  ["expecting to be told to go on", [withField("Expect: 100-continue"), last]],
  ["an upgrade", [withField("Connection: upgrade\r\nUpgrade: h2c"), last]],
  ["a space before the colon", [withField("X-Space : 1")]],
  ["a field that goes on in the next line", [withField("X-Long: 1\r\n 2"), last]],
  ["a line that ends with LF alone", [withField("X-Line: 1\nX-Other: 2"), last]],
  ["a carriage return in a value", [withField("X-Line: 1\r2"), last]],
  ["a NUL in a value", [withField("X-Line: 1\u0000"), last]],
  ["a byte above ASCII in a value", [withField("X-Byte: \xe9"), last]],
  ["a field without a name", [withField(": 1")]],
  ["a line without a colon", [withField("nothing")]],
  ["a host twice", [withField("Host: localhost"), last]],
  ["another host", [plain.replace("localhost", "evil.example"), last]],
  ["no host", [plain.replace("Host: localhost\r\n", "")]],
  ["a target twice", [withField("X-Amz-Target: AWSStepFunctions.Nothing"), last]],
  ["HTTP/1.0", [plain.replace("HTTP/1.1", "HTTP/1.0")]],
  ["HTTP/1.0 that is to stay", [withField("Connection: keep-alive").replace("HTTP/1.1", "HTTP/1.0"), last]],
  ["a query", [plain.replace("POST / ", "POST /?a=b "), last]],
  ["a whole address", [plain.replace("POST / ", "POST http://localhost/ "), last]],
  ["a method in small letters", [plain.replace("POST", "post")]],
  ["an empty line before", [`\r\n${plain}`, last]],
  ["an empty line behind", [`${plain}\r\n`, last]],
  ["a GET between", [plain, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", last]],
  ["a GET behind in the same piece", [`${plain}GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n`, last]],
  ["another content type", [plain.replace("x-amz-json-1.0", "x-amz-json-1.1"), last]],
  ["a content type of another protocol", [plain.replace("application/x-amz-json-1.0", "text/plain"), last]],
  [
    "names and values in other letters",
    [plain.replace("Content-Length: 2", "CONTENT-LENGTH:2\r\nCONNECTION:Keep-Alive"), last],
  ],
  ["a long head", [withField(`X-Long: ${"x".repeat(10_000)}`), last]],
  ["a head that is too long", [withField(`X-Long: ${"x".repeat(40_000)}`)]],
  ["bytes that are no HTTP", ["\x16\x03\x01\r\n\r\n"]],
  ["a request that never ends", [`${head}${list}Content-Length: 9\r\n\r\n{`]],
];

describe("what a server answers directly", () => {
  it.concurrent.each(conversations)("%s: as through Node's server", async (_, pieces) => {
    const [one, other] = await Promise.all([exchange(direct, pieces), exchange(whole, pieces)]);
    expect(other).toMatch(/^HTTP\/1\.1 \d\d\d /);
    expect(one).toBe(other);
  });
});

it("answers what came whole before bytes that are no request, and ends the connection", async () => {
  // Node's server reads on before it answers, and answers the bytes alone.
  const text = await exchange(direct, [`${plain}no request\r\n\r\n`]);
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
});

describe("a plain request", () => {
  const read = (text: string) => readPlainRequest(Buffer.from(text, "latin1"), 5000);

  it("is read with what an answer needs", () => {
    const text = withField("Authorization: AWS4 x\r\nX-Amzn-Trace-Id:\t Root=1 \r\nConnection: keep-alive");
    expect(read(`${text}POST`)).toEqual({
      host: "localhost",
      target: "AWSStepFunctions.ListActivities",
      contentType: "application/x-amz-json-1.0",
      authorization: "AWS4 x",
      traceId: "Root=1",
      body: "{}",
      length: text.length,
    });
  });

  it("is whole, or not read", () => {
    for (let length = 0; length < plain.length; length++) {
      expect(read(plain.slice(0, length))).toBeUndefined();
    }
    expect(read(plain)).toBeDefined();
  });

  it.each(["\r", "\n", "\0", "\x7f", "\x80", "\x1f"])("has no %j in its head", (character) => {
    const end = plain.indexOf("\r\n\r\n");
    for (let at = 0; at < end; at++) {
      expect(read(plain.slice(0, at) + character + plain.slice(at))).toBeUndefined();
    }
  });
});
