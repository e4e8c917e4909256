import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Endpoint, endpointOf } from "../src/configuration/endpoint.js";
import { settingsOf, unknownArguments } from "../src/configuration/settings.js";
import type { Fields } from "../src/value.js";
import { dynamic, type Host, startHost, Unknown } from "./plugin-host.js";
import { providerConfig } from "./provider-config.js";

/** What the provider's configuration means: where requests go, and with whose credentials. */

describe("endpoint", () => {
  const pawl = (url: string): Endpoint => ({ kind: "pawl", url });
  test.each<[string, { endpoint?: string; sfn?: string }, NodeJS.ProcessEnv, Endpoint]>([
    ["nothing", {}, {}, { kind: "aws" }],
    ["endpoint pawl", { endpoint: "pawl" }, {}, pawl("http://127.0.0.1:8083")],
    ["endpoint URL", { endpoint: "https://pawl.test:1" }, { PAWL_ENDPOINT: "http://a" }, pawl("https://pawl.test:1")],
    ["endpoint aws", { endpoint: "aws" }, { PAWL_ENDPOINT: "http://a" }, { kind: "aws" }],
    ["PAWL_ENDPOINT", {}, { PAWL_ENDPOINT: "http://a" }, pawl("http://a")],
    ["PAWL_ENDPOINT pawl", {}, { PAWL_ENDPOINT: "pawl" }, pawl("http://127.0.0.1:8083")],
    ["sfn here", { sfn: "http://localhost:4566" }, { PAWL_ENDPOINT: "http://a" }, pawl("http://localhost:4566")],
    ["sfn elsewhere", { sfn: "https://vpce.aws.test" }, {}, { kind: "substitute", url: "https://vpce.aws.test" }],
    ["the SDK's variable", {}, { AWS_ENDPOINT_URL_SFN: "http://b" }, { kind: "substitute", url: "http://b" }],
    ["the SDK's common variable", {}, { AWS_ENDPOINT_URL: "http://127.0.0.1:1" }, pawl("http://127.0.0.1:1")],
    [
      "the SDK's variable that is to be ignored",
      {},
      { AWS_ENDPOINT_URL: "http://b", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" },
      { kind: "aws" },
    ],
  ])("%s", (_case, { endpoint, sfn }, environment, expected) => {
    expect(endpointOf({ endpoint, sfn }, environment)).toEqual(expected);
  });

  test("one that is no URL is refused", () => {
    expect(() => endpointOf({ endpoint: "localhost:8083", sfn: undefined }, {})).toThrow("Invalid endpoint");
  });
});

describe("settings", () => {
  const settings = (given: Fields) => settingsOf(providerConfig(given as never) as Fields);

  test("blocks and lists", () => {
    const { roles, endpoints, defaultTags, ignoreTags, attempts } = settings({
      assume_role: [{ role_arn: "arn:aws:iam::1:role/a", duration: "1h30m", session_name: null, tags: { a: "b" } }],
      endpoints: [{ sfn: null, stepfunctions: "http://a", sts: null }],
      default_tags: [{ tags: { team: "x", ["__proto__"]: "y" } }],
      ignore_tags: [{ keys: ["k"], key_prefixes: null }],
      max_retries: 5,
    });
    expect(roles).toMatchObject([{ roleArn: "arn:aws:iam::1:role/a", seconds: 5400, tags: { a: "b" } }]);
    expect(endpoints).toEqual({ sfn: "http://a", sts: undefined });
    expect(Object.entries(defaultTags)).toEqual([
      ["team", "x"],
      ["__proto__", "y"],
    ]);
    expect(ignoreTags).toEqual({ keys: ["k"], keyPrefixes: [] });
    expect(attempts).toBe(5);
  });

  test("an empty text is nothing", () => {
    expect(settings({ profile: "", region: "" })).toMatchObject({ profile: undefined, region: undefined });
  });

  test.each<[Fields, string]>([
    [{ shared_config_files: ["a", "b"] }, "Too many files"],
    [{ max_retries: 1.5 }, "Invalid number of retries"],
    [{ retry_mode: "fast" }, "Invalid retry mode"],
    [{ assume_role: [{ duration: "an hour" }] }, "Invalid duration"],
  ])("%j is refused", (given, text) => {
    expect(() => settings(given)).toThrow(text);
  });

  test("what is unknown is found, also within blocks", async () => {
    const { UNKNOWN } = await import("../src/value.js");
    const config = providerConfig({ region: UNKNOWN, assume_role: [{ role_arn: UNKNOWN }], profile: "a" }) as Fields;
    expect(unknownArguments(config)).toEqual(["region", "assume_role"]);
  });
});

interface Seen {
  readonly target: string;
  readonly authorization: string;
  readonly body: string;
  readonly userAgent: string;
  readonly token: string | undefined;
}

/** A service that knows no state machine, and remembers what it was asked. */
async function recorder(): Promise<{ readonly url: string; readonly seen: readonly Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { authorization = "", "x-amz-target": target = "", "x-amz-security-token": token } = request.headers;
    seen.push({
      target: String(target),
      authorization,
      body,
      userAgent: String(request.headers["user-agent"]),
      token: token === undefined ? undefined : String(token),
    });
    if (body.startsWith("Action=") || body.includes("&Action=")) {
      response.setHeader("content-type", "text/xml");
      const expires = new Date(Date.now() + 3_600_000).toISOString();
      response.end(
        body.includes("GetCallerIdentity")
          ? `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`
          : `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASSUMED</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>session</SessionToken><Expiration>${expires}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
      );
      return;
    }
    response.statusCode = 400;
    response.setHeader("content-type", "application/x-amz-json-1.0");
    response.end(JSON.stringify({ __type: "StateMachineDoesNotExist", message: "State Machine Does Not Exist" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}`, seen };
}

const MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:order";

async function configure(host: Host, given: Readonly<Record<string, unknown>>) {
  const { diagnostics = [] } = await host.call("ConfigureProvider", ["ConfigureRequest", "DiagnosticsResponse"], {
    terraform_version: "1.14.4",
    config: dynamic(providerConfig(given)),
  });
  return diagnostics;
}

/** Configures the provider and starts an execution with it; gives what that came to. */
async function start(given: Readonly<Record<string, unknown>>, environment: NodeJS.ProcessEnv = {}) {
  const host = await startHost({ environment: { AWS_EC2_METADATA_DISABLED: "true", HOME: tmpdir(), ...environment } });
  expect(await configure(host, given)).toEqual([]);
  const none = ["input", "name", "trace_header", "region", "timeout", "poll_interval", "stop_on_cancel"];
  const { diagnostics } = await host.invoke({
    ...Object.fromEntries(none.map((name) => [name, null])),
    wait_for_completion: null,
    state_machine_arn: MACHINE,
  });
  return diagnostics;
}

/** The access key and the region in a signature. */
function signer({ authorization }: Seen): string {
  return /Credential=([^/]+\/\d+\/[^/]+)/.exec(authorization)?.[1]?.replace(/\/\d+\//, "/") ?? authorization;
}

const REAL = { AWS_ACCESS_KEY_ID: "REAL", AWS_SECRET_ACCESS_KEY: "secret", AWS_SESSION_TOKEN: "token" };

describe("credentials", () => {
  test("a Pawl server never gets those of the environment", async () => {
    const { url, seen } = await recorder();
    await start({ endpoint: url }, REAL);
    await start({}, { ...REAL, PAWL_ENDPOINT: url });
    await start({ endpoints: [{ sfn: url, stepfunctions: null, sts: null }] }, REAL);
    expect(seen.map(signer)).toEqual(["test/eu-west-1", "test/eu-west-1", "test/eu-west-1"]);
    expect(seen.map(({ token }) => token)).toEqual([undefined, undefined, undefined]);
    expect(seen[0]?.userAgent).toContain("pawl-terraform-provider/");
  });

  test("a Pawl server gets those of the provider's block", async () => {
    const { url, seen } = await recorder();
    await start({ endpoint: url, access_key: "OWN", secret_key: "s" }, REAL);
    expect(seen.map(signer)).toEqual(["OWN/eu-west-1"]);
  });

  test("what stands in for AWS gets those that AWS would get: block, environment, profile", async () => {
    const { url, seen } = await recorder();
    // Another name for this machine, which counts as elsewhere.
    const elsewhere = url.replace("127.0.0.1", "[::ffff:127.0.0.1]");
    const endpoints = [{ sfn: elsewhere, stepfunctions: null, sts: null }];
    const folder = await mkdtemp(join(tmpdir(), "pawl-aws-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, "credentials");
    await writeFile(file, "[mine]\naws_access_key_id = PROFILE\naws_secret_access_key = s\n");
    await start({ endpoints, access_key: "OWN", secret_key: "s", token: "t" }, REAL);
    await start({ endpoints }, REAL);
    await start({ endpoints, profile: "mine", shared_credentials_files: [file] });
    expect(seen.map(signer)).toEqual(["OWN/eu-west-1", "REAL/eu-west-1", "PROFILE/eu-west-1"]);
    expect(seen.map(({ token }) => token)).toEqual(["t", "token", undefined]);
  });

  test("roles are assumed", async () => {
    const { url, seen } = await recorder();
    const elsewhere = url.replace("127.0.0.1", "[::ffff:127.0.0.1]");
    const role = { role_arn: "arn:aws:iam::111122223333:role/deploy", session_name: "ci", external_id: "x" };
    await start({ endpoints: [{ sfn: elsewhere, stepfunctions: null, sts: url }], assume_role: [role] }, REAL);
    const [assume, call] = seen;
    expect(assume?.body).toContain("RoleSessionName=ci");
    expect(assume?.body).toContain("ExternalId=x");
    expect(call === undefined ? "" : signer(call)).toBe("ASSUMED/eu-west-1");
    expect(call?.token).toBe("session");
  });

  test("an account that is not allowed is refused before anything is done there", async () => {
    const { url, seen } = await recorder();
    const elsewhere = url.replace("127.0.0.1", "[::ffff:127.0.0.1]");
    const endpoints = [{ sfn: elsewhere, stepfunctions: null, sts: url }];
    const refused = await start({ endpoints, allowed_account_ids: ["999999999999"] }, REAL);
    expect(refused.map(({ summary }) => summary)).toEqual(["Wrong AWS account"]);
    expect(seen.some(({ target }) => target.includes("StartExecution"))).toBe(false);
    const allowed = await start({ endpoints, allowed_account_ids: ["111122223333"] }, REAL);
    expect(allowed.map(({ summary }) => summary)).toEqual(["Cannot start an execution: Not found"]);
  });

  test("where there are none, it says what to do", async () => {
    const { url } = await recorder();
    const elsewhere = url.replace("127.0.0.1", "[::ffff:127.0.0.1]");
    const [told] = await start({ endpoints: [{ sfn: elsewhere, stepfunctions: null, sts: null }] });
    expect(told?.summary).toBe("Cannot start an execution: No AWS credentials");
    expect(told?.detail).toContain('endpoint = "pawl"');
  });
});

describe("validation", () => {
  test("the provider's block", async () => {
    const host = await startHost();
    const validate = async (given: Readonly<Record<string, unknown>>) => {
      const answer = await host.call(
        "ValidateProviderConfig",
        ["ValidateProviderRequest", "ValidateProviderResponse"],
        { config: dynamic(providerConfig(given)) },
      );
      return answer.diagnostics?.map(({ summary }) => summary) ?? [];
    };
    expect(await validate({})).toEqual([]);
    expect(await validate({ endpoint: "pawl", region: new Unknown(), skip_credentials_validation: true })).toEqual([]);
    expect(await validate({ access_key: "a" })).toEqual(["Incomplete credentials"]);
    expect(await validate({ access_key: "a", secret_key: new Unknown() })).toEqual([]);
    expect(await validate({ endpoint: "nowhere" })).toEqual(["Invalid endpoint"]);
    expect(await validate({ retry_mode: "fast" })).toEqual(["Invalid retry mode"]);
  });

  test("a configuration that is not known yet is told where it is needed", async () => {
    const host = await startHost();
    expect(await configure(host, { region: new Unknown() })).toEqual([]);
    const { diagnostics } = await host.invoke({ state_machine_arn: MACHINE });
    expect(diagnostics.map(({ summary }) => summary)).toEqual(["Provider configuration not known yet"]);
  });
});
