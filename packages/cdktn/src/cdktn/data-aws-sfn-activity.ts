import { TerraformDataSource, type TerraformMetaArguments } from "cdktn";
import type { Construct } from "constructs";

/** One of `name` and `arn`. */
export interface DataAwsSfnActivityConfig extends TerraformMetaArguments {
  readonly name?: string | undefined;
  readonly arn?: string | undefined;
  readonly region?: string | undefined;
}

/** An activity that is there already: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/sfn_activity */
export class DataAwsSfnActivity extends TerraformDataSource {
  static readonly tfResourceType = "aws_sfn_activity";
  readonly #config: DataAwsSfnActivityConfig;

  constructor(scope: Construct, id: string, config: DataAwsSfnActivityConfig) {
    super(scope, id, {
      ...config,
      terraformResourceType: DataAwsSfnActivity.tfResourceType,
      terraformGeneratorMetadata: { providerName: "aws" },
    });
    this.#config = config;
  }

  get arn(): string {
    return this.getStringAttribute("arn");
  }

  get name(): string {
    return this.getStringAttribute("name");
  }

  get creationDate(): string {
    return this.getStringAttribute("creation_date");
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    const { name, arn, region } = this.#config;
    return { name, arn, region };
  }
}
