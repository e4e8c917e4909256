import { TerraformDataSource, type TerraformMetaArguments } from "cdktn";
import type { Construct } from "constructs";

export interface DataAwsSfnStateMachineConfig extends TerraformMetaArguments {
  readonly name: string;
  readonly region?: string | undefined;
}

/** A state machine that is there already: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/sfn_state_machine */
export class DataAwsSfnStateMachine extends TerraformDataSource {
  static readonly tfResourceType = "aws_sfn_state_machine";
  readonly #config: DataAwsSfnStateMachineConfig;

  constructor(scope: Construct, id: string, config: DataAwsSfnStateMachineConfig) {
    super(scope, id, {
      ...config,
      terraformResourceType: DataAwsSfnStateMachine.tfResourceType,
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

  get definition(): string {
    return this.getStringAttribute("definition");
  }

  get description(): string {
    return this.getStringAttribute("description");
  }

  get revisionId(): string {
    return this.getStringAttribute("revision_id");
  }

  get roleArn(): string {
    return this.getStringAttribute("role_arn");
  }

  get status(): string {
    return this.getStringAttribute("status");
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { name: this.#config.name, region: this.#config.region };
  }
}
