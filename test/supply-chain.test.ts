import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { faultsOfLockFile, type LockedPackage } from "../scripts/check-lock-file.mjs";
import { runTimePackages } from "../scripts/run-time-packages.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
  readonly packages: Record<string, LockedPackage>;
};

describe("the lock file", () => {
  const whole = { version: "1.0.0", integrity: "sha512-AAAA" };

  it("lets nothing in that runs a script at a user's, or comes without a checksum", () => {
    expect(faultsOfLockFile(lock)).toEqual([]);
    expect(Object.keys(lock.packages).length).toBeGreaterThan(100);
  });

  it.each<[string, LockedPackage, string]>([
    [
      "a script at run time",
      { ...whole, hasInstallScript: true },
      "runs a script when it is installed, and is needed at run time",
    ],
    [
      "a script in development, without a reason",
      { ...whole, dev: true, hasInstallScript: true },
      "runs a script when it is installed, and is needed in development",
    ],
    ["another place", { ...whole, resolved: "https://evil.example/x.tgz" }, "comes from https://evil.example/x.tgz"],
    [
      "a place that looks like the registry",
      { ...whole, resolved: "https://registry.npmjs.org.evil.example/x" },
      "comes from",
    ],
    ["a repository", { ...whole, resolved: "git+ssh://git@github.com/a/b.git#c" }, "comes from git+ssh"],
    ["no checksum", { version: "1.0.0" }, "has no SHA-512 checksum"],
    ["a weak checksum", { version: "1.0.0", integrity: "sha1-AAAA" }, "has no SHA-512 checksum"],
  ])("is refused with %s", (_, entry, fault) => {
    const faults = faultsOfLockFile({ packages: { ...lock.packages, "node_modules/x": entry } });
    expect(faults).toEqual([expect.stringContaining(fault)]);
    expect(faults[0]).toContain("node_modules/x");
  });

  it("refuses a package that may run a script in development where it is needed at run time", () => {
    const esbuild = { ...whole, hasInstallScript: true };
    expect(faultsOfLockFile({ packages: { "node_modules/esbuild": { ...esbuild, dev: true } } })).toEqual([]);
    expect(faultsOfLockFile({ packages: { "node_modules/esbuild": esbuild } })).toHaveLength(1);
  });

  it("says what runs at a user's, what is built into bundles among it", () => {
    const used = runTimePackages(lock);
    for (const name of ["libsql", "jsonata", "yaml", "commander", "@msgpack/msgpack", "@aws-sdk/client-sts"]) {
      expect(used).toContain(`node_modules/${name}`);
    }
    for (const name of ["vitest", "esbuild", "typescript", "cdktn"]) expect(used).not.toContain(`node_modules/${name}`);
  });
});

interface Advisory {
  readonly id: number;
  readonly url: string;
  readonly title: string;
  readonly severity: string;
  readonly vulnerable_versions: string;
}

const advisory = (severity: string): Advisory => ({
  id: 1,
  url: "https://example.com/advisory",
  title: "It is broken",
  severity,
  vulnerable_versions: "*",
});

/** Runs the audit against a registry that knows these advisories, or answers with this status. */
async function audit(
  answer: Record<string, Advisory[]> | number | "nobody",
): Promise<{ code: number | null; text: string }> {
  const registry = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      const status = request.url?.includes("advisories/bulk") ? (typeof answer === "number" ? answer : 200) : 404;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(status === 200 ? JSON.stringify(answer) : "{}");
    });
  });
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
  const { port } = registry.address() as AddressInfo;
  onTestFinished(() => {
    registry.closeAllConnections();
    registry.close();
  });
  if (answer === "nobody") await new Promise((resolve) => registry.close(resolve));
  const cache = mkdtempSync(join(tmpdir(), "pawl-audit-"));
  onTestFinished(() => rmSync(cache, { recursive: true, force: true }));
  const child = spawn(process.execPath, [join(root, "scripts/audit-dependencies.mjs")], {
    env: { ...process.env, npm_config_registry: `http://127.0.0.1:${port}/`, npm_config_cache: cache },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, text };
}

describe("the audit of dependencies", () => {
  it.each([
    ["nothing", {}, 0, "0 vulnerable packages, 0 that count"],
    [
      "something that is built in",
      { yaml: [advisory("low")] },
      1,
      "yaml (node_modules/yaml): low: It is broken https://example.com/advisory",
    ],
    [
      "something that is installed",
      { libsql: [advisory("moderate")] },
      1,
      "libsql (node_modules/libsql): moderate: It is broken",
    ],
    ["a little in development", { acorn: [advisory("moderate")] }, 0, "0 that count"],
    ["much in development", { acorn: [advisory("high")] }, 1, "acorn (node_modules/acorn): high: It is broken"],
  ])("with %s", async (_, advisories, code, sentence) => {
    const found = await audit(advisories);
    expect(found.text).toContain(sentence);
    expect(found.code).toBe(code);
  });

  it.each([405, 404, 500, "nobody"] as const)("says so where the registry does not answer: %s", async (answer) => {
    const { code, text } = await audit(answer);
    expect(text).toMatch(/^dependency audit: not run, the registry does not answer it \(.+\)$/m);
    expect(code).toBe(0);
  });
});

it("the release uses no action that could change under its name, and has no more rights than it needs", () => {
  const text = readFileSync(join(root, ".github/workflows/release.yml"), "utf8");
  for (const [, action = ""] of text.matchAll(/\buses:\s*(\S+)/g)) expect(action).toMatch(/@[0-9a-f]{40}$/);
  expect(text).toMatch(/^permissions: \{\}$/m);
  expect([...text.matchAll(/^ +([a-z-]+): write$/gm)].map(([, right]) => right)).toEqual(["contents", "id-token"]);
  expect(text).toContain("npm ci --ignore-scripts");
  expect(text).toMatch(/npm publish .* --provenance/);
  expect(text).not.toMatch(/NPM_TOKEN|NODE_AUTH_TOKEN|pull_request_target/);
});

/** The sources in another folder, and what bundling them needs. */
function checkout(): string {
  const folder = mkdtempSync(join(tmpdir(), "pawl-build-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const isSource = (path: string): boolean => !/(^|\/)(node_modules|dist)$/.test(path);
  for (const entry of ["packages", "scripts", "package.json", "package-lock.json", "LICENSE"]) {
    cpSync(join(root, entry), join(folder, entry), { recursive: true, filter: isSource });
  }
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  for (const entry of readdirSync(join(root, "node_modules"))) {
    const isOurs = entry === "@pawl" || entry === "pawl";
    if (!isOurs) symlinkSync(join(root, "node_modules", entry), join(modules, entry));
  }
  mkdirSync(join(modules, "@pawl"));
  for (const name of ["asl", "engine", "server", "terraform-provider"]) {
    symlinkSync(join(folder, "packages", name), join(modules, "@pawl", name));
  }
  return folder;
}

function sums(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return Object.fromEntries(
    files
      .filter((file) => statSync(join(folder, file)).isFile())
      .map((file) => [
        file,
        createHash("sha256")
          .update(readFileSync(join(folder, file)))
          .digest("hex"),
      ]),
  );
}

it("two builds of the same sources, in two folders, give the same bytes", { timeout: 120_000 }, async () => {
  const built = [];
  for (const folder of [checkout(), checkout()]) {
    const child = spawn(process.execPath, [join(folder, "scripts/build-command.mjs")], {
      cwd: folder,
      stdio: "inherit",
    });
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    // Bundling starts where it is the file that is run, else where it is called.
    expect(code).toBe(0);
    built.push({
      ...sums(join(folder, "packages/cli/dist")),
      ...sums(join(folder, "packages/terraform-provider/dist")),
    });
  }
  const [one, other] = built;
  expect(Object.keys(one ?? {})).toEqual(expect.arrayContaining(["main.js", "terraform-provider-aws"]));
  expect(one).toEqual(other);
});
