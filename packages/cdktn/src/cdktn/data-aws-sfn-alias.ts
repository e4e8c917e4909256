import { TerraformDataSource, type TerraformMetaArguments } from "cdktn";
import type { Construct } from "constructs";

export interface DataAwsSfnAliasConfig extends TerraformMetaArguments {
  readonly name: string;
  /** The state machine's ARN. The argument has this spelling in Terraform too: `statemachine_arn`. */
  readonly statemachineArn: string;
  readonly region?: string | undefined;
}

/** An alias that is there already: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/sfn_alias */
export class DataAwsSfnAlias extends TerraformDataSource {
  static readonly tfResourceType = "aws_sfn_alias";
  readonly #config: DataAwsSfnAliasConfig;

  constructor(scope: Construct, id: string, config: DataAwsSfnAliasConfig) {
    super(scope, id, {
      ...config,
      terraformResourceType: DataAwsSfnAlias.tfResourceType,
      terraformGeneratorMetadata: { providerName: "aws" },
    });
    this.#config = config;
  }

  get arn(): string {
    return this.getStringAttribute("arn");
  }

  get creationDate(): string {
    return this.getStringAttribute("creation_date");
  }

  get description(): string {
    return this.getStringAttribute("description");
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    const { name, statemachineArn, region } = this.#config;
    return { name, statemachine_arn: statemachineArn, region };
  }
}
