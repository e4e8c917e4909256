import { execFileSync } from "node:child_process";
import { mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { exampleInput, findDefinitions, watchDefinitions } from "../src/definition-folder.js";
import { hello } from "./definitions.js";
import { temporaryFolder } from "./pawl-process.js";

const definition = JSON.stringify(hello);
const names = async (folder: string): Promise<string[]> =>
  (await findDefinitions([folder])).map(({ path }) => basename(path));

/** A folder with one definition, beside a file that is none of its own. */
async function folderAndSecret(): Promise<{ folder: string; secret: string }> {
  const root = await temporaryFolder();
  const folder = join(root, "definitions");
  await mkdir(folder);
  await writeFile(join(folder, "own.asl.json"), definition);
  const secret = join(root, "secret.json");
  await writeFile(secret, definition);
  return { folder, secret };
}

test("a folder's definitions are the files in it, and not what links in it lead to outside", async () => {
  const { folder, secret } = await folderAndSecret();
  await symlink(secret, join(folder, "linked.asl.json"));
  await symlink("../secret.json", join(folder, "relative.asl.json"));
  await symlink("/proc/self/environ", join(folder, "environment.asl.yaml"));
  await symlink("loop.asl.json", join(folder, "loop.asl.json"));
  await symlink("nowhere", join(folder, "broken.asl.json"));
  await mkdir(join(folder, "folder.asl.json"));
  expect(await names(folder)).toEqual(["own.asl.json"]);
  // What is named is meant.
  expect(await names(join(folder, "linked.asl.json"))).toEqual(["linked.asl.json"]);
});

test("links within the folder are as good as files: so are mounted those of a ConfigMap", async () => {
  const { folder } = await folderAndSecret();
  await mkdir(join(folder, "..2026"));
  await writeFile(join(folder, "..2026", "mounted.asl.json"), definition);
  await symlink("..2026", join(folder, "..data"));
  await symlink("..data/mounted.asl.json", join(folder, "mounted.asl.json"));
  expect(await names(folder)).toEqual(["mounted.asl.json", "own.asl.json"]);
});

test("pipes and devices are not waited for, and files larger than any definition not read", async () => {
  const { folder } = await folderAndSecret();
  execFileSync("mkfifo", [join(folder, "pipe.asl.json")]);
  await symlink("/dev/zero", join(folder, "endless.asl.json"));
  await writeFile(join(folder, "large.asl.json"), `${definition}${" ".repeat(3_000_000)}`);
  expect(await names(folder)).toEqual(["own.asl.json"]);
});

test("an example input is a file beside its definition", async () => {
  const { folder, secret } = await folderAndSecret();
  const own = join(folder, "own.asl.json");
  await symlink(secret, join(folder, "own.input.json"));
  expect(await exampleInput(own)).toBeUndefined();
  await writeFile(join(folder, "other.input.json"), "{}");
  await rename(join(folder, "other.input.json"), join(folder, "own.input.json"));
  expect(await exampleInput(own)).toBe("{}");
});

test("what appears later is looked at in the same way", async () => {
  const { folder, secret } = await folderAndSecret();
  const changed: string[] = [];
  const watcher = watchDefinitions([folder], [join(folder, "own.asl.json")], (path) => changed.push(basename(path)));
  onTestFinished(() => watcher.close());
  await symlink(secret, join(folder, "linked.asl.json"));
  execFileSync("mkfifo", [join(folder, "pipe.asl.json")]);
  await writeFile(join(folder, "later.asl.json"), definition);
  await vi.waitFor(() => expect(changed).toContain("later.asl.json"), 10_000);
  expect(changed).toEqual(["later.asl.json"]);
});
