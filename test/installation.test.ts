import { execFile, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { type Installation, install } from "../bench/installation.mjs";

const folder = mkdtempSync(join(tmpdir(), "pawl-installation-"));
let installed: Installation;
beforeAll(() => {
  installed = install(folder);
  return () => rmSync(folder, { recursive: true, force: true });
});

const pawl = async (...args: readonly string[]): Promise<string> =>
  (await promisify(execFile)(process.execPath, [join(installed.command, "bin/pawl.js"), ...args], { cwd: folder }))
    .stdout;

test("an installation is small, and runs nothing", () => {
  const { packages, withScript } = installed;
  expect([...packages.keys()]).toEqual(expect.arrayContaining(["pawl", "libsql"]));
  expect(packages.size).toBeLessThan(60);
  expect([...packages.values()].reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(60e6);
  expect(withScript).toEqual([]);

  // Nor does any package that one of ours needs to run.
  const lock = new URL("../package-lock.json", import.meta.url);
  const locked = Object.entries<{ dev?: boolean; hasInstallScript?: boolean }>(
    JSON.parse(readFileSync(lock, "utf8")).packages,
  );
  expect(locked.filter(([, { dev, hasInstallScript }]) => !dev && hasInstallScript).map(([path]) => path)).toEqual([]);
});

test("it holds the licences of what is built in", () => {
  const text = readFileSync(join(installed.command, "dist/third-party-licenses.txt"), "utf8");
  for (const name of ["@aws-sdk/client-sfn", "commander", "hyparquet", "re2js", "yaml"]) {
    expect(text).toMatch(new RegExp(`^${name} [\\d.]+ \\(`, "m"));
  }
  expect(text).toContain("Permission is hereby granted, free of charge");
  expect(readFileSync(join(installed.command, "dist/LICENSE"), "utf8")).toContain("Apache License");
});

test("it says its version", async () => {
  const { version } = JSON.parse(readFileSync(join(installed.command, "package.json"), "utf8"));
  expect(await pawl("--version")).toBe(`${version}\n`);
});

/** Threads, processes and packages that begin with, or are, files of their own. */
const definition = `
QueryLanguage: JSONata
StartAt: Long
States:
  Long:
    Type: Pass
    Output: '{% $sum([1..300000]) %}'
    Next: Expression
  Expression:
    Type: Pass
    Output: "{% $match('order 66', /(\\\\d+)/).match %}"
    Next: Function
  Function:
    Type: Task
    Resource: arn:aws:lambda:us-east-1:123456789012:function:greet
    Arguments: '{% { "order": $states.input } %}'
    Assign: { greeting: '{% $states.result %}' }
    Next: Rows
  Rows:
    Type: Map
    ItemReader:
      Resource: arn:aws:states:::s3:getObject
      ReaderConfig: { InputType: PARQUET }
      Arguments: { Bucket: '{% $states.context.Execution.Input.folder %}', Key: rows.parquet }
    ItemProcessor:
      ProcessorConfig: { Mode: DISTRIBUTED, ExecutionType: EXPRESS }
      StartAt: Row
      States: { Row: { Type: Pass, End: true } }
    Output: '{% { "greeting": $greeting, "rows": $count($states.result) } %}'
    End: true
`;

test("it serves, with all that it starts and loads later", { timeout: 120_000 }, async () => {
  mkdirSync(join(folder, "data"));
  mkdirSync(join(folder, "machines"));
  const parquet = new URL("../packages/engine/test/parquet/zstd.parquet", import.meta.url);
  copyFileSync(fileURLToPath(parquet), join(folder, "data/rows.parquet"));
  writeFileSync(join(folder, "machines/all.asl.yaml"), definition);
  writeFileSync(join(folder, "greet.mjs"), 'export const handler = async ({ order }) => "order " + order;\n');
  writeFileSync(join(folder, "pawl.config.json"), '{ "functions": { "greet": { "handler": "./greet.mjs#handler" } } }');
  const args = ["start", "--port", "0", "--data", "store", "--data-folder", "data", "machines"];
  const server = spawn(process.execPath, [join(installed.command, "bin/pawl.js"), ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => server.once("exit", resolve));
  onTestFinished(async () => {
    server.kill("SIGKILL");
    await ended;
  });
  let printed = "";
  for await (const text of server.stdout.setEncoding("utf8")) {
    printed += text;
    if (printed.includes("Ctrl-C stops the server")) break;
  }
  const [endpoint = ""] = /http:\S+/.exec(printed) ?? [];

  const machine = "arn:aws:states:us-east-1:123456789012:stateMachine:all";
  const input = JSON.stringify({ folder: `file://${join(folder, "data")}` });
  const told = await pawl(
    ...["start-execution", "--wait", "--json", "--endpoint", endpoint],
    ...["--state-machine-arn", machine, "--input", input],
  );
  const { status, output, cause } = JSON.parse(told.trim().split("\n").at(-1) ?? "");
  expect({ status, cause }).toEqual({ status: "SUCCEEDED", cause: undefined });
  expect(JSON.parse(output)).toEqual({ greeting: "order 66", rows: expect.any(Number) });
  expect(await pawl("list", "executions", "--endpoint", endpoint, "--state-machine-arn", machine)).toContain(
    "SUCCEEDED",
  );
});

test("it brings the Terraform provider", { timeout: 60_000 }, async () => {
  const mirror = join(folder, "mirror");
  const block = await pawl("terraform", "install", "--dir", mirror, "--platform", "linux_amd64");
  expect(block).toContain("pawl.internal/pawl/aws");
  const manifest = new URL("../packages/terraform-provider/package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, "utf8"));
  const file = join(mirror, `pawl.internal/pawl/aws/${version}/linux_amd64/terraform-provider-aws_v${version}`);
  expect(readFileSync(file, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
});
