import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { pawl, repository, temporaryFolder } from "./pawl-process.js";

const text = readFileSync(join(repository, "docs/distributed-map.md"), "utf8");

/** A block of the page by the name that stands behind its language. */
function block(name: string): string {
  const found = [...text.matchAll(/^```\w+ (\S+)\n([\s\S]*?\n)```$/gm)].find(([, each]) => each === name);
  return found?.[2] ?? "";
}

test("the example of docs/distributed-map.md runs, with the built command", async () => {
  const folder = await temporaryFolder();
  mkdirSync(join(folder, "data"));
  for (const name of ["data/orders.csv", "orders.asl.json"]) writeFileSync(join(folder, name), block(name));
  const bucket = pathToFileURL(join(folder, "data")).href;
  expect(text).toContain(
    'npx pawl run orders.asl.json --data-folder data --input "{\\"folder\\": \\"file://$PWD/data\\"}"',
  );
  const run = (...more: string[]) =>
    pawl(["run", "orders.asl.json", ...more, "--input", JSON.stringify({ folder: bucket }), "--json"], { cwd: folder });

  const { code, stdout } = await run("--data-folder", "data");
  expect(code).toBe(0);
  const { output } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { output: string };
  const { ResultWriterDetails } = JSON.parse(output) as { ResultWriterDetails: { Bucket: string; Key: string } };
  const [id = ""] = readdirSync(join(folder, "data", "results"));
  expect(ResultWriterDetails).toEqual({ Bucket: bucket, Key: `results/${id}/manifest.json` });
  const written = readFileSync(join(folder, "data", "results", id, "SUCCEEDED_0.json"), "utf8");
  expect(JSON.parse(written)).toEqual(JSON.parse(block("results/SUCCEEDED_0.json")));

  // The same by the configuration; and without either nothing is read.
  writeFileSync(join(folder, "pawl.config.json"), '{"dataFolders": ["data"]}');
  expect((await run()).code).toBe(0);
  writeFileSync(join(folder, "pawl.config.json"), "{}");
  const refused = await run();
  expect(refused.code).toBe(1);
  expect(refused.stdout).toContain("State machines may not use the folder");
});
