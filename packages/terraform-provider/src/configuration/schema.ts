import type { Attribute, Block, NestedBlock } from "../schema.js";

/**
 * The provider's configuration: the arguments of the AWS provider
 * (https://registry.terraform.io/providers/hashicorp/aws/latest/docs#provider-configuration) that say how to reach Step Functions, those
 * that only other services need and that blocks often hold all the same, and `endpoint`.
 */

function optional(type: Attribute["type"], description: string): Attribute {
  return { type, description, optional: true };
}

const WITHOUT_EFFECT = "Accepted because the AWS provider has it; without effect here.";

const DURATION = "How long the credentials last, such as `1h` or `15m`. Default: 1 hour.";

const assumeRole: NestedBlock = {
  nesting: "list",
  description: "A role to assume with the credentials that are configured. Several are assumed one after the other.",
  attributes: {
    role_arn: optional("string", "ARN of the role."),
    session_name: optional("string", "Name of the session. Default: one that says `pawl`."),
    external_id: optional("string", "External id that the role asks for."),
    duration: optional("string", DURATION),
    policy: optional("string", "IAM policy, in JSON, that restricts the session further."),
    policy_arns: optional(["set", "string"], "ARNs of IAM policies that restrict the session further."),
    source_identity: optional("string", "Source identity of the session."),
    tags: optional(["map", "string"], "Tags of the session."),
    transitive_tag_keys: optional(["set", "string"], "Which of the tags are passed on to following roles."),
  },
};

const assumeRoleWithWebIdentity: NestedBlock = {
  nesting: "list",
  maxItems: 1,
  description: "A role to assume with a token of an identity provider.",
  attributes: {
    role_arn: optional("string", "ARN of the role."),
    session_name: optional("string", "Name of the session. Default: one that says `pawl`."),
    web_identity_token: { ...optional("string", "The token."), sensitive: true },
    web_identity_token_file: optional("string", "File that holds the token."),
    duration: optional("string", DURATION),
    policy: optional("string", "IAM policy, in JSON, that restricts the session further."),
    policy_arns: optional(["set", "string"], "ARNs of IAM policies that restrict the session further."),
  },
};

const endpoints: NestedBlock = {
  nesting: "set",
  description: "URLs to use instead of those of AWS.",
  attributes: {
    sfn: optional("string", "URL of Step Functions. One on this machine gets no credentials but those of this block."),
    stepfunctions: optional("string", "Another name for `sfn`."),
    sts: optional("string", "URL of the Security Token Service, which assumes roles."),
  },
};

const defaultTags: NestedBlock = {
  nesting: "list",
  maxItems: 1,
  description: "Tags of all resources that can have some; those of a resource outrank them.",
  attributes: { tags: optional(["map", "string"], "The tags.") },
};

const ignoreTags: NestedBlock = {
  nesting: "list",
  maxItems: 1,
  description: "Tags that others set: they are neither shown nor removed.",
  attributes: {
    keys: optional(["set", "string"], "Their keys."),
    key_prefixes: optional(["set", "string"], "What their keys begin with."),
  },
};

export const providerSchema: Block = {
  description:
    "State machines, activities and executions of AWS Step Functions, on AWS and on Pawl: the same arguments as those of the AWS provider, " +
    "so that a configuration moves between the two by changing the source.",
  attributes: {
    endpoint: optional(
      "string",
      "Where Step Functions is: `pawl` for the Pawl server of `PAWL_ENDPOINT`, else the one on this machine's default port (`http://127.0.0.1:8083`), the URL of another Pawl server, " +
        "or `aws`. Default: `PAWL_ENDPOINT` from the environment, else AWS. A Pawl server gets no credentials but those of this block.",
    ),
    region: optional(
      "string",
      "Region. Default: `AWS_REGION` or `AWS_DEFAULT_REGION` from the environment, else the profile's; for Pawl `us-east-1`.",
    ),
    profile: optional("string", "Profile of the shared configuration and credentials files. Default: `AWS_PROFILE`."),
    access_key: optional("string", "Access key id. Default: what the environment, the profile or the machine has."),
    secret_key: { ...optional("string", "Secret access key that belongs to `access_key`."), sensitive: true },
    token: { ...optional("string", "Session token, where the credentials are temporary."), sensitive: true },
    shared_config_files: optional(["list", "string"], "Shared configuration file; one. Default: `~/.aws/config`."),
    shared_credentials_files: optional(
      ["list", "string"],
      "Shared credentials file; one. Default: `~/.aws/credentials`.",
    ),
    allowed_account_ids: optional(["set", "string"], "Accounts to work in; any other one is refused."),
    forbidden_account_ids: optional(["set", "string"], "Accounts never to work in."),
    custom_ca_bundle: optional("string", "File of certificates (PEM) to trust besides those that Node trusts."),
    insecure: optional("bool", "Do not check the certificates of servers. Default: `false`."),
    max_retries: optional("number", "How often a request is tried at most. Default: 10, and 3 for a Pawl server."),
    retry_mode: optional("string", "`standard` or `adaptive`. Default: `standard`."),
    sts_region: optional("string", "Region of the Security Token Service, which assumes roles. Default: `region`."),
    use_dualstack_endpoint: optional("bool", "Use endpoints that have IPv6 too. Default: `false`."),
    use_fips_endpoint: optional("bool", "Use endpoints that comply with FIPS. Default: `false`."),
    ec2_metadata_service_endpoint: optional("string", "URL of the metadata service of EC2."),
    ec2_metadata_service_endpoint_mode: optional("string", "`IPv4` or `IPv6`."),
    skip_metadata_api_check: optional("string", "`true`: do not ask the metadata service of EC2 for credentials."),
    skip_credentials_validation: optional("bool", WITHOUT_EFFECT),
    skip_region_validation: optional("bool", WITHOUT_EFFECT),
    skip_requesting_account_id: optional("bool", WITHOUT_EFFECT),
    s3_use_path_style: optional("bool", WITHOUT_EFFECT),
    s3_us_east_1_regional_endpoint: optional("string", WITHOUT_EFFECT),
    token_bucket_rate_limiter_capacity: optional("number", WITHOUT_EFFECT),
  },
  blocks: {
    assume_role: assumeRole,
    assume_role_with_web_identity: assumeRoleWithWebIdentity,
    default_tags: defaultTags,
    endpoints,
    ignore_tags: ignoreTags,
  },
};
