import { dirname } from "node:path";
import { CommandError, exitCode } from "../exit-code.js";
import { writeLine } from "../screen.js";
import { builtProvider, DEFAULT_SOURCE, parseSource } from "../terraform-provider.js";

export interface TerraformDevOptions {
  readonly source?: string;
}

/**
 * Prints a CLI configuration with which Terraform takes the built provider as it is now, without installing it and without a lock file, and how
 * to let it use a process that runs already.
 */
export async function terraformDev(options: TerraformDevOptions): Promise<number> {
  const source = options.source ?? DEFAULT_SOURCE;
  if (parseSource(source).type !== "aws") {
    throw new CommandError(`The built executable is that of a provider of type aws, not of ${source}`);
  }
  const { executable } = await builtProvider();
  writeLine(`# A CLI configuration for Terraform. With it, the built provider is used as it is, without 'terraform init':
#
#     pawl terraform dev > dev.tfrc
#     TF_CLI_CONFIG_FILE=$PWD/dev.tfrc terraform plan
#
# Terraform warns at each run that it does so. Before Terraform 1.15, 'terraform init' still asks for the provider elsewhere: where other providers
# have to be installed, use 'pawl terraform install'.
provider_installation {
  dev_overrides {
    "${source}" = ${JSON.stringify(dirname(executable))}
  }
  direct {}
}

# To use a process that runs already (under a debugger, for instance), start it, and give Terraform what it prints (TF_REATTACH_PROVIDERS):
#
#     ${source === DEFAULT_SOURCE ? "" : `PAWL_TERRAFORM_SOURCE=${source} `}node ${JSON.stringify(executable)} --debug`);
  return exitCode.ok;
}
