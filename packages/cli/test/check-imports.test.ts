import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { pawl, repository, temporaryFolder } from "./pawl-process.js";

const script = join(repository, "scripts/check-imports.mjs");

/** What the check says of a repository with one file in it. */
async function verdict(path: string, text: string): Promise<string> {
  const folder = await temporaryFolder();
  const file = join(folder, "packages", path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  const { code, stderr } = await pawl([folder], { script });
  expect(code).toBe(stderr === "" ? 0 : 1);
  return stderr.trim();
}

test("the imports of this repository point down only", async () => {
  expect(await pawl([], { script })).toMatchObject({ code: 0, stderr: "" });
});

test.each([
  ["asl/src/a.ts", 'import { x } from "@pawl/engine";', "asl/src/a.ts:1: packages/asl must not import @pawl/engine"],
  [
    "asl/src/a.ts",
    '\nimport type { X } from "node:fs";',
    "asl/src/a.ts:2: packages/asl runs in browsers too and must not import node:fs",
  ],
  ["asl/src/a.ts", 'import fs from "fs";', "must not import fs"],
  [
    "engine/src/a.ts",
    'import {\n  type A,\n  b,\n} from "@pawl/server";',
    "packages/engine must not import @pawl/server",
  ],
  ["engine/src/a.ts", 'const { main } = await import("pawl");', "packages/engine must not import pawl"],
  ["server/src/deep/a.ts", 'export * from "pawl/dist/main.js";', "packages/server must not import pawl"],
  ["server/src/a.ts", 'import "../../engine/src/x.js";', "reaches out of the package"],
  [
    "engine/src/store/a.ts",
    'import { r } from "../runtime/runtime.js";',
    "packages/engine/src/store must not import packages/engine/src/runtime",
  ],
])("%s with %j is refused", async (path, text, fault) => {
  expect(await verdict(path, text)).toContain(fault);
});

test.each([
  ["asl/src/a.ts", 'import jsonata from "jsonata";\nimport { b } from "./b.js";'],
  ["engine/src/runtime/a.ts", 'import { x } from "node:fs";\nimport { s } from "../store/store.js";'],
  ["server/src/a.ts", 'import { compile } from "@pawl/asl";\nimport type { Engine } from "@pawl/engine";'],
  ["cli/src/a.ts", 'import { createServer } from "@pawl/server";'],
])("%s with %j is fine", async (path, text) => {
  expect(await verdict(path, text)).toBe("");
});
