import { execFileSync, spawnSync } from "node:child_process";
import { appendFile, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { buildTerraformProvider, executable } from "../../../scripts/build-terraform-provider.mjs";
import { terraformPlatform } from "../src/terraform-provider.js";
import { pawl, temporaryFolder } from "./pawl-process.js";

/** `pawl terraform`; with the terraform on PATH, where there is one, it is also seen to work. */

const block = (source: string, version = "0.1.0") => `terraform {
  required_providers {
    aws = {
      source  = "${source}"
      version = "${version}"
    }
  }
}
`;

const hasTerraform = spawnSync("terraform", ["version"]).status === 0;
if (!hasTerraform) console.warn("No terraform on PATH: the tests that run it are skipped.");

beforeAll(buildTerraformProvider, 60_000);

function terraform(folder: string, env: NodeJS.ProcessEnv, ...args: readonly string[]): string {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:AWS_|PAWL_|TF_)/.test(name));
  return execFileSync("terraform", [...args, "-no-color"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...Object.fromEntries(inherited), CHECKPOINT_DISABLE: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

describe("pawl terraform install", () => {
  test("puts the provider into Terraform's own folder and prints the block that asks for it", async () => {
    const home = await temporaryFolder();
    const { code, stdout, stderr } = await pawl(["terraform", "install"], { env: { HOME: home } });
    expect({ code, stdout }).toEqual({ code: 0, stdout: block("pawl.internal/pawl/aws") });
    const file = join(
      home,
      `.terraform.d/plugins/pawl.internal/pawl/aws/0.1.0/${terraformPlatform()}/terraform-provider-aws_v0.1.0`,
    );
    expect(stderr).toContain(`Installed ${file}`);
    expect((await stat(file)).mode & 0o111).toBe(0o111);
    expect(await readFile(file)).toEqual(await readFile(executable));
  });

  test("another folder, source, version and other platforms", async () => {
    const folder = await temporaryFolder();
    const args = ["--dir", folder, "--source", "hashicorp/aws", "--provider-version", "6.99.0"];
    const platforms = ["--platform", "linux_arm64", "--platform", "darwin_arm64"];
    const { code, stdout, stderr } = await pawl(["terraform", "install", ...args, ...platforms]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: block("hashicorp/aws", "6.99.0") });
    for (const platform of ["linux_arm64", "darwin_arm64"]) {
      await stat(
        join(folder, "registry.terraform.io/hashicorp/aws/6.99.0", platform, "terraform-provider-aws_v6.99.0"),
      );
    }
    expect(stderr).toContain(`path    = "${folder}"`);
    expect(stderr).toContain("in the place of hashicorp/aws");
  });

  test("says what to do where the same version was there with other content", async () => {
    const folder = await temporaryFolder();
    const install = () => pawl(["terraform", "install", "--dir", folder, "--platform", "linux_amd64"]);
    expect((await install()).stderr).not.toContain(".terraform.lock.hcl");
    expect((await install()).stderr).not.toContain(".terraform.lock.hcl");
    const file = join(folder, "pawl.internal/pawl/aws/0.1.0/linux_amd64/terraform-provider-aws_v0.1.0");
    await appendFile(file, "\n");
    expect((await install()).stderr).toContain(".terraform.lock.hcl");
  });

  test("says so where the CLI configuration keeps Terraform from looking there", async () => {
    const home = await temporaryFolder();
    await writeFile(join(home, ".terraformrc"), "provider_installation {\n  direct {}\n}\n");
    const env = { HOME: home, TF_CLI_CONFIG_FILE: "", TERRAFORM_CONFIG: "" };
    const { stderr } = await pawl(["terraform", "install"], { env });
    expect(stderr).toContain(`${home}/.terraformrc says where Terraform looks for providers`);
    expect(stderr).toContain("filesystem_mirror {");
  });

  test.each([
    [["--source", "aws"], "'aws' is no source address"],
    [["--source", "a/b/c/d"], "is no source address"],
    [["--source", "../x/aws"], "is no source address"],
    [["--provider-version", "new"], "'new' is no version"],
  ])("refuses %j", async (args, text) => {
    const { code, stderr } = await pawl(["terraform", "install", "--dir", await temporaryFolder(), ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(text);
  });

  test.skipIf(!hasTerraform)(
    "what it installs and prints is all that terraform needs",
    { timeout: 120_000 },
    async () => {
      const home = await temporaryFolder();
      const { stdout } = await pawl(["terraform", "install"], { env: { HOME: home } });
      const folder = join(home, "project");
      await mkdir(folder);
      await writeFile(join(folder, "provider.tf"), stdout);
      const env = { HOME: home };
      expect(terraform(folder, env, "init")).toContain("Installed pawl.internal/pawl/aws v0.1.0");
      expect(terraform(folder, env, "validate")).toContain("Success");
      expect(terraform(folder, env, "providers", "schema", "-json")).toContain("aws_sfn_state_machine");
    },
  );
});

describe("pawl terraform dev", () => {
  test.skipIf(!hasTerraform)("terraform takes the built provider without init", { timeout: 120_000 }, async () => {
    const folder = await temporaryFolder();
    const { code, stdout } = await pawl(["terraform", "dev"]);
    expect(code).toBe(0);
    await writeFile(join(folder, "dev.tfrc"), stdout);
    await writeFile(join(folder, "main.tf"), block("pawl.internal/pawl/aws"));
    const told = terraform(folder, { TF_CLI_CONFIG_FILE: join(folder, "dev.tfrc") }, "validate");
    expect(told).toContain("Provider development overrides are in effect");
    expect(told).toContain("Success");
  });

  test("prints where the executable is, and how to start it", async () => {
    const { stdout } = await pawl(["terraform", "dev", "--source", "example.com/x/aws"]);
    expect(stdout).toContain('"example.com/x/aws" = ');
    const [, named = ""] = /PAWL_TERRAFORM_SOURCE=example\.com\/x\/aws node "([^"]+)" --debug/.exec(stdout) ?? [];
    // The command brings its own copy.
    expect(await readFile(named)).toEqual(await readFile(executable));
    expect((await pawl(["terraform", "dev", "--source", "example.com/x/y"])).code).toBe(2);
  });
});
