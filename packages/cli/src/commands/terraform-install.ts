import { chmod, copyFile, mkdir, readFile, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { CommandError, exitCode } from "../exit-code.js";
import { writeLine, writeNote } from "../screen.js";
import {
  builtProvider,
  DEFAULT_SOURCE,
  type ProviderSource,
  parseSource,
  terraformPlatform,
} from "../terraform-provider.js";

export interface TerraformInstallOptions {
  /** The mirror's folder; where Terraform looks of itself by default. */
  readonly dir?: string;
  readonly source?: string;
  readonly providerVersion?: string;
  /** `linux_amd64`, …; this machine's where there are none. */
  readonly platform?: readonly string[];
}

/**
 * Puts the provider where Terraform finds it without a registry (a filesystem mirror), and prints the block that asks for it: the block on
 * stdout, everything else on stderr.
 */
export async function terraformInstall(options: TerraformInstallOptions): Promise<number> {
  const source = options.source ?? DEFAULT_SOURCE;
  const address = parseSource(source);
  const { executable, version: ownVersion } = await builtProvider();
  const version = options.providerVersion ?? ownVersion;
  if (!/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/.test(version)) {
    throw new CommandError(`'${version}' is no version: it looks like ${ownVersion}`);
  }
  const mirror = resolve(options.dir ?? impliedMirror());
  const files = (options.platform ?? [terraformPlatform()]).map((platform) =>
    join(
      mirror,
      address.host,
      address.namespace,
      address.type,
      version,
      platform,
      `terraform-provider-${address.type}_v${version}`,
    ),
  );
  const before = await Promise.all(files.map((file) => put(executable, file)));

  for (const file of files) writeNote(`Installed ${file}`);
  if (before.includes("other")) writeNote(changedUnderItsVersion(source, version));
  if (options.dir === undefined) await noteConfiguration(mirror, address);
  else
    writeNote(
      `Terraform finds it with this in its CLI configuration (~/.terraformrc, or TF_CLI_CONFIG_FILE):\n\n${mirrorBlock(mirror, address)}`,
    );
  if (address.host === "registry.terraform.io") {
    writeNote(
      `It now stands in the place of ${source}: 'terraform init' takes it, and none of the registry. Removing the file undoes that.`,
    );
  }
  writeNote("In the configuration:\n");
  writeLine(`terraform {
  required_providers {
    aws = {
      source  = "${source}"
      version = "${version}"
    }
  }
}`);
  return exitCode.ok;
}

/** https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories */
function impliedMirror(): string {
  const { APPDATA } = process.env;
  return process.platform === "win32" && APPDATA !== undefined
    ? join(APPDATA, "terraform.d", "plugins")
    : join(homedir(), ".terraform.d", "plugins");
}

/** Puts a file in place as a whole, and says what was there before. */
async function put(executable: string, file: string): Promise<"nothing" | "same" | "other"> {
  const [now, before] = await Promise.all([readFile(executable), readFile(file).catch(() => undefined)]);
  if (before?.equals(now)) return "same";
  const fresh = `${file}.${process.pid}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await copyFile(executable, fresh);
    await chmod(fresh, 0o755);
    await rename(fresh, file);
  } catch (error) {
    throw new CommandError(`${file} cannot be written: ${(error as Error).message}`);
  }
  return before === undefined ? "nothing" : "other";
}

/** Terraform remembers a hash of each version that it has used. */
function changedUnderItsVersion(source: string, version: string): string {
  return (
    `Version ${version} was there before with other content, so folders that have used it refuse it ("does not match any of the checksums"): ` +
    `there, remove the block of ${source} from .terraform.lock.hcl and run 'terraform init' again. 'pawl terraform dev' needs none of this.`
  );
}

/** Without `provider_installation` Terraform looks in its own folder; with it, only where that says. */
async function noteConfiguration(mirror: string, address: ProviderSource): Promise<void> {
  const { TF_CLI_CONFIG_FILE, TERRAFORM_CONFIG, APPDATA } = process.env;
  const own =
    process.platform === "win32" && APPDATA !== undefined
      ? join(APPDATA, "terraform.rc")
      : join(homedir(), ".terraformrc");
  const file = TF_CLI_CONFIG_FILE || TERRAFORM_CONFIG || own;
  const text = await readFile(file, "utf8").catch(() => "");
  if (/^\s*provider_installation\b/m.test(text) && !text.includes(mirror)) {
    writeNote(
      `${file} says where Terraform looks for providers. It does not name this folder; with this it does:\n\n${mirrorBlock(mirror, address)}`,
    );
  }
}

function mirrorBlock(mirror: string, { host, namespace, type }: ProviderSource): string {
  const provider = `${host}/${namespace}/${type}`;
  return `provider_installation {
  filesystem_mirror {
    path    = ${JSON.stringify(mirror)}
    include = ["${provider}"]
  }
  direct {
    exclude = ["${provider}"]
  }
}
`;
}
