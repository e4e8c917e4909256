import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Keys of an AWS account, as the clients of the AWS SDK take them. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** For services that are not AWS's own and take any: what people give there by custom. */
export const ANY_CREDENTIALS: AwsCredentials = { accessKeyId: "test", secretAccessKey: "test" };

/**
 * True where the AWS SDK will find credentials without looking over the network for those of a virtual machine; a look that takes
 * long where there is none. `AWS_EC2_METADATA_DISABLED=false` says that there is one.
 */
export function hasCredentials(environment: Environment): boolean {
  const { HOME = homedir() } = environment;
  return (
    SOURCES.some((name) => Boolean(environment[name])) ||
    environment.AWS_EC2_METADATA_DISABLED?.toLowerCase() === "false" ||
    existsSync(environment.AWS_SHARED_CREDENTIALS_FILE || join(HOME, ".aws", "credentials")) ||
    existsSync(environment.AWS_CONFIG_FILE || join(HOME, ".aws", "config"))
  );
}

const SOURCES = [
  "AWS_ACCESS_KEY_ID",
  "AWS_PROFILE",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/** The account of a role's ARN; undefined where the text is none. */
export function accountOfRole(roleArn: string): string | undefined {
  return /^arn:[a-z-]+:iam::(\d{12}):role\/.+$/.exec(roleArn)?.[1];
}
