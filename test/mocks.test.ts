import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Mocks, openEngine, openSqliteStore } from "@pawl/engine";
import { expect, it, onTestFinished } from "vitest";

const page = readFileSync(new URL("../docs/mocks.md", import.meta.url), "utf8");

function example(name: string): string {
  const [, text] = new RegExp(`\`\`\`json ${name}\n(.*?)\`\`\``, "s").exec(page) ?? [];
  if (text === undefined) throw new Error(`docs/mocks.md has no example of ${name}`);
  return text;
}

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
