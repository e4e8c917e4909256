import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";

const page = readFileSync(new URL("../docs/functions.md", import.meta.url), "utf8");
const pawlCommand = fileURLToPath(new URL("../packages/cli/bin/pawl.js", import.meta.url));

/** A folder with the files of the page. */
function folderOfPage(): string {
  const folder = mkdtempSync(join(tmpdir(), "pawl-functions-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [, name = "", text = ""] of page.matchAll(/```(?:js|json) (\S+)\n(.*?)```/gs)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** `pawl run greet.asl.json` in the folder, with this function in the place of `hello`. */
async function greet(folder: string, input: object, settings?: unknown, env: Record<string, string> = {}) {
  const config = settings === undefined ? [] : ["--config", "given.json"];
  if (settings !== undefined) {
    writeFileSync(join(folder, "given.json"), JSON.stringify({ functions: { hello: settings } }));
  }
  const args = [pawlCommand, "run", "greet.asl.json", "--json", "--input", JSON.stringify(input), ...config];
  const child = spawn(process.execPath, args, { cwd: folder, env: { PATH: process.env.PATH, ...env } });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  await new Promise((resolve) => child.on("close", resolve));
  const { status, output, error, cause } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}");
  return { status, output: output && JSON.parse(output), error, cause: cause && JSON.parse(cause), stderr };
}

const settingsIn = (folder: string, file: string, name: string): unknown =>
  JSON.parse(readFileSync(join(folder, file), "utf8")).functions[name];

/** A server that answers each request so. */
async function openServer(answer: (path: string, body: string) => object): Promise<string> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (text) => {
      body += text;
    });
    request.on("end", () => response.end(JSON.stringify(answer(request.url ?? "", body))));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it("docs/functions.md calls a handler, and shows what it writes and how it fails", async () => {
  const folder = folderOfPage();
  const greeted = await greet(folder, { name: "Ada" });
  expect(greeted).toMatchObject({ status: "SUCCEEDED", output: { greeting: "Hello Ada", function: "hello" } });
  expect(greeted.stderr).toBe("hello: greeting Ada\n");
  expect(await greet(folder, {})).toMatchObject({
    status: "FAILED",
    error: "TypeError",
    cause: { errorType: "TypeError", errorMessage: "Whom shall I greet?", trace: expect.any(Array) },
  });
});

it("docs/functions.md calls a program that speaks the Runtime API", async () => {
  const folder = folderOfPage();
  expect(await greet(folder, { name: "Ada" }, [process.execPath, "runtime/client.mjs"])).toMatchObject({
    output: { greeting: "Servus Ada" },
  });
});

it("docs/functions.md calls functions elsewhere", async () => {
  const folder = folderOfPage();
  const url = await openServer((path, body) => ({ path, name: JSON.parse(body).name }));
  const here = (name: string, file = "elsewhere.config.json") =>
    JSON.parse(JSON.stringify(settingsIn(folder, file, name)).replace(/http:..127\.0\.0\.1:\d+/, url));
  expect((await greet(folder, { name: "Ada" }, here("remote"))).output).toEqual({ path: "/greet", name: "Ada" });
  expect((await greet(folder, { name: "Ada" }, here("sam"))).output).toEqual({
    path: "/2015-03-31/functions/HelloFunction/invocations",
    name: "Ada",
  });
  // The SDK is the one that is installed in the folder.
  symlinkSync(fileURLToPath(new URL("../node_modules", import.meta.url)), join(folder, "node_modules"));
  const environment = { AWS_ENDPOINT_URL_LAMBDA: url };
  expect((await greet(folder, { name: "Ada" }, here("real"), environment)).output).toEqual({
    path: "/2015-03-31/functions/hello/invocations",
    name: "Ada",
  });
});

it("docs/functions.md has settings that are right", async () => {
  const folder = folderOfPage();
  for (const file of ["programs.config.json", "elsewhere.config.json", "settings.config.json"]) {
    const child = spawn(process.execPath, [pawlCommand, "run", "greet.asl.json", "--config", file], { cwd: folder });
    let stderr = "";
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    await new Promise((resolve) => child.on("close", resolve));
    expect(stderr).not.toContain("no valid configuration");
  }
  expect(await greet(folder, { name: "Ada" }, settingsIn(folder, "settings.config.json", "hello"))).toMatchObject({
    status: "SUCCEEDED",
  });
});
