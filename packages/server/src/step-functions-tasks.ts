import { randomUUID } from "node:crypto";
import { isObject, type Json, type JsonObject, parseJson, printJson, setMember } from "@pawl/asl";
import { type Engine, ServiceError, TaskError, type TaskHandler } from "@pawl/engine";
import { operationOf } from "./operations/registry.js";

/**
 * The AWS SDK integration of Step Functions itself (`arn:aws:states:::aws-sdk:sfn:getActivityTask` and its like): Task states that
 * call this API without leaving the process.
 * @param engine asked for at each call, because it is opened with these
 * @returns handlers by `service:action`, for the option `integrations` of openEngine
 */
export function stepFunctionsTasks(engine: () => Engine): ReadonlyMap<string, TaskHandler> {
  return new Map([["aws-sdk:sfn:*", sdkTask(engine)]]);
}

function sdkTask(engine: () => Engine): TaskHandler {
  return async ({ resource, parameters, execution }, signal) => {
    const action = resource.kind === "service" ? resource.action : "";
    const operation = operationOf(`AWSStepFunctions.${capitalize(action)}`);
    if (operation === undefined) {
      throw new TaskError("States.TaskFailed", `Pawl has no operation for the resource ${resource.arn}`);
    }
    try {
      const caller = { traceId: execution.traceHeader, signal: () => signal };
      const answer = await operation.run(engine(), renameMembers(parameters, uncapitalize), caller);
      return printJson(renameMembers(parseJson(answer), capitalize, printDate));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      throw sdkError(error);
    }
  };
}

/** The API's error in the words of the AWS SDK for Java, which the service uses. */
function sdkError({ code, message }: ServiceError): TaskError {
  const name = code.endsWith("Exception") ? code : `${code}Exception`;
  return new TaskError(`Sfn.${name}`, `${message} (Service: Sfn, Status Code: 400, Request ID: ${randomUUID()})`);
}

/** The SDK integrations write members in Pascal case (`TaskToken`), the API in camel case; what is null the SDK leaves out. */
function renameMembers(
  value: Json,
  rename: (name: string) => string,
  convert = (_name: string, member: Json) => member,
): Json {
  if (Array.isArray(value)) return value.map((item) => renameMembers(item, rename, convert));
  if (!isObject(value)) return value;
  const renamed: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    if (member !== null) setMember(renamed, rename(name), convert(name, renameMembers(member, rename, convert)));
  }
  return renamed;
}

/** Dates are seconds since the epoch in the API and ISO 8601 in results of tasks. */
function printDate(name: string, member: Json): Json {
  const isDate = typeof member === "number" && (name.endsWith("Date") || name === "timestamp");
  return isDate ? new Date(member * 1000).toISOString() : member;
}

const capitalize = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const uncapitalize = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
