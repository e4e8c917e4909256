import { type TerraformMetaArguments, TerraformResource } from "cdktn";
import type { Construct } from "constructs";

export interface SfnAliasConfig extends TerraformMetaArguments {
  readonly name: string;
  readonly description?: string | undefined;
  /** One version, or two with weights that make 100 together. */
  readonly routingConfiguration: readonly {
    readonly stateMachineVersionArn: string;
    /** Percent of the executions that the version gets. */
    readonly weight: number;
  }[];
  readonly region?: string | undefined;
  /** How long to wait for each, such as `5m`. */
  readonly timeouts?:
    | {
        readonly create?: string | undefined;
        readonly update?: string | undefined;
        readonly delete?: string | undefined;
      }
    | undefined;
}

/** An alias of versions of a state machine: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sfn_alias */
export class SfnAlias extends TerraformResource {
  static readonly tfResourceType = "aws_sfn_alias";
  readonly #config: SfnAliasConfig;

  constructor(scope: Construct, id: string, config: SfnAliasConfig) {
    super(scope, id, {
      ...config,
      terraformResourceType: SfnAlias.tfResourceType,
      terraformGeneratorMetadata: { providerName: "aws" },
    });
    this.#config = config;
  }

  get arn(): string {
    return this.getStringAttribute("arn");
  }

  get id(): string {
    return this.getStringAttribute("id");
  }

  get name(): string {
    return this.getStringAttribute("name");
  }

  get creationDate(): string {
    return this.getStringAttribute("creation_date");
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    const { name, description, region, routingConfiguration, timeouts } = this.#config;
    return {
      name,
      description,
      region,
      routing_configuration: routingConfiguration.map(({ stateMachineVersionArn, weight }) => ({
        state_machine_version_arn: stateMachineVersionArn,
        weight,
      })),
      timeouts,
    };
  }
}
