import { readFile } from "node:fs/promises";
import type { SFNClientConfig } from "@aws-sdk/client-sfn";
import type { STSClient, STSClientConfig } from "@aws-sdk/client-sts";
import { DiagnosticError, error } from "../diagnostic.js";
import type { AssumedRole, Settings, WebIdentity } from "./settings.js";

/** As the SDK's clients take them. */
export type Credentials = NonNullable<SFNClientConfig["credentials"]>;

interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** What clients of the token service need besides credentials. */
export type StsConfiguration = Omit<STSClientConfig, "credentials">;

/**
 * The credentials for AWS: those that are written down, else those that the SDK finds (undefined), and the roles that are assumed with them one
 * after the other. Each is asked for when a request needs it, and again before it expires.
 */
export function credentialsOf(settings: Settings, sts: StsConfiguration): Credentials | undefined {
  const { accessKey, secretKey, token, webIdentity, roles } = settings;
  let credentials: Credentials | undefined;
  if (webIdentity !== undefined) {
    credentials = () => assumeWithWebIdentity(webIdentity, sts);
  } else if (accessKey !== undefined && secretKey !== undefined) {
    const sessionToken = token === undefined ? {} : { sessionToken: token };
    credentials = { accessKeyId: accessKey, secretAccessKey: secretKey, ...sessionToken };
  }
  for (const role of roles) {
    if (role.roleArn === undefined) continue;
    const before = credentials;
    credentials = () => assume(role, before, sts);
  }
  return credentials;
}

/** The account that credentials belong to. */
export async function accountOf(credentials: Credentials | undefined, sts: StsConfiguration): Promise<string> {
  const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  return withClient(credentials, sts, async (client) => {
    const { Account = "" } = await client.send(new GetCallerIdentityCommand({}));
    return Account;
  });
}

async function assume(
  role: AssumedRole,
  credentials: Credentials | undefined,
  sts: StsConfiguration,
): Promise<TemporaryCredentials> {
  const { AssumeRoleCommand } = await import("@aws-sdk/client-sts");
  const { externalId, sourceIdentity, tags, transitiveTagKeys } = role;
  const command = new AssumeRoleCommand({
    ...sessionOf(role),
    ...(externalId === undefined ? {} : { ExternalId: externalId }),
    ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    TransitiveTagKeys: [...transitiveTagKeys],
  });
  return withClient(credentials, sts, async (client) =>
    temporary((await client.send(command)).Credentials, role.roleArn),
  );
}

async function assumeWithWebIdentity(identity: WebIdentity, sts: StsConfiguration): Promise<TemporaryCredentials> {
  const { AssumeRoleWithWebIdentityCommand } = await import("@aws-sdk/client-sts");
  const { token, tokenFile } = identity;
  if (token === undefined && tokenFile === undefined) {
    const path = ["assume_role_with_web_identity"];
    const detail = "assume_role_with_web_identity needs web_identity_token or web_identity_token_file.";
    throw new DiagnosticError(error("Missing token", detail, path));
  }
  const command = new AssumeRoleWithWebIdentityCommand({
    ...sessionOf(identity),
    WebIdentityToken: token ?? (await readFile(tokenFile ?? "", "utf8")).trim(),
  });
  // The token says who asks, so the request is not signed.
  const anonymous = { accessKeyId: "", secretAccessKey: "" };
  return withClient(anonymous, sts, async (client) =>
    temporary((await client.send(command)).Credentials, identity.roleArn),
  );
}

function sessionOf({ roleArn, sessionName, seconds, policy, policyArns }: AssumedRole | WebIdentity) {
  return {
    RoleArn: roleArn,
    RoleSessionName: sessionName ?? `pawl-${Date.now()}`,
    ...(seconds === undefined ? {} : { DurationSeconds: seconds }),
    ...(policy === undefined ? {} : { Policy: policy }),
    ...(policyArns.length === 0 ? {} : { PolicyArns: policyArns.map((arn) => ({ arn })) }),
  };
}

async function withClient<Answer>(
  credentials: Credentials | undefined,
  sts: StsConfiguration,
  ask: (client: STSClient) => Promise<Answer>,
): Promise<Answer> {
  const { STSClient } = await import("@aws-sdk/client-sts");
  const client = new STSClient({ ...sts, ...(credentials === undefined ? {} : { credentials }) });
  try {
    return await ask(client);
  } finally {
    client.destroy();
  }
}

function temporary(
  credentials:
    | {
        readonly AccessKeyId: string | undefined;
        readonly SecretAccessKey: string | undefined;
        readonly SessionToken: string | undefined;
        readonly Expiration: Date | undefined;
      }
    | undefined,
  roleArn: string | undefined,
): TemporaryCredentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) {
    throw new DiagnosticError(error("No credentials", `The token service gave no credentials for ${roleArn}.`));
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
}
