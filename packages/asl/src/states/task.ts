import type { Fields } from "../fields.js";
import { requiredParameters } from "../integrations.js";
import { isObject } from "../json.js";
import type { Scope, TaskState } from "../program.js";
import type { Evaluate } from "../query-language/query-language.js";
import { parseResource, type Resource, resourceFault } from "../resource.js";
import { compileCatch } from "./catcher.js";
import { compileLimit } from "./limit.js";
import { compileNext } from "./next.js";
import { compileEffectivePayload } from "./payload.js";
import { compileRetry } from "./retrier.js";
import type { StateContext } from "./state-context.js";

export const TASK_FIELDS = {
  both: [
    "Type",
    "Comment",
    "QueryLanguage",
    "Next",
    "End",
    "Assign",
    "Retry",
    "Catch",
    "Resource",
    "Credentials",
    "TimeoutSeconds",
    "HeartbeatSeconds",
  ],
  JSONPath: [
    "InputPath",
    "OutputPath",
    "Parameters",
    "ResultSelector",
    "ResultPath",
    "TimeoutSecondsPath",
    "HeartbeatSecondsPath",
  ],
  JSONata: ["Arguments", "Output"],
};

const SECONDS = { minimum: 1, maximum: 99_999_999 };

/** Task: one call of a Lambda function, an activity or a service. */
export function compileTask(state: Fields, context: StateContext): TaskState | undefined {
  const { language } = context;
  const input = language.input(state);
  const payload = compileEffectivePayload(state, language, input);
  const hasParameters = state.has(language.payloadField);
  const timeout = compileLimit(state, "TimeoutSeconds", SECONDS, language, input);
  const heartbeat = compileLimit(state, "HeartbeatSeconds", SECONDS, language, input);
  const credentials = compileCredentials(state, context, input);
  const guarded = { retry: compileRetry(state, language.name), catch: compileCatch(state, context) };
  const next = compileNext(state, context);
  const exit = language.exit(state, "result");
  const resource = compileResource(state, context);
  if (resource !== undefined) checkParameters(state, resource, language.payloadField);
  if (resource === undefined) return undefined;
  const limited = timeout !== undefined || heartbeat !== undefined || credentials !== undefined;
  const limits = (scope: Scope) => ({
    ...(timeout === undefined ? {} : { timeoutSeconds: timeout(scope) }),
    ...(heartbeat === undefined ? {} : { heartbeatSeconds: heartbeat(scope) }),
    ...(credentials === undefined ? {} : { credentials: credentials(scope) }),
  });
  return {
    type: "Task",
    name: context.name,
    resource,
    next,
    ...guarded,
    enter(scope) {
      const entry = { parameters: payload(scope), hasParameters };
      return limited ? { ...entry, ...limits(scope) } : entry;
    },
    exit,
  };
}

function compileResource(state: Fields, context: StateContext): Resource | undefined {
  state.require("Resource");
  const arn = state.string("Resource");
  if (arn === undefined) return undefined;
  const resource = parseResource(arn);
  const fault = resourceFault(arn, resource, context.machineType);
  if (fault !== undefined) state.refuse(fault, state.at("Resource"));
  return resource;
}

/** A service integration needs parameters of its own: the state's input is never the request. */
function checkParameters(state: Fields, resource: Resource, field: "Parameters" | "Arguments"): void {
  if (resource.kind === "activity" && state.has("Credentials")) {
    state.refuse("The field 'Credentials' is not supported for activities", state.at("Credentials"));
  }
  if (resource.kind !== "service") return;
  const parameters = state.value(field);
  if (parameters === undefined) state.refuse(`${field} field is required for resource ARN: ${resource.arn}`);
  if (!isObject(parameters)) return;
  for (const name of requiredParameters(resource.service, resource.action)) {
    if (Object.hasOwn(parameters, name) || Object.hasOwn(parameters, `${name}.$`)) continue;
    state.refuse(`The field '${name}' is required but was missing`, state.at(field));
  }
}

function compileCredentials(state: Fields, { language }: StateContext, input: Evaluate): Evaluate | undefined {
  const credentials = state.child("Credentials");
  if (credentials === undefined) return undefined;
  if (!credentials.has("RoleArn") && !(language.name === "JSONPath" && credentials.has("RoleArn.$"))) {
    credentials.refuse("The field 'RoleArn' is required but was missing");
    return undefined;
  }
  const template = language.template(state, "Credentials");
  return template && ((scope) => template(input(scope), scope));
}
