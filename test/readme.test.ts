import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** The examples of README.md, run as they stand there against what its first command starts. Only the port is another. */

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const documentedUrl = "http://127.0.0.1:8083";
const data = mkdtempSync(join(tmpdir(), "pawl-readme-"));
let server: ChildProcess;
let url = "";
let shown = "";

beforeAll(async () => {
  // What `npm start` runs.
  server = spawn(process.execPath, ["scripts/start.mjs", "--port", "0", "--data", data], { cwd: root });
  await new Promise<void>((resolve, reject) => {
    server.stdout?.on("data", (chunk: Buffer) => {
      shown += chunk.toString();
      url = /http:\/\/127\.0\.0\.1:\d+/.exec(shown)?.[0] ?? "";
      if (shown.includes("Ctrl-C stops the server")) resolve();
    });
    server.stderr?.on("data", (chunk: Buffer) => {
      shown += chunk.toString();
    });
    server.once("exit", () => reject(new Error(shown)));
  });
}, 120_000);

afterAll(async () => {
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGINT");
  await ended;
  rmSync(data, { recursive: true, force: true });
});

function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    (match) => match[1] ?? "",
  );
}

function run(command: string, args: readonly string[], input = ""): Promise<{ status: number | null; output: string }> {
  const child = spawn(command, args, { cwd: root, env: { ...process.env, PAWL_ENDPOINT: url } });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stdin.end(input);
  return new Promise((resolve) => child.once("close", (status) => resolve({ status, output })));
}

describe("README.md", () => {
  it("shows what the first start shows", () => {
    for (const line of [
      'Started example-state-machine with {"user_id":"12345","action":"process"}',
      "arn:aws:states:us-east-1:123456789012:execution:example-state-machine:",
      "SUCCEEDED",
      '"Hello World!"',
    ]) {
      expect(readme).toContain(line);
      expect(shown).toContain(line);
    }
  });

  it("shows the AWS CLI command that the start shows", () => {
    const command = shown
      .slice(shown.indexOf("AWS_ACCESS_KEY_ID"), shown.indexOf("or with Pawl"))
      .replaceAll(url, documentedUrl);
    const squeeze = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
    expect(squeeze(readme)).toContain(squeeze(command));
  });

  const commands = blocks("sh").filter((block) => block.startsWith("npx pawl "));
  it("has commands to try", () => expect(commands.length).toBeGreaterThanOrEqual(3));
  it.each(commands)("%s", async (command) => {
    const { status, output } = await run("bash", ["-c", command]);
    expect(output).not.toMatch(/\bat .*\.js:\d+/);
    expect({ status, output }).toMatchObject({ status: 0 });
  });

  it.each(blocks("js"))("code: %s", async (code) => {
    const program = code.replaceAll(documentedUrl, url);
    const { status, output } = await run(process.execPath, ["--input-type=module"], program);
    expect(output).toContain("arn:aws:states:us-east-1:123456789012:execution:example-state-machine:");
    expect(status).toBe(0);
  });

  it("links to files that exist", () => {
    for (const [, target = ""] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
      expect(
        () => readFileSync(join(root, target.endsWith("/") ? `${target}README.md` : target)),
        target,
      ).not.toThrow();
    }
  });
});
