import { readFile, writeFile } from "node:fs/promises";
import { Agent } from "node:https";
import { join } from "node:path";
import { ListStateMachinesCommand, SFNClient } from "@aws-sdk/client-sfn";
import { expect, onTestFinished, test } from "vitest";
import { selfSigned } from "../../server/test/self-signed.js";
import { hello, writeDefinitions } from "./definitions.js";
import { PawlProcess, pawl, pawlStart, temporaryFolder } from "./pawl-process.js";

const memory = ["--data", "memory"];

function client(endpoint: string, secretAccessKey: string, ca?: string): SFNClient {
  const made = new SFNClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "TEAM", secretAccessKey },
    maxAttempts: 1,
    ...(ca !== undefined && { requestHandler: { httpsAgent: new Agent({ ca }) } }),
  });
  onTestFinished(() => made.destroy());
  return made;
}

test("with access keys from a file, the environment and the command line only their holders may call, on every address", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "keys");
  await writeFile(file, "# ours\nTEAM:very-secret\n");
  const args = [...memory, "--host", "0.0.0.0", "--access-keys", file, "--access-key", "CI:also-secret"];
  const { url, process } = await pawlStart([...args, "--log-level", "debug"], {
    env: { PAWL_ACCESS_KEYS: "OPS:third-secret" },
  });
  expect(process.stdout).toContain("Requests must be signed with one of 3 access keys");
  expect(await client(url, "very-secret").send(new ListStateMachinesCommand({}))).toMatchObject({ stateMachines: [] });
  await expect(client(url, "wrong").send(new ListStateMachinesCommand({}))).rejects.toMatchObject({
    name: "InvalidSignatureException",
  });
  for (const [id, secret, code] of [
    ["CI", "also-secret", 0],
    ["OPS", "third-secret", 0],
    ["CI", "very-secret", 2],
    ["OTHER", "very-secret", 2],
  ] as const) {
    const env = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, PAWL_ENDPOINT: url };
    expect((await pawl(["list"], { env })).code).toBe(code);
  }
  expect(await pawl(["list", "--endpoint", url])).toMatchObject({
    code: 2,
    stderr: "pawl: UnrecognizedClientException: The security token included in the request is invalid.\n",
  });
  process.kill("SIGTERM");
  const { stdout, stderr, code } = await process.ended;
  expect(code).toBe(0);
  expect(stderr).toContain("answered");
  expect(stdout + stderr).not.toContain("secret");
});

test("TLS with a certificate of one's own", async () => {
  const folder = await temporaryFolder();
  const { cert, key } = selfSigned();
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  await writeFile(certFile, cert);
  await writeFile(keyFile, key);
  const args = [...memory, "--tls-cert", certFile, "--tls-key", keyFile, "--access-key", "TEAM:secret"];
  const { url } = await pawlStart(args);
  expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  expect(await client(url, "secret", cert).send(new ListStateMachinesCommand({}))).toMatchObject({ stateMachines: [] });
  const env = { AWS_ACCESS_KEY_ID: "TEAM", AWS_SECRET_ACCESS_KEY: "secret", NODE_EXTRA_CA_CERTS: certFile };
  expect(await pawl(["list", "--endpoint", url], { env })).toMatchObject({ code: 0 });
});

test("hosts, origins and quotas as the options say", async () => {
  const folder = await temporaryFolder();
  const quotas = join(folder, "quotas.json");
  await writeFile(quotas, '{"ListStateMachines": {"bucket": 1, "refill": 0}}');
  const options = [
    "--allowed-host",
    "pawl.example",
    "--cors-origin",
    "https://page.example",
    "--throttle-file",
    quotas,
  ];
  const { url } = await pawlStart([...memory, ...options]);
  const health = await fetch(`${url}/health`, { headers: { origin: "https://page.example" } });
  expect([health.status, health.headers.get("access-control-allow-origin")]).toEqual([200, "https://page.example"]);
  expect(await health.json()).toEqual({ status: "ok", version: "0.1.0" });
  const list = () => client(url, "any").send(new ListStateMachinesCommand({}));
  await list();
  await expect(list()).rejects.toMatchObject({ name: "ThrottlingException", message: "Rate exceeded" });
  expect(await (await fetch(`${url}/metrics`)).text()).toContain(
    'pawl_requests_total{operation="ListStateMachines",status="400"} 1\n',
  );
});

test("the example's hint names no credentials where they must be right", async () => {
  const folder = await temporaryFolder();
  const [path = ""] = await writeDefinitions(folder, { hello });
  const { process } = await pawlStart([...memory, "--access-key", "TEAM:secret", "--example", "hello", path]);
  await process.printed(/Ctrl-C stops/);
  expect(process.stdout).toContain("(its credentials are an access key):\n  aws stepfunctions start-execution");
  expect(process.stdout).not.toContain("AWS_ACCESS_KEY_ID=test");
});

test("the log in JSON says what happens from the start to the end", async () => {
  const { url, process } = await pawlStart([...memory, "--log-level", "info", "--log-format", "json"]);
  await fetch(`${url}/`, { headers: { "content-type": "application/json" } });
  process.kill("SIGINT");
  const { stderr } = await process.ended;
  const lines = stderr
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map(({ message }) => message)).toEqual(["serving", "stopping", "stopped"]);
  expect(lines[0]).toMatchObject({
    level: "info",
    url,
    region: "us-east-1",
    account: "123456789012",
    version: "0.1.0",
  });
});

test.each([
  [["--host", "0.0.0.0"], "0.0.0.0 can be reached from other machines"],
  [["--access-key", "TEAM-hushhush"], "Access key 1 of --access-key is not of the form ID:SECRET"],
  [["--access-key", "A:hushhush", "--access-key", "A:hushhush"], "The access key A is given twice"],
  [["--access-keys", "nowhere"], "nowhere cannot be read: there is no such file"],
  [
    ["--access-keys", "packages/cli/tsconfig.json"],
    "Access key 1 of packages/cli/tsconfig.json is not of the form ID:SECRET",
  ],
  [["--tls-cert", "cert.pem"], "TLS takes both: --tls-cert FILE and --tls-key FILE"],
  [["--tls-cert", "package.json", "--tls-key", "package.json"], "The TLS certificate and key cannot be used: "],
  [["--cors-origin", "*"], "--cors-origin *: an origin is of the form https://example.com"],
  [["--cors-origin", "https://page.example/"], "an origin is of the form https://example.com"],
  [["--throttle-file", "packages/cli/bin/pawl.js"], "packages/cli/bin/pawl.js is no JSON"],
  [["--log-level", "loud"], "Allowed choices are error, warn, info, debug."],
])("pawl start %j is one sentence and exit code 2", async (args, sentence) => {
  const { code, stdout, stderr } = await pawl(["start", "--port", "0", ...memory, ...args]);
  expect(stderr).toContain(sentence);
  expect(stderr).toMatch(/^pawl: [^\n]+\n$/);
  expect(stderr).not.toContain("hushhush");
  expect(stdout).toBe("");
  expect(code).toBe(2);
});

test("a file of access keys that is empty opens nothing", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "keys");
  await writeFile(file, "# to come\n");
  const server = new PawlProcess(["start", "--port", "0", ...memory, "--access-keys", file]);
  expect(await server.ended).toMatchObject({ code: 2, stderr: `pawl: ${file} holds no access keys\n` });
});

test("only this machine's user may read a new data folder", async () => {
  const folder = await temporaryFolder();
  const { process } = await pawlStart(["--data", join(folder, "data")]);
  const { stat } = await import("node:fs/promises");
  if (globalThis.process.platform !== "win32") {
    expect((await stat(join(folder, "data"))).mode & 0o777).toBe(0o700);
  }
  expect(await readFile(join(folder, "data/pawl.db"))).not.toHaveLength(0);
  process.kill("SIGKILL");
});
