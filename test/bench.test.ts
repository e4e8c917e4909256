import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const bench = fileURLToPath(new URL("../bench/bench.mjs", import.meta.url));
const run = promisify(execFile);

const aRate = {
  perSecond: expect.any(Number),
  p50: expect.any(Number),
  p99: expect.any(Number),
  longest: expect.any(Number),
  generatorCpu: expect.any(Number),
  rounds: [expect.any(Number)],
};

test("the benchmark runs and reports every measurement", { timeout: 120_000 }, async () => {
  const { stdout, stderr } = await run(process.execPath, [bench, "--quick", "--json"], { maxBuffer: 2 ** 24 });
  const result = JSON.parse(stdout);

  expect(result.environment).toMatchObject({ node: process.versions.node, cpus: expect.any(Number) });
  expect(result.hello.levels.map(({ connections }: { connections: number }) => connections)).toEqual([1, 16]);
  for (const level of result.hello.levels) {
    expect(level).toMatchObject({ pawl: aRate, bare: aRate, ratio: expect.any(Number) });
    expect(level.pawl.perSecond).toBeGreaterThan(0);
    expect(level.bare.perSecond).toBeGreaterThan(0);
  }
  expect(result.hello.verifiedExecutions).toBeGreaterThan(0);
  expect(result.chain).toMatchObject({ states: 50, transitionsPerSecond: expect.any(Number) });
  expect(result.map).toMatchObject({ iterations: 1000, seconds: expect.any(Number) });
  expect(result.waiting).toMatchObject({
    executions: 500,
    secondsToStartThem: expect.any(Number),
    dataFileBytes: expect.any(Number),
    secondsToFirstAnswer: { empty: expect.any(Number), waiting: expect.any(Number), bare: expect.any(Number) },
  });
  // A pipe gets the result and nothing of how it goes.
  expect(stderr).not.toMatch(/round/);
});

test("a wrong option is explained", async () => {
  await expect(run(process.execPath, [bench, "--only", "speed"])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--only knows no 'speed'"),
  });
});

test("so does the one of the Terraform provider", { timeout: 120_000 }, async () => {
  const script = fileURLToPath(new URL("../bench/terraform-provider.mjs", import.meta.url));
  const { stdout } = await run(process.execPath, [script, "--rounds", "1", "--json"]);
  const spread = { least: expect.any(Number), median: expect.any(Number), most: expect.any(Number) };
  expect(JSON.parse(stdout)).toMatchObject({
    node: process.versions.node,
    rounds: 1,
    milliseconds: { bare: spread, handshake: spread, schema: spread },
  });
});
