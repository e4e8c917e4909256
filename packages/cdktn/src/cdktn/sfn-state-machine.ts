import { type IResolvable, type TerraformMetaArguments, TerraformResource } from "cdktn";
import type { Construct } from "constructs";

export interface SfnStateMachineConfig extends TerraformMetaArguments {
  /** The state machine in Amazon States Language, a JSON text: `JSON.stringify({ StartAt: …, States: … })`. */
  readonly definition: string;
  /** The role that executions take on. Pawl asks only that it has the form of a role's ARN. */
  readonly roleArn: string;
  /** Default: Terraform makes one. Not together with `namePrefix`. */
  readonly name?: string | undefined;
  readonly namePrefix?: string | undefined;
  /** `STANDARD` (default) or `EXPRESS`. */
  readonly type?: string | undefined;
  /** Whether each revision becomes a version. Default false. */
  readonly publish?: boolean | IResolvable | undefined;
  /** Of the versions that are published from now on. */
  readonly versionDescription?: string | undefined;
  readonly region?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly loggingConfiguration?:
    | {
        readonly includeExecutionData?: boolean | IResolvable | undefined;
        /** `ALL`, `ERROR`, `FATAL` or `OFF`. */
        readonly level?: string | undefined;
        readonly logDestination?: string | undefined;
      }
    | undefined;
  readonly tracingConfiguration?: { readonly enabled?: boolean | IResolvable | undefined } | undefined;
  readonly encryptionConfiguration?:
    | {
        readonly kmsDataKeyReusePeriodSeconds?: number | undefined;
        readonly kmsKeyId?: string | undefined;
        readonly type?: string | undefined;
      }
    | undefined;
  /** How long to wait for each, such as `5m`. */
  readonly timeouts?:
    | {
        readonly create?: string | undefined;
        readonly update?: string | undefined;
        readonly delete?: string | undefined;
      }
    | undefined;
}

/** A state machine: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sfn_state_machine */
export class SfnStateMachine extends TerraformResource {
  static readonly tfResourceType = "aws_sfn_state_machine";
  readonly #config: SfnStateMachineConfig;

  constructor(scope: Construct, id: string, config: SfnStateMachineConfig) {
    super(scope, id, {
      ...config,
      terraformResourceType: SfnStateMachine.tfResourceType,
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

  get definition(): string {
    return this.getStringAttribute("definition");
  }

  get roleArn(): string {
    return this.getStringAttribute("role_arn");
  }

  get creationDate(): string {
    return this.getStringAttribute("creation_date");
  }

  get description(): string {
    return this.getStringAttribute("description");
  }

  get revisionId(): string {
    return this.getStringAttribute("revision_id");
  }

  get status(): string {
    return this.getStringAttribute("status");
  }

  /** The ARN of the version that `publish` made last. */
  get stateMachineVersionArn(): string {
    return this.getStringAttribute("state_machine_version_arn");
  }

  /** The number of that version. Pawl's provider only. */
  get versionNumber(): string {
    return this.getStringAttribute("version_number");
  }

  get versionDescription(): string {
    return this.getStringAttribute("version_description");
  }

  get tagsAll(): Record<string, string> {
    return this.getStringMapAttribute("tags_all");
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    const { loggingConfiguration: logging, encryptionConfiguration: encryption, ...config } = this.#config;
    return {
      name: config.name,
      name_prefix: config.namePrefix,
      definition: config.definition,
      role_arn: config.roleArn,
      type: config.type,
      publish: config.publish,
      version_description: config.versionDescription,
      region: config.region,
      tags: config.tags,
      logging_configuration: logging && {
        include_execution_data: logging.includeExecutionData,
        level: logging.level,
        log_destination: logging.logDestination,
      },
      tracing_configuration: config.tracingConfiguration && { enabled: config.tracingConfiguration.enabled },
      encryption_configuration: encryption && {
        kms_data_key_reuse_period_seconds: encryption.kmsDataKeyReusePeriodSeconds,
        kms_key_id: encryption.kmsKeyId,
        type: encryption.type,
      },
      timeouts: config.timeouts,
    };
  }
}
