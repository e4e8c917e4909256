import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** The source that a configuration names, and the local name that makes `aws_…` its types. */
export const source = "pawl.internal/pawl/aws";

const executable = fileURLToPath(new URL("../dist/terraform-provider-aws", import.meta.url));

/** The version of the `terraform` on PATH; undefined where there is none. */
export const terraformVersion: string | undefined = versionOnPath();

/** Whether the `terraform` on PATH is of a version (`1.12`) or a later one. */
export function terraformIsAtLeast(version: string): boolean {
  const [major = 0, minor = 0] = (terraformVersion ?? "0.0").split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = version.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

if (terraformVersion === undefined) {
  console.warn("No terraform on PATH: the tests that run it are skipped.");
}

const [, minor = 0, patch = 0] = (terraformVersion ?? "").split(/[.-]/).map(Number);

/** Whether it has actions: 1.14 has them, and 1.14.0 ran them too early. */
export const hasActions = terraformVersion !== undefined && (minor > 14 || (minor === 14 && patch >= 1));

if (terraformVersion !== undefined && !hasActions) {
  console.warn(`terraform ${terraformVersion} has no actions (1.14.1 has): the tests that invoke them are skipped.`);
}

function versionOnPath(): string | undefined {
  try {
    const printed = execFileSync("terraform", ["version", "-json"], { encoding: "utf8", env: environment() });
    return (JSON.parse(printed) as { terraform_version: string }).terraform_version;
  } catch {
    return undefined;
  }
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with a configuration, and the built provider where Terraform finds it: in a mirror, without a registry. */
export class Workspace {
  readonly folder: string;
  readonly #endpoint: string;

  constructor(folder: string, endpoint: string) {
    this.folder = folder;
    this.#endpoint = endpoint;
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.folder, name), text);
  }

  read(name: string): Promise<string> {
    return readFile(join(this.folder, name), "utf8");
  }

  /** Runs a command, whatever comes of it. */
  run(...args: readonly string[]): Promise<Ran> {
    const env = environment({
      TF_CLI_CONFIG_FILE: join(this.folder, "terraform.rc"),
      PAWL_ENDPOINT: this.#endpoint,
    });
    return new Promise((resolve, reject) => {
      const options = { cwd: this.folder, env, maxBuffer: 64 * 2 ** 20 };
      execFile("terraform", args, options, (failure, stdout, stderr) => {
        if (failure !== null && typeof failure.code !== "number") reject(failure);
        else resolve({ code: Number(failure?.code ?? 0), stdout, stderr });
      });
    });
  }

  /** Runs a command that must end well. */
  async do(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args);
    if (code !== 0) throw new Error(`terraform ${args.join(" ")} ended with ${code}:\n${stdout}\n${stderr}`);
    return stdout;
  }

  apply(...args: readonly string[]): Promise<string> {
    return this.do("apply", "-auto-approve", "-no-color", ...args);
  }

  /** What a plan would change: `address: action`, for each resource that it does not leave alone. */
  async changes(...args: readonly string[]): Promise<readonly string[]> {
    await this.do("plan", "-no-color", "-out=plan.bin", ...args);
    const plan = JSON.parse(await this.do("show", "-json", "plan.bin")) as {
      readonly resource_changes?: readonly { address: string; change: { actions: readonly string[] } }[];
    };
    return (plan.resource_changes ?? [])
      .filter(({ change }) => change.actions.join() !== "no-op" && change.actions.join() !== "read")
      .map(({ address, change }) => `${address}: ${change.actions.join("+")}`);
  }

  /** Fails where a plan would change anything. */
  async settled(): Promise<void> {
    const { code, stdout, stderr } = await this.run("plan", "-no-color", "-detailed-exitcode");
    if (code !== 0) throw new Error(`the plan is not empty:\n${stdout}\n${stderr}`);
  }

  /** The attributes of a resource in the state. */
  async state(address: string): Promise<Record<string, unknown>> {
    const { values } = JSON.parse(await this.do("show", "-json")) as {
      readonly values?: {
        root_module: { resources?: readonly { address: string; values: Record<string, unknown> }[] };
      };
    };
    const found = values?.root_module.resources?.find((resource) => resource.address === address);
    if (found === undefined) throw new Error(`${address} is not in the state`);
    return found.values;
  }

  async outputs(): Promise<Record<string, unknown>> {
    const outputs = JSON.parse(await this.do("output", "-json")) as Record<string, { readonly value: unknown }>;
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
  }
}

/** A workspace with the provider's block; `settings` stand in it. It goes with the test. */
export async function workspace(endpoint: string, settings = ""): Promise<Workspace> {
  if (!existsSync(executable)) throw new Error(`${executable} is not there: npm run build`);
  const folder = await mkdtemp(join(tmpdir(), "pawl-terraform-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const mirror = join(folder, "mirror");
  const installed = join(mirror, source, "0.1.0", platform(), "terraform-provider-aws_v0.1.0");
  await mkdir(dirname(installed), { recursive: true });
  await copyFile(executable, installed);
  const made = new Workspace(folder, endpoint);
  await made.write("terraform.rc", `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`);
  await made.write(
    "provider.tf",
    `terraform {\n  required_providers {\n    aws = { source = "${source}" }\n  }\n}\n\nprovider "aws" {\n  region = "us-east-1"\n  ${settings}\n}\n`,
  );
  return made;
}

function platform(): string {
  const { platform: os, arch } = process;
  return `${os === "win32" ? "windows" : os}_${arch === "x64" ? "amd64" : arch}`;
}

/** Nothing of what the person who runs the tests has configured for AWS, Pawl or Terraform. */
function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:AWS_|PAWL_|TF_)/.test(name));
  return { ...Object.fromEntries(inherited), CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1", ...more };
}
