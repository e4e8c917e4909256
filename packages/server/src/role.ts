import { ServiceError } from "@pawl/engine";

/**
 * Roles are names here: nothing is assumed from them but that they look like ARNs.
 * @throws ServiceError InvalidArn
 */
export function checkRoleArn(roleArn: string): void {
  if (!roleArn.startsWith("arn:")) {
    throw new ServiceError("InvalidArn", `Invalid Role Arn: '${roleArn}'`);
  }
}
