import { readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError } from "./exit-code.js";

/** How configurations name the provider, unless they are told otherwise. */
export const DEFAULT_SOURCE = "pawl.internal/pawl/aws";

/** The parts of a provider's source address, `HOST/NAMESPACE/TYPE`; without a host it is Terraform's public registry. */
export interface ProviderSource {
  readonly host: string;
  readonly namespace: string;
  readonly type: string;
}

/** @throws CommandError where it is none */
export function parseSource(text: string): ProviderSource {
  const parts = text.split("/");
  const [host, namespace, type] = parts.length === 2 ? ["registry.terraform.io", ...parts] : parts;
  const isName = (part: string | undefined): part is string =>
    part !== undefined && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(part);
  if (
    parts.length > 3 ||
    host === undefined ||
    !/^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?$/.test(host) ||
    !isName(namespace) ||
    !isName(type)
  ) {
    throw new CommandError(
      `'${text}' is no source address of a provider: it looks like ${DEFAULT_SOURCE} or hashicorp/aws`,
    );
  }
  return { host, namespace, type };
}

/** What comes with this command: the executable and its version. */
export interface BuiltProvider {
  readonly executable: string;
  readonly version: string;
}

/** The provider's package is part of the bundled command; tests of the sources take the workspace's. */
const MANIFEST = fileURLToPath(
  new URL(
    import.meta.url.endsWith(".ts") ? "../../terraform-provider/package.json" : "./terraform-provider/package.json",
    import.meta.url,
  ),
);

/** @throws CommandError where it was not built */
export async function builtProvider(): Promise<BuiltProvider> {
  const executable = join(dirname(MANIFEST), "dist", "terraform-provider-aws");
  try {
    await stat(executable);
  } catch {
    throw new CommandError(`The provider is not built: ${executable} is missing. In the repository: npm run build`);
  }
  return { executable, version: (JSON.parse(readFileSync(MANIFEST, "utf8")) as { version: string }).version };
}

/** This machine as Terraform names it: `linux_amd64`, `darwin_arm64`. */
export function terraformPlatform(platform = process.platform, arch: string = process.arch): string {
  const architectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };
  return `${platform === "win32" ? "windows" : platform}_${architectures[arch] ?? arch}`;
}
