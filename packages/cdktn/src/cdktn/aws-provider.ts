import { type IResolvable, TerraformProvider } from "cdktn";
import type { Construct } from "constructs";

/** Pawl's Terraform provider, as `pawl terraform install` puts it where Terraform finds it. */
const SOURCE = "pawl.internal/pawl/aws";

export interface AwsProviderConfig {
  /** Tells several configurations apart: resources and actions name the one that they use as `provider`. */
  readonly alias?: string | undefined;
  /** The region, such as `us-east-1`. Default: that of the environment or the profile. */
  readonly region?: string | undefined;
  /**
   * Where requests go: a URL, or `pawl` for a Pawl on this machine (`PAWL_ENDPOINT`, else its default port), which needs no
   * credentials. Default: AWS. Pawl's provider only.
   */
  readonly endpoint?: string | undefined;
  /** Where requests go, service by service, as hashicorp/aws has it too. */
  readonly endpoints?: readonly { readonly sfn?: string | undefined; readonly sts?: string | undefined }[] | undefined;
  /** A profile of the shared configuration files. */
  readonly profile?: string | undefined;
  readonly accessKey?: string | undefined;
  readonly secretKey?: string | undefined;
  readonly token?: string | undefined;
  readonly sharedConfigFiles?: readonly string[] | undefined;
  readonly sharedCredentialsFiles?: readonly string[] | undefined;
  /** A role to take on. */
  readonly assumeRole?:
    | readonly {
        readonly roleArn?: string | undefined;
        /** Such as `1h`. */
        readonly duration?: string | undefined;
        readonly externalId?: string | undefined;
        readonly policy?: string | undefined;
        readonly policyArns?: readonly string[] | undefined;
        readonly sessionName?: string | undefined;
        readonly sourceIdentity?: string | undefined;
        readonly tags?: Readonly<Record<string, string>> | undefined;
        readonly transitiveTagKeys?: readonly string[] | undefined;
      }[]
    | undefined;
  /** Accounts to work in; any other one is refused. */
  readonly allowedAccountIds?: readonly string[] | undefined;
  /** Accounts never to work in. */
  readonly forbiddenAccountIds?: readonly string[] | undefined;
  /** How often a request is tried at most. */
  readonly maxRetries?: number | undefined;
  /** `standard` or `adaptive`. */
  readonly retryMode?: string | undefined;
  /** A file of certificates (PEM) to trust besides the usual ones. */
  readonly customCaBundle?: string | undefined;
  readonly useDualstackEndpoint?: boolean | IResolvable | undefined;
  readonly useFipsEndpoint?: boolean | IResolvable | undefined;
  /** Tags for everything that is made. */
  readonly defaultTags?: readonly { readonly tags?: Readonly<Record<string, string>> | undefined }[] | undefined;
  /** Tags that others set: they are neither shown nor removed. */
  readonly ignoreTags?:
    | readonly {
        readonly keys?: readonly string[] | undefined;
        readonly keyPrefixes?: readonly string[] | undefined;
      }[]
    | undefined;
  /** For hashicorp/aws with Pawl as its endpoint: Pawl's provider asks for nothing of that. */
  readonly skipCredentialsValidation?: boolean | IResolvable | undefined;
  readonly skipRequestingAccountId?: boolean | IResolvable | undefined;
  /** Which provider stands behind the name `aws`. Default: Pawl's, `pawl.internal/pawl/aws`; the same resources come with `hashicorp/aws`. */
  readonly source?: string | undefined;
  /** Which versions of it, such as `~> 6.0`. */
  readonly version?: string | undefined;
}

/**
 * The provider of the resources and actions of AWS Step Functions. A project that has `@cdktn/provider-aws` uses that one's
 * instead.
 */
export class AwsProvider extends TerraformProvider {
  static readonly tfResourceType = "aws";
  readonly #alias: string | undefined;
  readonly #config: AwsProviderConfig;

  constructor(scope: Construct, id: string, config: AwsProviderConfig = {}) {
    const { alias, version, source = SOURCE } = config;
    super(scope, id, {
      terraformResourceType: AwsProvider.tfResourceType,
      terraformGeneratorMetadata: { providerName: "aws", ...(version !== undefined && { providerVersion: version }) },
      terraformProviderSource: source,
    });
    this.#alias = alias;
    this.#config = config;
  }

  override get alias(): string | undefined {
    return this.#alias;
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    // The libraries make Terraform's names of these, and leave the keys of tags as they are.
    const { alias: _, source: __, version: ___, ...settings } = this.#config;
    return settings;
  }
}
