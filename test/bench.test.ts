import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { measurements } from "../bench/measurements.mjs";
import { plot } from "../bench/plots.mjs";

const bench = fileURLToPath(new URL("../bench/bench.mjs", import.meta.url));
const run = promisify(execFile);

test("the benchmark runs and reports every measurement", { timeout: 300_000 }, async () => {
  const { stdout, stderr } = await run(process.execPath, [bench, "--quick", "--json"], { maxBuffer: 2 ** 24 });
  const result = JSON.parse(stdout);

  expect(result.environment).toMatchObject({ node: process.versions.node, cpus: expect.any(Number) });
  expect(result.rows.length).toBeGreaterThan(measurements.length);
  for (const row of result.rows) {
    expect(row).toMatchObject({ what: expect.any(String), measured: expect.any(String), value: expect.any(Number) });
    expect(row.value, row.what).toBeGreaterThan(0);
    // What has an aim is judged.
    expect("met" in row, row.what).toBe("aim" in row);
  }
  expect(result.hello.verifiedExecutions).toBeGreaterThan(0);
  for (const { name, curves } of measurements) {
    expect(result).toHaveProperty(name);
    for (const curve of curves?.(result[name]) ?? [])
      expect(plot(curve)).toMatch(/^<svg [\s\S]*<path class="curve c0"/);
  }
  // A pipe gets the result and nothing of how it goes.
  expect(stderr).not.toMatch(/round/);
});

test("plots of curves that grow, that stay and that hold names with signs", () => {
  const svg = plot({
    title: "Time < memory & disk",
    x: "work",
    y: "seconds",
    series: [
      {
        name: "grows",
        points: [
          [1, 0.2],
          [10, 2],
          [1000, 210],
        ],
      },
      {
        name: "stays",
        slope: false,
        points: [
          [1, 5],
          [10, 5],
          [1000, 5],
        ],
      },
    ],
  });
  expect(svg).toContain("Time &lt; memory &amp; disk");
  expect(svg.match(/class="slope" d=/g)).toHaveLength(1);
  expect(svg.match(/<circle/g)).toHaveLength(6);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
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
