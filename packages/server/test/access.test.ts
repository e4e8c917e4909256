import { createHash, createHmac } from "node:crypto";
import { connect } from "node:net";
import { ListStateMachinesCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { createServer, type PawlServer, parseAccessKeys, ServerError } from "../src/index.js";
import { type FakeEngine, fakeEngine } from "./fake-engine.js";
import { type Answer, send } from "./send.js";

const key = { id: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const target = "AWSStepFunctions.ListStateMachines";
const now = Date.UTC(2026, 0, 2, 3, 4, 5);

let engine: FakeEngine;
let server: PawlServer;

beforeEach(() => serve(now));
afterEach(() => server.close());

async function serve(time: number | undefined): Promise<void> {
  engine = fakeEngine();
  const clock = time === undefined ? {} : { now: () => time };
  const accessKeys = [{ id: "OTHER", secret: "another secret" }, key];
  server = await createServer(engine, { host: "127.0.0.1", port: 0, accessKeys, ...clock });
}

function client(secretAccessKey: string, accessKeyId = key.id, sessionToken?: string): SFNClient {
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  return new SFNClient({ endpoint: server.url, region: "eu-north-1", credentials, maxAttempts: 1 });
}

describe("requests of the SDK", () => {
  beforeEach(async () => {
    await server.close();
    await serve(undefined);
  });

  it("are served where they are signed with the secret of the key", async () => {
    expect(await client(key.secret).send(new ListStateMachinesCommand({}))).toMatchObject({ stateMachines: [] });
    const other = client("another secret", "OTHER");
    expect(await other.send(new ListStateMachinesCommand({ maxResults: 5 }))).toMatchObject({ stateMachines: [] });
    expect(engine.requests).toEqual([{ maxResults: 100 }, { maxResults: 5 }]);
  });

  it("are served with a body of many pieces and letters of every kind", async () => {
    const input = JSON.stringify({ text: "ä€😀".repeat(50_000).slice(0, 80_000) });
    const stateMachineArn = "arn:aws:states:eu-north-1:123456789012:stateMachine:none";
    const started = client(key.secret).send(new StartExecutionCommand({ stateMachineArn, input }));
    // The engine has been asked: the signature was right.
    await expect(started).rejects.toMatchObject({ name: "StateMachineDoesNotExist" });
  });

  it.each([
    ["another secret", () => client("wrong"), "InvalidSignatureException"],
    ["the secret of another key", () => client("another secret"), "InvalidSignatureException"],
    ["a key that is not known", () => client(key.secret, "AKIDUNKNOWN"), "UnrecognizedClientException"],
    ["a key by the name of a property", () => client(key.secret, "__proto__"), "UnrecognizedClientException"],
    ["a session token", () => client(key.secret, key.id, "token"), "UnrecognizedClientException"],
  ])("are refused with %s", async (_, wrong, name) => {
    const refused = await wrong()
      .send(new ListStateMachinesCommand({}))
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
    expect(engine.requests).toEqual([]);
  });
});

class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret as string);
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

interface Part {
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long before the server's now it is signed, in seconds. */
  readonly age?: number;
  readonly query?: Readonly<Record<string, string | string[]>>;
  readonly method?: string;
  readonly path?: string;
  readonly service?: string;
  readonly expiresIn?: number;
}

interface Request {
  method: string;
  path: string;
  query: Record<string, string | string[]>;
  headers: Record<string, string>;
  body: string;
}

function unsigned({ body = "{}", headers = {}, query = {}, method = "POST", path = "/" }: Part): Request {
  const head = { host: new URL(server.url).host, "content-type": "application/x-amz-json-1.0", "x-amz-target": target };
  return { method, path, query: { ...query }, headers: { ...head, ...headers }, body };
}

function signer(service = "states"): SignatureV4 {
  const credentials = { accessKeyId: key.id, secretAccessKey: key.secret };
  return new SignatureV4({ service, region: "us-east-1", credentials, sha256: Sha256 });
}

async function signed(part: Part = {}): Promise<Request> {
  const request = unsigned(part);
  const signingDate = new Date(now - (part.age ?? 0) * 1000);
  const result = await signer(part.service).sign({ ...request, protocol: "http:", hostname: "" }, { signingDate });
  return { ...request, headers: result.headers };
}

async function presigned(part: Part = {}): Promise<Request> {
  const request = unsigned(part);
  const signingDate = new Date(now - (part.age ?? 0) * 1000);
  const { query, headers } = await signer(part.service).presign(
    { ...request, protocol: "http:", hostname: "" },
    {
      signingDate,
      expiresIn: part.expiresIn ?? 60,
      unhoistableHeaders: new Set(["x-amz-target"]),
    },
  );
  return { ...request, headers, query: query as Request["query"] };
}

function deliver({ method, path, query, headers, body }: Request): Promise<Answer> {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((each) => `${encodeURIComponent(name)}=${encodeURIComponent(each)}`),
  );
  return send(server.url, { method, path: pairs.length === 0 ? path : `${path}?${pairs.join("&")}`, headers, body });
}

describe("signatures that are right", () => {
  it.each<[string, () => Promise<Request>]>([
    ["in the header", () => signed()],
    ["in the query", () => presigned()],
    ["14 minutes old", () => signed({ age: 14 * 60 })],
    ["14 minutes ahead", () => signed({ age: -14 * 60 })],
    ["in the query, for a week", () => presigned({ age: 6 * 24 * 3600, expiresIn: 7 * 24 * 3600 })],
    ["of a query with characters to escape", () => signed({ query: { "a b": "c/d+e&", z: ["2", "1"], ä: "" } })],
    ["in the query, beside other parameters", () => presigned({ query: { "a b": "c/d+e&", z: ["2", "1"] } })],
    ["of a body that is not ASCII", () => signed({ body: '{"unknown":"ä€"}' })],
    ["of headers with spaces", () => signed({ headers: { "x-amz-meta": "  a   b  " } })],
    [
      "with no spaces and another order of its parts",
      async () => {
        const request = await signed();
        const [, credential, headers, signature] =
          /Credential=(.*), SignedHeaders=(.*), Signature=(.*)/.exec(request.headers.authorization ?? "") ?? [];
        const authorization = `AWS4-HMAC-SHA256 Signature=${signature},SignedHeaders=${headers},Credential=${credential}`;
        return { ...request, headers: { ...request.headers, authorization } };
      },
    ],
  ])("%s", async (_, make) => {
    const { status, body } = await deliver(await make());
    expect({ status, body }).toEqual({ status: 200, body: '{"stateMachines":[]}' });
  });
});

const mismatch =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

/** A request that was signed, and then changed. */
const changed =
  (change: (request: Request) => void, make = signed, part: Part = {}) =>
  async (): Promise<Request> => {
    const request = await make(part);
    change(request);
    return request;
  };

const authorization = (replace: (text: string) => string) =>
  changed((request) => {
    request.headers.authorization = replace(request.headers.authorization ?? "");
  });

describe("signatures that are wrong", () => {
  it.each<[string, () => Promise<Request>, string, string | RegExp]>([
    ["none", async () => unsigned({}), "MissingAuthenticationToken", "Missing Authentication Token"],
    [
      "another scheme",
      async () => unsigned({ headers: { authorization: "Bearer abc" } }),
      "MissingAuthenticationToken",
      "Missing Authentication Token",
    ],
    [
      "two",
      changed((request) => {
        request.headers.authorization = "AWS4-HMAC-SHA256 Credential=a";
      }, presigned),
      "InvalidSignature",
      "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    ],
    [
      "no parts",
      authorization(() => "AWS4-HMAC-SHA256"),
      "IncompleteSignature",
      "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter.",
    ],
    [
      "parts without values",
      authorization(() => "AWS4-HMAC-SHA256 Credential=, SignedHeaders, Signature=1"),
      "IncompleteSignature",
      "Authorization header requires 'Credential' parameter. Authorization header requires 'SignedHeaders' parameter.",
    ],
    [
      "no date",
      changed((request) => {
        delete request.headers["x-amz-date"];
      }),
      "IncompleteSignature",
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    ],
    [
      "a date of another form",
      changed((request) => {
        request.headers["x-amz-date"] = "2026-01-02T03:04:05Z";
      }),
      "IncompleteSignature",
      "Date must be in ISO-8601 'basic format'. Got '2026-01-02T03:04:05Z'. See http://en.wikipedia.org/wiki/ISO_8601",
    ],
    [
      "a date that there is not",
      changed((request) => {
        request.headers["x-amz-date"] = "20261302T030405Z";
      }),
      "IncompleteSignature",
      /^Date must be in ISO-8601/,
    ],
    [
      "16 minutes old",
      () => signed({ age: 16 * 60 }),
      "InvalidSignature",
      "Signature expired: 20260102T024805Z is now earlier than 20260102T024905Z (20260102T030405Z - 15 min.)",
    ],
    [
      "16 minutes ahead",
      () => signed({ age: -16 * 60 }),
      "InvalidSignature",
      "Signature not yet current: 20260102T032005Z is still later than 20260102T031905Z (20260102T030405Z + 15 min.)",
    ],
    [
      "a URL that was good for a minute",
      () => presigned({ age: 61 }),
      "InvalidSignature",
      "Signature expired: 20260102T030304Z is now earlier than 20260102T030305Z (20260102T030405Z - 1 min.)",
    ],
    [
      "a URL that is made to be good for longer",
      changed((request) => {
        request.query["X-Amz-Expires"] = "3600";
      }, presigned),
      "InvalidSignature",
      mismatch,
    ],
    [
      "a URL for longer than a week",
      changed((request) => {
        request.query["X-Amz-Expires"] = "604801";
      }, presigned),
      "IncompleteSignature",
      "X-Amz-Expires must be a number between 1 and 604800.",
    ],
    [
      "a URL for how long is not said",
      changed((request) => {
        delete request.query["X-Amz-Expires"];
      }, presigned),
      "IncompleteSignature",
      "X-Amz-Expires must be a number between 1 and 604800.",
    ],
    [
      "a URL without its parts",
      async () => unsigned({ query: { "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Date": "20260102T030405Z" } }),
      "IncompleteSignature",
      "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine the query-string parameters.",
    ],
    [
      "no host in it",
      authorization((text) => text.replace("host;", "")),
      "InvalidSignature",
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    ],
    [
      "no operation in it",
      authorization((text) => text.replace(";x-amz-target", "")),
      "InvalidSignature",
      "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.",
    ],
    [
      "another algorithm",
      authorization((text) => text.replace("SHA256", "SHA512")),
      "IncompleteSignature",
      "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512' (only AWS4-HMAC-SHA256 for now). ",
    ],
    [
      "a credential of four parts",
      authorization((text) => text.replace("/aws4_request", "")),
      "IncompleteSignature",
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIDEXAMPLE/20260102/us-east-1/states'",
    ],
    [
      "for another service",
      () => signed({ service: "lambda" }),
      "InvalidSignature",
      "Credential should be scoped to correct service: 'states'. ",
    ],
    [
      "of another scope in every part",
      authorization((text) => text.replace("20260102/us-east-1/states/aws4_request", "20260101/US!/s3/aws5")),
      "InvalidSignature",
      "Credential should be scoped to a valid region, not 'US!'. Credential should be scoped to correct service: 'states'. Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260101' != '20260102', from '20260102T030405Z'.",
    ],
    [
      "for another region",
      authorization((text) => text.replace("us-east-1", "us-east-2")),
      "InvalidSignature",
      mismatch,
    ],
    [
      "a key that is not known",
      authorization((text) => text.replace(key.id, "AKIDUNKNOWN")),
      "UnrecognizedClient",
      "The security token included in the request is invalid.",
    ],
    ["a digit of it", authorization((text) => flipLast(text)), "InvalidSignature", mismatch],
    ["none of its length", authorization((text) => text.slice(0, -1)), "InvalidSignature", mismatch],
    [
      "bytes that are none",
      authorization((text) => `${text.slice(0, -4)}\u00fc\u00fc\u00fc\u00fc`),
      "InvalidSignature",
      mismatch,
    ],
    [
      "of another body",
      changed((request) => {
        request.body = '{"maxResults":7}';
        request.headers["content-length"] = "16";
      }),
      "InvalidSignature",
      mismatch,
    ],
    [
      "of another body, whose hash stands in the header",
      changed((request) => {
        request.body = '{"maxResults":7}';
        request.headers["x-amz-content-sha256"] = createHash("sha256").update(request.body).digest("hex");
      }),
      "InvalidSignature",
      mismatch,
    ],
    [
      "of a body that may be any",
      () => signed({ headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } }),
      "InvalidSignature",
      mismatch,
    ],
    [
      "of another body, in the query",
      changed((request) => {
        request.body = '{"maxResults":7}';
      }, presigned),
      "InvalidSignature",
      mismatch,
    ],
    [
      "of another operation",
      changed((request) => {
        request.headers["x-amz-target"] = "AWSStepFunctions.ListActivities";
      }),
      "InvalidSignature",
      mismatch,
    ],
    [
      "of another content type",
      changed((request) => {
        request.headers["content-type"] = "application/json";
      }),
      "InvalidSignature",
      mismatch,
    ],
    [
      "of another query",
      changed((request) => {
        request.query = { more: "1" };
      }),
      "InvalidSignature",
      mismatch,
    ],
    [
      "of a header that did not come",
      changed(
        (request) => {
          delete request.headers["x-extra"];
        },
        signed,
        { headers: { "x-extra": "1" } },
      ),
      "InvalidSignature",
      mismatch,
    ],
    [
      "of a query that is added, and is empty",
      changed((request) => {
        request.query = { "": "" };
      }),
      "InvalidSignature",
      mismatch,
    ],
    [
      "of an operation that came unsigned, where none was signed",
      async () => {
        const { headers, ...request } = unsigned({});
        const { "x-amz-target": _, ...others } = headers;
        const result = await signer().sign(
          { ...request, headers: others, protocol: "http:", hostname: "" },
          { signingDate: new Date(now) },
        );
        return { ...request, headers: { ...result.headers, "X-Amz-Target": target } };
      },
      "InvalidSignature",
      "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.",
    ],
    [
      "in the query, of an operation that is added to it",
      async () => {
        const { headers, ...request } = unsigned({});
        const { "x-amz-target": _, ...others } = headers;
        const { query } = await signer().presign(
          { ...request, headers: others, protocol: "http:", hostname: "" },
          { signingDate: new Date(now), expiresIn: 60 },
        );
        return { ...request, query: query as Request["query"], headers: { ...others, "x-amz-target": target } };
      },
      "InvalidSignature",
      "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.",
    ],
    ["of digits in capital letters", authorization(upperSignature), "InvalidSignature", mismatch],
    [
      "for a service whose name begins like ours",
      () => signed({ service: "states2" }),
      "InvalidSignature",
      "Credential should be scoped to correct service: 'states'. ",
    ],
    [
      "a URL whose time is given twice",
      changed((request) => {
        request.query["X-Amz-Expires"] = ["604800", "60"];
      }, presigned),
      "InvalidSignature",
      mismatch,
    ],
    [
      "a URL with a parameter more",
      changed((request) => {
        request.query.more = "1";
      }, presigned),
      "InvalidSignature",
      mismatch,
    ],
    [
      "a URL with a parameter in other letters",
      changed(
        (request) => {
          delete request.query.a;
          request.query.A = "1";
        },
        presigned,
        { query: { a: "1" } },
      ),
      "InvalidSignature",
      mismatch,
    ],
    [
      "a URL with the names of its own parameters in small letters",
      changed((request) => {
        request.query = Object.fromEntries(
          Object.entries(request.query).map(([name, value]) => [name.toLowerCase(), value]),
        );
      }, presigned),
      "MissingAuthenticationToken",
      "Missing Authentication Token",
    ],
    [
      "of a header by the name of a property",
      authorization((text) => text.replace("host;", "__proto__;host;")),
      "InvalidSignature",
      mismatch,
    ],
  ])("%s", async (_, make, code, message) => {
    const answer = await deliver(await make());
    expect(answer.status).toBe(400);
    expect(answer.headers["content-type"]).toMatch(/^application\/(?:x-amz-json-1\.0|json)$/);
    const body = JSON.parse(answer.body);
    expect(body).toEqual({
      __type: `${code}Exception`,
      message: typeof message === "string" ? message : expect.stringMatching(message),
    });
    expect(engine.requests).toEqual([]);
    expect(answer.body).not.toContain(key.secret);
  });

  function upperSignature(text: string): string {
    return text.replace(/Signature=.*$/, (signature) => signature.toUpperCase().replace("SIGNATURE", "Signature"));
  }

  /** Sends headers that may come more than once, which the names of an object cannot. */
  async function deliverRaw(lines: readonly string[], body = "{}"): Promise<string> {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    const length = `Content-Length: ${Buffer.byteLength(body)}`;
    socket.write(`POST / HTTP/1.1\r\n${[...lines, length, "Connection: close"].join("\r\n")}\r\n\r\n${body}`);
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    return text;
  }

  const linesOf = (headers: Record<string, string>): string[] =>
    Object.entries(headers).map(([name, value]) => `${name}: ${value}`);

  it.each<[string, (lines: string[]) => string[], boolean]>([
    ["the same in another order", (lines) => lines.reverse(), true],
    ["an unsigned one more", (lines) => [...lines, "X-Other: 1"], true],
    [
      "another operation before the signed one",
      (lines) => ["X-Amz-Target: AWSStepFunctions.ListActivities", ...lines],
      false,
    ],
    ["another operation behind it", (lines) => [...lines, "x-amz-target: AWSStepFunctions.ListActivities"], false],
    ["another host behind the signed one", (lines) => [...lines, "Host: localhost"], false],
    ["another date", (lines) => [...lines, "x-amz-date: 20260102T030405Z"], false],
    ["another signature before it", (lines) => ["Authorization: AWS4-HMAC-SHA256 Credential=a", ...lines], false],
    ["another signature behind it", (lines) => [...lines, "Authorization: AWS4-HMAC-SHA256 Signature=0"], false],
    ["another content type", (lines) => [...lines, "content-type: application/json"], false],
  ])("headers: %s", async (_, change, isRight) => {
    const { headers } = await signed();
    const text = await deliverRaw(change(linesOf(headers)));
    expect(text.startsWith(`HTTP/1.1 ${isRight ? 200 : 400} `)).toBe(true);
    expect(engine.requests).toHaveLength(isRight ? 1 : 0);
  });

  function flipLast(text: string): string {
    return text.slice(0, -1) + (text.endsWith("0") ? "1" : "0");
  }

  it("is told on a connection that goes on, with a body that is not kept", async () => {
    const body = JSON.stringify({ nextToken: "x".repeat(1_000_000) });
    const answer = await deliver(unsigned({ body }));
    expect(JSON.parse(answer.body).__type).toBe("MissingAuthenticationTokenException");
    expect((await deliver(await signed())).status).toBe(200);
  });
});

describe("access keys as text", () => {
  test.each([
    ["A:b", [{ id: "A", secret: "b" }]],
    [
      "A:b/+=,\n B:c:123456789012 ",
      [
        { id: "A", secret: "b/+=" },
        { id: "B", secret: "c", accountId: "123456789012" },
      ],
    ],
    ["# of the team\nA:b\n  # and a comment: C:d\n", [{ id: "A", secret: "b" }]],
    ["", []],
  ])("%j", (text, keys) => {
    expect(parseAccessKeys(text, "a text")).toEqual(keys);
  });

  test.each([
    ["A:b secret", "Access key 2 of a text is not of the form ID:SECRET or ID:SECRET:ACCOUNT"],
    [":secret", "Access key 1 of a text is not of the form ID:SECRET or ID:SECRET:ACCOUNT"],
    ["A:", "Access key 1 of a text is not of the form ID:SECRET or ID:SECRET:ACCOUNT"],
    ["A:secret:1", "Access key 1 of a text has an account that is not of 12 digits"],
    ["A:secret:123456789012:", "Access key 1 of a text is not of the form ID:SECRET or ID:SECRET:ACCOUNT"],
    ["A/B:secret", "Access key 1 of a text is not of the form ID:SECRET or ID:SECRET:ACCOUNT"],
  ])("%j is refused, and not repeated", (text, message) => {
    expect(() => parseAccessKeys(text, "a text")).toThrow(new ServerError(message));
  });

  test("an id that comes twice", async () => {
    const accessKeys = [key, key];
    await expect(createServer(fakeEngine(), { host: "127.0.0.1", port: 0, accessKeys })).rejects.toThrow(
      "The access key AKIDEXAMPLE is given twice",
    );
  });
});
