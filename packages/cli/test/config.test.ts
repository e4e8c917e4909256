import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigValue } from "../src/config/config-value.js";
import { readSections, SECTIONS } from "../src/config/sections.js";
import { hello } from "./definitions.js";
import { pawl, temporaryFolder } from "./pawl-process.js";

/** `pawl run` in a folder with these files. */
async function runWith(files: Record<string, string>, ...args: string[]) {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries({ "machine.asl.json": hello, ...files })) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return pawl(["run", "machine.asl.json", "--no-json", ...args], { cwd: folder });
}

describe("the configuration's file", () => {
  it("is not needed", async () => {
    expect(await runWith({})).toMatchObject({ code: 0, stderr: "" });
  });

  it.each([
    ["pawl.config.json", '{"$schema":"x","functions":{"hello":"./hello.mjs#handler"}}'],
    ["pawl.config.mjs", 'export default { functions: { hello: "./hello.mjs#handler" } };'],
    ["pawl.config.mjs", 'export default async () => ({ functions: { hello: "./hello.mjs" } });'],
  ])("is read from the working folder: %s", async (name, text) => {
    expect(await runWith({ [name]: text })).toMatchObject({ code: 0, stderr: "" });
  });

  it("tells every fault with its place, and then nothing begins", async () => {
    const text =
      '{\n  "functions": {\n    "a": { "handler": "./a.mjs", "timeoutSeconds": "3" },\n    "b": { "comand": ["x"] }\n  },\n  "funktions": {}\n}';
    const { code, stdout, stderr } = await runWith({ "etc/pawl.json": text }, "--config", "etc/pawl.json");
    expect(stdout).toBe("");
    expect(stderr.split("\n")).toEqual([
      expect.stringMatching(
        /^etc\/pawl\.json:6:3: error funktions: is not known here, allowed are .*; did you mean 'functions'\?$/,
      ),
      expect.stringMatching(
        /^etc\/pawl\.json:3:\d+: error functions\.a\.timeoutSeconds: must be a number from 0\.001 to 86400, not a text$/,
      ),
      expect.stringMatching(
        /^etc\/pawl\.json:4:\d+: error functions\.b\.comand: is not known here, .*; did you mean 'command'\?$/,
      ),
      expect.stringMatching(
        /^etc\/pawl\.json:4:\d+: error functions\.b: must have one of handler, command, url, endpoint, aws/,
      ),
      "pawl: etc/pawl.json is no valid configuration",
      "",
    ]);
    expect(code).toBe(2);
  });

  it.each([
    ["pawl.config.json", '{\n "functions": }', /^pawl: pawl\.config\.json:2:15: this is no JSON\n$/],
    ["pawl.config.json", "[]", /error must be an object, not a list\n/],
    ["pawl.config.mjs", "throw new Error('not today')", /^pawl: pawl\.config\.mjs cannot be read: not today\n$/],
    ["pawl.config.mjs", "", /error must be an object, not undefined\n/],
  ])("that is wrong is refused in a sentence: %s %s", async (name, text, sentence) => {
    const { code, stderr } = await runWith({ [name]: text });
    expect(stderr).toMatch(sentence);
    expect(code).toBe(2);
  });

  it("must be the only one", async () => {
    const files = { "pawl.config.json": "{}", "pawl.config.mjs": "export default {}" };
    expect((await runWith(files)).stderr).toBe(
      "pawl: there are pawl.config.json and pawl.config.mjs: say which one with --config\n",
    );
    expect(await runWith(files, "--config", "pawl.config.mjs")).toMatchObject({ code: 0, stderr: "" });
    expect((await runWith(files, "--config", "none.json")).stderr).toBe(
      "pawl: none.json cannot be read: there is no such file\n",
    );
    expect((await runWith(files, "--config", "machine.yaml")).stderr).toMatch(/a configuration is a \.json, \.mjs/);
  });

  it("in TypeScript is run where Node can, and else says so", async () => {
    const { code, stderr } = await runWith({ "pawl.config.ts": "export default {} as object;" });
    const { typescript } = process.features as { readonly typescript?: unknown };
    if (typescript) expect(code).toBe(0);
    else expect(stderr).toMatch(/^pawl: pawl\.config\.ts cannot be read: Node v\S+ does not run TypeScript, .*\n$/);
  });
});

describe("functions", () => {
  const read = (functions: unknown) => {
    const source = { folder: "/etc/pawl", faults: [] as { path: readonly string[]; message: string }[] };
    const configuration = readSections(new ConfigValue({ functions }, source));
    return {
      functions: Object.fromEntries(configuration.functions ?? []),
      faults: source.faults.map(({ path, message }) => `${path.slice(1).join(".")}: ${message}`),
    };
  };

  it("are modules, commands, addresses and functions of AWS", () => {
    const { functions, faults } = read({
      module: "./functions/hello.mjs#greet",
      "bounds:blue": {
        handler: "/srv/a.cjs",
        timeoutSeconds: 0.5,
        memoryMB: 256,
        reservedConcurrency: 2,
        watch: ["lib"],
      },
      python: { command: ["python3", "-m", "awslambdaric", "app.handler"], cwd: "py", environment: { A: "" } },
      binary: ["./bin/bootstrap"],
      "arn:aws:lambda:eu-west-1:123456789012:function:far": "https://example.com/f",
      sam: { endpoint: "http://127.0.0.1:3001", functionName: "Hello" },
      real: { aws: true, region: "eu-west-1" },
    });
    expect(faults).toEqual([]);
    expect(functions).toEqual({
      module: { kind: "module", module: "/etc/pawl/functions/hello.mjs", handler: "greet" },
      "bounds:blue": {
        kind: "module",
        module: "/srv/a.cjs",
        handler: "handler",
        timeoutSeconds: 0.5,
        memoryMB: 256,
        concurrency: 2,
        maxQueued: 0,
        watch: ["/etc/pawl/lib"],
      },
      python: {
        kind: "command",
        command: ["python3", "-m", "awslambdaric", "app.handler"],
        cwd: "/etc/pawl/py",
        environment: { A: "" },
      },
      binary: { kind: "command", command: ["/etc/pawl/bin/bootstrap"], cwd: "/etc/pawl" },
      "arn:aws:lambda:eu-west-1:123456789012:function:far": { kind: "url", url: "https://example.com/f" },
      sam: { kind: "endpoint", endpoint: "http://127.0.0.1:3001", functionName: "Hello" },
      real: { kind: "aws", region: "eu-west-1" },
    });
  });

  it.each([
    [{ "two words": "./a.mjs" }, "two words: is no function: NAME, NAME:QUALIFIER or arn:"],
    [{ a: "hello" }, "a: must be a module and its export, such as ./hello.mjs#handler, or an address"],
    [{ a: 1 }, "a: must be an object, not 1"],
    [{ a: [] }, "a: must name a program"],
    [{ a: { url: "ftp://x" } }, "a.url: must be an address such as http://127.0.0.1:8080, not a text"],
    [{ a: { url: "http://x", warm: 1 } }, "a.warm: does not go with url, allowed are url, timeoutSeconds"],
    [{ a: { aws: false } }, "a.aws: must be true, or absent"],
    [{ a: { handler: "a.mjs", url: "http://x" } }, "a: must have one of handler"],
    [{ a: { handler: "a.mjs", environment: { KEY: 1 } } }, "a.environment.KEY: must be a text, not 1"],
    [{ a: { handler: "a.mjs", concurrency: 1.5 } }, "a.concurrency: must be a whole number, not 1.5"],
    [{ a: { handler: "a.mjs", concurrency: 1, reservedConcurrency: 1 } }, "a.reservedConcurrency: stands for"],
  ])("that are wrong are said to be: %j", (functions, fault) => {
    const { faults } = read(functions);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
  });

  it("have names that are data", () => {
    const { functions, faults } = read(JSON.parse('{"__proto__":"./a.mjs","constructor":"./b.mjs"}'));
    expect(faults).toEqual([]);
    expect(Object.keys(functions)).toEqual(["__proto__", "constructor"]);
  });
});

describe("what HTTP tasks and services take", () => {
  const read = (sections: object) => {
    const source = { folder: "/etc/pawl", faults: [] as { path: readonly string[]; message: string }[] };
    const configuration = readSections(new ConfigValue(sections, source));
    return { configuration, faults: source.faults.map(({ path, message }) => `${path.join(".")}: ${message}`) };
  };

  it("is read", () => {
    process.env.PAWL_TEST_SECRET = "from outside";
    const sections = {
      endpoints: { sqs: "http://127.0.0.1:1", "*": "https://example.com" },
      http: { allow: ["*.example.com", "localhost:80", "https://a.b/c"], allowLinkLocal: true },
      connections: {
        key: { apiKey: { name: "X", value: { env: "PAWL_TEST_SECRET" } }, query: { a: "b" } },
        basic: { basic: { username: "u", password: "p" } },
        token: { oauth: { endpoint: "https://a/t", clientId: "i", clientSecret: "s", method: "GET" }, headers: {} },
      },
    };
    const { configuration, faults } = read(sections);
    expect(faults).toEqual([]);
    expect(configuration).toEqual({
      ...sections,
      connections: {
        ...sections.connections,
        key: { apiKey: { name: "X", value: "from outside" }, query: { a: "b" }, secrets: ["from outside"] },
      },
    });
  });

  it("is refused where it is wrong, without a secret in the sentence", () => {
    const { faults } = read({
      endpoints: { SQS: "http://127.0.0.1:1", sns: "127.0.0.1" },
      http: { allow: ["a b"] },
      connections: {
        "a/b": {},
        both: { apiKey: { name: "X", value: "hush" }, basic: { username: "u", password: "hush" } },
        missing: { oauth: { clientId: "i" } },
        unset: { basic: { username: "u", password: { env: "PAWL_TEST_UNSET" } } },
      },
    });
    expect(faults).toEqual([
      "connections.a/b: is no connection: a name of up to 64 letters, digits and . - _, or an ARN",
      "connections.both: can have only one of apiKey, basic and oauth",
      "connections.missing.oauth: must have endpoint",
      "connections.unset.basic.password.env: names the variable PAWL_TEST_UNSET, which is not set in the environment",
      "endpoints.SQS: is no service: a name as in arn:aws:states:::aws-sdk:NAME:action, or *",
      "endpoints.sns: must be an address such as http://127.0.0.1:8080, not a text",
      "http.allow.0: must be a host (api.example.com, *.example.com, localhost:8080) or an address (https://example.com/v1/)",
    ]);
    expect(faults.join()).not.toContain("hush");
  });
});

describe("the schema for editors", () => {
  const schema = JSON.parse(readFileSync(new URL("../config.schema.json", import.meta.url), "utf8"));

  it("knows the sections", () => {
    expect(Object.keys(schema.properties).sort()).toEqual(["$schema", ...Object.keys(SECTIONS)].sort());
  });

  it("knows the members of functions", () => {
    const source = { folder: "/", faults: [] as { message: string }[] };
    readSections(new ConfigValue({ functions: { f: { "": 1 } } }, { ...source, faults: source.faults as never[] }));
    const [, allowed = ""] = /allowed are ([^;]*)/.exec(source.faults[0]?.message ?? "") ?? [];
    const members = schema.$defs.function.anyOf.flatMap(({ properties = {} }) => Object.keys(properties));
    expect([...new Set(members)].sort()).toEqual(allowed.split(", ").sort());
  });
});
