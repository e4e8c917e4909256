import { describe, expect, it } from "vitest";
import type { Connections } from "../src/tasks/http/connections.js";
import { HttpExchange } from "../src/tasks/http/exchange.js";
import { openServiceEndpoint, type ServiceAnswer, type ServiceRequest } from "./service-endpoint.js";
import { openTestEngine, type TestEngineOptions } from "./test-engine.js";

const CONNECTION = "arn:aws:events:us-east-1:123456789012:connection/api/81210c42-8af1-456b-9c4a-6ff02fc664ac";

const task = (parameters: object) => ({
  StartAt: "Call",
  States: { Call: { Type: "Task", Resource: "arn:aws:states:::http:invoke", Parameters: parameters, End: true } },
});

/** Runs one HTTP task against a server that answers so; `$` in a text stands for its address. */
async function run(
  parameters: object,
  answer: (request: ServiceRequest) => ServiceAnswer | undefined,
  options: Omit<TestEngineOptions, "connections"> & { connections?: (url: string) => Connections } = {},
) {
  const endpoint = await openServiceEndpoint(answer);
  const { connections, ...more } = options;
  const { engine, start, machine } = await openTestEngine({
    ...more,
    ...(connections === undefined ? {} : { connections: connections(endpoint.url) }),
  });
  const definition = task({ ApiEndpoint: `${endpoint.url}/v1/customers`, Method: "GET", ...parameters });
  const executionArn = await start(await machine(definition));
  const { output, error, cause } = await engine.executions.ended(executionArn);
  const history = await engine.executions.history({ executionArn, maxResults: 1000, reverseOrder: false });
  return {
    output: output === undefined ? undefined : JSON.parse(output),
    error,
    cause,
    endpoint,
    request: endpoint.requests.at(-1),
    history: JSON.stringify(history),
  };
}

const json = (body: unknown, status = 200) => ({ status, body, headers: { "content-type": "application/json" } });

describe("an HTTP task", () => {
  it("sends what the state says and gives the answer", async () => {
    const { output, request } = await run(
      {
        Method: "POST",
        Headers: { "X-One": "1" },
        QueryParameters: { a: "1 2", b: ["x", "y"] },
        RequestBody: { name: "n", nothing: null },
      },
      () => json({ id: 1 }, 201),
    );
    expect(output).toMatchObject({
      Headers: { "content-type": ["application/json"] },
      ResponseBody: { id: 1 },
      StatusCode: 201,
      StatusText: "Created",
    });
    expect(request).toMatchObject({
      method: "POST",
      path: "/v1/customers?a=1+2&b=x&b=y",
      body: '{"name":"n","nothing":null}',
      headers: {
        "x-one": "1",
        "user-agent": "Amazon|StepFunctions|HttpInvoke|us-east-1",
        range: "bytes=0-262144",
        "content-type": "application/json;charset=UTF-8",
      },
    });
  });

  it.each([
    ["INDICES", "items%5B0%5D=a&items%5B1%5D=b&deep%5Bone%5D=1"],
    ["REPEAT", "items=a&items=b&deep%5Bone%5D=1"],
    ["COMMAS", "items=a%2Cb&deep%5Bone%5D=1"],
    ["BRACKETS", "items%5B%5D=a&items%5B%5D=b&deep%5Bone%5D=1"],
  ])("encodes the body as a form, lists as %s", async (ArrayFormat, body) => {
    const { request } = await run(
      {
        Method: "POST",
        RequestBody: { items: ["a", "b"], deep: { one: 1 } },
        Transform: { RequestBodyEncoding: "URL_ENCODED", RequestEncodingOptions: { ArrayFormat } },
      },
      () => ({}),
    );
    expect(request?.body).toBe(body);
    expect(request?.headers["content-type"]).toBe("application/x-www-form-urlencoded;charset=UTF-8");
  });

  it("fails with the status, whose answer is the cause; redirects are not followed", async () => {
    const missing = await run({}, () => json({ message: "no such customer" }, 404));
    expect(missing).toMatchObject({
      error: "States.Http.StatusCode.404",
      cause: '{"message":"no such customer"}',
    });
    const moved = await run({}, () => ({ status: 302, headers: { location: "http://169.254.169.254/" } }));
    expect(moved).toMatchObject({ error: "States.Http.StatusCode.302", cause: "Found" });
    expect(moved.endpoint.requests).toHaveLength(1);
  });

  it("fails where no answer comes", async () => {
    const broken = await run({}, ({ response }) => void response.destroy());
    expect(broken).toMatchObject({ error: "States.Http.Socket", cause: "socket hang up" });
    const refused = await run({ ApiEndpoint: "http://127.0.0.1:1/" }, () => ({}));
    expect(refused).toMatchObject({ error: "States.Http.Socket", cause: "connect ECONNREFUSED 127.0.0.1:1" });
  });

  it("is given up when its time is over, and when nobody waits for it", async () => {
    const silent = await openServiceEndpoint(() => undefined);
    const exchange = new HttpExchange({}, 20);
    const message = { method: "GET", url: new URL(silent.url), headers: {} };
    await expect(exchange.send(message, new AbortController().signal)).rejects.toThrow("no answer within 0.02 seconds");
    const patient = new HttpExchange({});
    const controller = new AbortController();
    const answer = patient.send(message, controller.signal);
    controller.abort();
    await expect(answer).rejects.toMatchObject({ name: "AbortError" });
  });

  it("does not read more than a state can take", async () => {
    const { error } = await run({}, () => ({ body: "x".repeat(300_000) }));
    expect(error).toBe("States.DataLimitExceeded");
  });

  it("refuses what is no request", async () => {
    const wrong = async (parameters: object) => (await run(parameters, () => ({}))).cause;
    expect(await wrong({ Method: "FETCH" })).toContain("[The value of the field 'Method' has an invalid format]");
    expect(await wrong({ ApiEndpoint: "file:///etc/passwd" })).toContain("The value of the field 'ApiEndpoint'");
    expect(await wrong({ Headers: { "a b": "1" } })).toContain("The value of the field 'Headers'");
    expect(await wrong({ Headers: { a: "1\r\nb: 2" } })).toContain("The value of the field 'Headers'");
  });
});

describe("a connection", () => {
  it("adds an API key, which is not in the history", async () => {
    const { request, history, output } = await run(
      { Authentication: { ConnectionArn: CONNECTION }, Headers: { "x-api-key": "the state's" } },
      ({ headers }) => json({ yourKey: headers["x-api-key"] }),
      { connections: () => ({ api: { apiKey: { name: "X-API-Key", value: "very-secret-key" }, query: { q: "1" } } }) },
    );
    expect(request?.headers["x-api-key"]).toBe("very-secret-key");
    expect(request?.path).toBe("/v1/customers?q=1");
    expect(output.ResponseBody).toEqual({ yourKey: "*****" });
    expect(history).not.toContain("very-secret-key");
  });

  it("adds a name and a password, and members of the body", async () => {
    const { request } = await run(
      { Method: "POST", Authentication: { ConnectionArn: CONNECTION }, RequestBody: { a: 1 } },
      () => ({}),
      { connections: () => ({ api: { basic: { username: "u", password: "p" }, body: { tenant: "t" } } }) },
    );
    expect(request?.headers.authorization).toBe(`Basic ${Buffer.from("u:p").toString("base64")}`);
    expect(request?.body).toBe('{"a":1,"tenant":"t"}');
  });

  it("gets a token with OAuth, and another one where it is no longer taken", async () => {
    let tokens = 0;
    const { output, endpoint } = await run(
      { Authentication: { ConnectionArn: CONNECTION } },
      ({ path, headers }) => {
        if (path === "/token") return json({ access_token: `token-${++tokens}`, expires_in: 3600 });
        return headers.authorization === "Bearer token-2" ? json({ ok: true }) : json({}, 401);
      },
      {
        connections: (url) => ({
          api: { oauth: { endpoint: `${url}/token`, clientId: "id", clientSecret: "s+cret", body: { scope: "read" } } },
        }),
      },
    );
    expect(output.ResponseBody).toEqual({ ok: true });
    expect(endpoint.requests.map(({ path }) => path)).toEqual(["/token", "/v1/customers", "/token", "/v1/customers"]);
    expect(endpoint.requests[0]).toMatchObject({
      method: "POST",
      body: "grant_type=client_credentials&scope=read",
      headers: { authorization: `Basic ${Buffer.from("id:s%2Bcret").toString("base64")}` },
    });
  });

  it("fails where it is not known, or gives no token", async () => {
    const missing = await run({ Authentication: { ConnectionArn: CONNECTION } }, () => ({}));
    expect(missing).toMatchObject({
      error: "Events.ConnectionResource.ResourceNotFound",
      cause: "The configuration has no connection api: add it to the section connections",
    });
    const refused = await run({ Authentication: { ConnectionArn: "api" } }, () => ({ status: 403 }), {
      connections: (url) => ({ api: { oauth: { endpoint: `${url}/t`, clientId: "i", clientSecret: "secret" } } }),
    });
    expect(refused.error).toBe("Events.ConnectionResource.InvalidConnectionState");
    expect(refused.cause).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/t gave no token: it answered with status 403$/);
  });
});

describe("the rules for addresses", () => {
  const call = (ApiEndpoint: string, http: object = {}) => run({ ApiEndpoint }, () => ({}), { http });

  it.each([
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.170.2/v2/credentials",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://2852039166/",
    "http://0xa9.0xfe.0xa9.0xfe/",
    "http://100.100.100.200/",
    "http://0251.0376.0251.0376/",
    "http://169.16689662/",
    "http://169.254.43518./",
    "http://１６９.２５４.１６９.２５４/",
    "http://user:password@169.254.169.254/",
    "http://[::169.254.169.254]/",
    "http://[::ffff:0:169.254.169.254]/",
    "http://[64:ff9b:1::a9fe:a9fe]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[FE80::0:1]/",
    "http://168.63.129.16/",
  ])("keep HTTP tasks from %s", async (address) => {
    const { error, cause } = await call(address);
    expect(error).toBe("States.Http.Socket");
    expect(cause).toContain("is a link-local address");
  });

  it("leave alone what only looks like them", async () => {
    for (const address of ["http://[2002:7f00:1::1]:1/", "http://[::ffff:127.0.0.1]:1/", "http://127.1:1/"]) {
      expect((await call(address)).cause).not.toContain("link-local");
    }
  });

  it("let only what is listed be called, where there is a list", async () => {
    const refused = await call("http://127.0.0.1:1/v1/x", { allow: ["https://api.example.com", "127.0.0.1:2"] });
    expect(refused.cause).toBe(
      "http://127.0.0.1:1 is not among the addresses that HTTP tasks may call: add it to http.allow in the configuration",
    );
    for (const rule of ["127.0.0.1", "127.0.0.1:1", "*", "http://127.0.0.1:1/v1"]) {
      expect((await call("http://127.0.0.1:1/v1/x", { allow: [rule] })).cause).toContain("ECONNREFUSED");
    }
    for (const rule of [
      "http://127.0.0.1:1/v",
      "http://127.0.0.1:1/v1/x/y",
      "https://127.0.0.1:1",
      "*.0.0.1.example",
    ]) {
      expect((await call("http://127.0.0.1:1/v1/x", { allow: [rule] })).cause).toContain("is not among");
    }
  });
});
