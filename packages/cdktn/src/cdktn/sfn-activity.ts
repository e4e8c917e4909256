import { type TerraformMetaArguments, TerraformResource } from "cdktn";
import type { Construct } from "constructs";

export interface SfnActivityConfig extends TerraformMetaArguments {
  readonly name: string;
  readonly region?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly encryptionConfiguration?:
    | {
        readonly kmsDataKeyReusePeriodSeconds?: number | undefined;
        readonly kmsKeyId?: string | undefined;
        readonly type?: string | undefined;
      }
    | undefined;
}

/** An activity, whose tasks workers fetch: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sfn_activity */
export class SfnActivity extends TerraformResource {
  static readonly tfResourceType = "aws_sfn_activity";
  readonly #config: SfnActivityConfig;

  constructor(scope: Construct, id: string, config: SfnActivityConfig) {
    super(scope, id, {
      ...config,
      terraformResourceType: SfnActivity.tfResourceType,
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
    const { name, region, tags, encryptionConfiguration: encryption } = this.#config;
    return {
      name,
      region,
      tags,
      encryption_configuration: encryption && {
        kms_data_key_reuse_period_seconds: encryption.kmsDataKeyReusePeriodSeconds,
        kms_key_id: encryption.kmsKeyId,
        type: encryption.type,
      },
    };
  }
}
