import { ServiceError } from "../service-error.js";

/** The service's sentences for what is not there, or not for long. */

export const stateMachineDoesNotExist = (arn: string): ServiceError =>
  new ServiceError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);

export const versionDoesNotExist = (arn: string): ServiceError =>
  new ServiceError("StateMachineDoesNotExist", `State Machine Version Does Not Exist: '${arn}'`);

export const aliasDoesNotExist = (arn: string): ServiceError =>
  new ServiceError("StateMachineDoesNotExist", `State Machine Alias Does Not Exist: '${arn}'`);

export const stateMachineDeleting = (arn: string): ServiceError =>
  new ServiceError("StateMachineDeleting", `State Machine is being deleted: '${arn}'`);

export const executionDoesNotExist = (arn: string): ServiceError =>
  new ServiceError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);

export const mapRunDoesNotExist = (arn: string): ServiceError =>
  new ServiceError("ResourceNotFound", `Map Run Does Not Exist: '${arn}'`, { resourceName: arn });

/** Of versions and aliases that a request names. */
export const resourceNotFound = (): ServiceError =>
  new ServiceError("ResourceNotFound", "Request references a resource that does not exist.");

export const quotaExceeded = (what: string): ServiceError =>
  new ServiceError("ServiceQuotaExceededException", `Quota exceeded: ${what}`);
