import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Mocks, openEngine, openSqliteStore } from "@pawl/engine";
import { expect, it, onTestFinished } from "vitest";

const page = readFileSync(new URL("../docs/mocks.md", import.meta.url), "utf8");

function example(name: string): string {
  const [, text] = new RegExp(`\`\`\`json ${name}\n(.*?)\`\`\``, "s").exec(page) ?? [];
  if (text === undefined) throw new Error(`docs/mocks.md has no example of ${name}`);
  return text;
}

it("docs/mocks.md runs its example without a server", () => {
  const folder = mkdtempSync(join(tmpdir(), "pawl-mocks-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "order.asl.json"), example("definition"));
  writeFileSync(join(folder, "MockConfigFile.json"), example("mocks"));
  writeFileSync(join(folder, "pawl.config.json"), '{ "mocks": "MockConfigFile.json" }');
  const pawl = fileURLToPath(new URL("../packages/cli/bin/pawl.js", import.meta.url));
  const run = (...more: string[]) =>
    spawnSync(process.execPath, [pawl, "run", "order.asl.json", "--json", ...more], { cwd: folder, encoding: "utf8" });
  const happy = run("--test-case", "Happy");
  expect(happy.status).toBe(0);
  expect(happy.stdout).toContain(JSON.stringify('{"MessageId":"m-1"}'));
  const other = run("--test-case", "Other");
  expect(other.status).not.toBe(0);
  expect(other.stderr).toContain("has no test case 'Other' for the state machine 'order'; it has Happy, Busy");
});

it("docs/mocks.md says what comes of its example", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pawl-mocks-"));
  const file = join(folder, "MockConfigFile.json");
  writeFileSync(file, example("mocks"));
  const engine = await openEngine({ store: await openSqliteStore("memory"), mocks: new Mocks(file) });
  onTestFinished(async () => {
    await engine.close();
    rmSync(folder, { recursive: true });
  });
  const { stateMachineArn } = await engine.stateMachines.create({
    name: "order",
    definition: example("definition"),
    roleArn: "arn:aws:iam::123456789012:role/pawl",
    type: "STANDARD",
    tags: [],
  });
  for (const [testCase, failures] of [
    ["Happy", 0],
    ["Busy", 2],
  ]) {
    const { executionArn } = await engine.executions.start({
      stateMachineArn: `${stateMachineArn}#${testCase}`,
      input: "{}",
    });
    const { output } = await engine.executions.ended(executionArn);
    expect(output).toBe('{"MessageId":"m-1"}');
    const { items } = await engine.executions.history({ executionArn, maxResults: 1000, reverseOrder: false });
    expect(items.filter((event) => event.includes('"TaskFailed"'))).toHaveLength(Number(failures));
  }
});
