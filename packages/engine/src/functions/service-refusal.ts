import { randomUUID } from "node:crypto";
import { TaskError } from "../tasks/task-handler.js";

/** An error of the Lambda service as the optimized integration reports it. */
export function serviceRefusal(
  status: number,
  code: string,
  message: string,
  requestId: string = randomUUID(),
): TaskError {
  return new TaskError(
    `Lambda.${code}`,
    `${message} (Service: AWSLambda; Status Code: ${status}; Error Code: ${code}; Request ID: ${requestId}; Proxy: null)`,
  );
}

/** The function runs as often at a time as it may. */
export function throttled(): TaskError {
  return serviceRefusal(429, "TooManyRequestsException", "Rate Exceeded.");
}

export function functionNotFound(arn: string): TaskError {
  return serviceRefusal(404, "ResourceNotFoundException", `Function not found: ${arn}`);
}
