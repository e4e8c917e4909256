import { TerraformDataSource, type TerraformMetaArguments } from "cdktn";
import type { Construct } from "constructs";

export interface DataAwsSfnStateMachineVersionsConfig extends TerraformMetaArguments {
  /** The state machine's ARN. The argument has this spelling in Terraform too: `statemachine_arn`. */
  readonly statemachineArn: string;
  readonly region?: string | undefined;
}

/** The versions of a state machine: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/sfn_state_machine_versions */
export class DataAwsSfnStateMachineVersions extends TerraformDataSource {
  static readonly tfResourceType = "aws_sfn_state_machine_versions";
  readonly #config: DataAwsSfnStateMachineVersionsConfig;

  constructor(scope: Construct, id: string, config: DataAwsSfnStateMachineVersionsConfig) {
    super(scope, id, {
      ...config,
      terraformResourceType: DataAwsSfnStateMachineVersions.tfResourceType,
      terraformGeneratorMetadata: { providerName: "aws" },
    });
    this.#config = config;
  }

  /** The ARNs of the versions, the newest first. */
  get statemachineVersions(): string[] {
    return this.getListAttribute("statemachine_versions");
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { statemachine_arn: this.#config.statemachineArn, region: this.#config.region };
  }
}
