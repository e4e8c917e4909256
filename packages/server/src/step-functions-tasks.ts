import { randomUUID } from "node:crypto";
import { isObject, type Json, type JsonObject, numberOf, parseJson, printJson, setMember } from "@pawl/asl";
import {
  accountOfRole,
  type Engine,
  type ExecutionDescription,
  homeOf,
  type Integrations,
  ServiceError,
  TaskError,
  type TaskHandler,
  type TaskRequest,
  uuidOf,
} from "@pawl/engine";
import { operationOf } from "./operations/registry.js";

/**
 * Task states that call this API without leaving the process: the AWS SDK integration of Step Functions
 * (`arn:aws:states:::aws-sdk:sfn:getActivityTask` and its like) and nested executions (`arn:aws:states:::states:startExecution` with
 * all its patterns, and `startSyncExecution`).
 * For the option `integrations` of openEngine.
 */
export function stepFunctionsTasks(engine: Engine, options: StepFunctionsTaskOptions = {}): Integrations {
  return new Map([
    ["aws-sdk:sfn:*", atHome(engine, sdkTask, options)],
    ["states:startExecution", atHome(engine, startExecutionTask, options)],
    ["states:startSyncExecution", atHome(engine, startSyncExecutionTask, options)],
  ]);
}

export interface StepFunctionsTaskOptions {
  /**
   * Tasks whose `Credentials` name a role of another account act in that account. There are no roles here that could refuse it: only
   * where callers do not have to prove who they are. Default: false, and such tasks act in their own account.
   */
  readonly trustRoles?: boolean;
}

/** Tasks see what belongs to the account and region of their execution, or to the account of a role that is trusted. */
function atHome(
  engine: Engine,
  task: (engine: Engine) => TaskHandler,
  { trustRoles = false }: StepFunctionsTaskOptions,
): TaskHandler {
  return (request, signal) => {
    const { execution, credentials } = request;
    const home = homeOf(execution.arn);
    if (home === undefined) return task(engine)(request, signal);
    const roleArn = trustRoles && isObject(credentials) ? credentials.RoleArn : undefined;
    const accountId = typeof roleArn === "string" ? accountOfRole(roleArn) : undefined;
    return task(engine.at(accountId === undefined ? home : { ...home, accountId }))(request, signal);
  };
}

function sdkTask(engine: Engine): TaskHandler {
  return async (request, signal) => {
    const { resource, parameters } = request;
    const action = resource.kind === "service" ? resource.action : "";
    try {
      const answer = await call(
        engine,
        capitalize(action),
        renameMembers(parameters, uncapitalize, asDouble),
        request,
        signal,
      );
      return printJson(renameMembers(answer, capitalize, printDate));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const name = error.code.endsWith("Exception") ? error.code : `${error.code}Exception`;
      throw new TaskError(
        `Sfn.${name}`,
        `${error.message} (Service: Sfn, Status Code: 400, Request ID: ${randomUUID()})`,
      );
    }
  };
}

/**
 * An express execution from its start to its end, in one call. Improvement on the service, which has it as an SDK integration only: the
 * input may be JSON, not just text, and so is the output; an execution that does not succeed fails the task, as with `.sync`.
 */
function startSyncExecutionTask(engine: Engine): TaskHandler {
  const sdk = sdkTask(engine);
  return async (request, signal) => {
    const parameters = isObject(request.parameters) ? request.parameters : {};
    const { Input = null } = parameters;
    const input = typeof Input === "string" ? Input : printJson(Input ?? {});
    const answer = parseJson(await sdk({ ...request, parameters: { ...parameters, Input: input } }, signal));
    if (!isObject(answer)) return printJson(answer);
    const result = { ...answer };
    for (const member of ["Input", "Output"]) {
      const text = result[member];
      if (typeof text === "string") result[member] = parseJson(text);
    }
    if (answer.Status !== "SUCCEEDED") throw new TaskError("States.TaskFailed", printJson(result));
    return printJson(result);
  };
}

/**
 * The optimized integration (https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html). With `.sync` and
 * `.sync:2` the task ends with the execution that it starts; `.sync:2` gives input and output as JSON, `.sync` as text.
 */
function startExecutionTask(engine: Engine): TaskHandler {
  return async (request, signal) => {
    const { resource, submitted, stops } = request;
    if (stops) return stopNested(engine, request);
    if (submitted === undefined) return startNested(engine, request, signal);
    const description = await engine.executions.ended(startedArn(submitted), signal);
    const result = nestedResult(description, resource.kind === "service" && resource.pattern === ".sync:2");
    if (description.status === "SUCCEEDED") return printJson(result);
    throw new TaskError("States.TaskFailed", printJson(result));
  };
}

function startedArn(submitted: Json): string {
  return isObject(submitted) ? String(submitted.ExecutionArn) : "";
}

async function startNested(engine: Engine, request: TaskRequest, signal: AbortSignal): Promise<string> {
  const { Name, StateMachineArn, TraceHeader } = parametersOf(request);
  const { name, input } = nestedNameAndInput(request);
  try {
    const start = { stateMachineArn: StateMachineArn ?? null, input, name, traceHeader: TraceHeader ?? null };
    const answer = await call(engine, "StartExecution", withoutNull(start), request, signal).catch(async (error) => {
      const started =
        Name === undefined ? await startedBefore(engine, String(StateMachineArn), name, error) : undefined;
      if (started === undefined) throw error;
      return started;
    });
    const { executionArn = null, startDate = null } = isObject(answer) ? answer : {};
    const requestId = randomUUID();
    const headers = { "Content-Type": "application/x-amz-json-1.0", "x-amzn-RequestId": requestId };
    return printJson({
      ExecutionArn: executionArn,
      SdkHttpMetadata: {
        AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([header, value]) => [header, [value]])),
        HttpHeaders: headers,
        HttpStatusCode: 200,
      },
      SdkResponseMetadata: { RequestId: requestId },
      StartDate: startDate,
    });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { code, message } = error;
    throw new TaskError(
      `StepFunctions.${code}Exception`,
      `${message} (Service: AWSStepFunctions; Status Code: 400; Error Code: ${code}; Request ID: ${randomUUID()}; Proxy: null)`,
    );
  }
}

function parametersOf({ parameters }: TaskRequest): JsonObject {
  return isObject(parameters) ? parameters : {};
}

function nestedNameAndInput(request: TaskRequest): { readonly name: string; readonly input: string } {
  const { Input, Name } = parametersOf(request);
  return {
    // A name that only this attempt has: where the process dies after the start, the next one finds the execution by it.
    name: typeof Name === "string" ? Name : uuidOf(request.idempotencyKey),
    input: Input === undefined || Input === null ? "{}" : typeof Input === "string" ? Input : printJson(Input),
  };
}

/** The execution that the same attempt started before the process died, where it has ended since. */
async function startedBefore(
  engine: Engine,
  stateMachineArn: string,
  name: string,
  error: unknown,
): Promise<JsonObject | undefined> {
  if (!(error instanceof ServiceError) || error.code !== "ExecutionAlreadyExists") return undefined;
  const executionArn = nestedArn(stateMachineArn, name);
  const { startDate } = await engine.executions.describe(executionArn);
  return { executionArn, startDate: startDate / 1000 };
}

function nestedArn(stateMachineArn: string, name: string): string {
  const machine = stateMachineArn.split(":").slice(0, 7).join(":");
  return `${machine.replace(":stateMachine:", ":execution:")}:${name}`;
}

/** The nested execution goes with its parent: nobody waits for it any more. It may have ended meanwhile, or never begun. */
async function stopNested(engine: Engine, request: TaskRequest): Promise<string> {
  const { submitted } = request;
  try {
    let executionArn: string;
    if (submitted === undefined) {
      const { name, input } = nestedNameAndInput(request);
      executionArn = nestedArn(String(parametersOf(request).StateMachineArn), name);
      // Under a name that the state gave it, it may be somebody else's.
      if ((await engine.executions.describe(executionArn)).input !== input) return "null";
    } else executionArn = startedArn(submitted);
    await engine.executions.stop({ executionArn });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
  }
  return "null";
}

/** What the service makes of DescribeExecution; dates are milliseconds since the epoch here. */
function nestedResult(description: ExecutionDescription, parsed: boolean): Json {
  const { status, input, output, error, cause, stopDate, traceHeader } = description;
  const payload = (text: string): Json => (parsed ? parseJson(text) : text);
  const succeeded = status === "SUCCEEDED";
  return {
    ...(cause === undefined ? {} : { Cause: cause }),
    ...(error === undefined ? {} : { Error: error }),
    ExecutionArn: description.executionArn,
    Input: payload(input),
    InputDetails: { Included: true },
    Name: description.name,
    ...(output === undefined ? {} : { Output: payload(output), OutputDetails: { Included: true } }),
    RedriveCount: 0,
    RedriveStatus: succeeded ? "NOT_REDRIVABLE" : "REDRIVABLE",
    ...(succeeded ? { RedriveStatusReason: "Execution is SUCCEEDED and cannot be redriven" } : {}),
    StartDate: description.startDate,
    StateMachineArn: description.stateMachineArn,
    Status: status,
    ...(stopDate === undefined ? {} : { StopDate: stopDate }),
    ...(traceHeader === undefined ? {} : { TraceHeader: traceHeader }),
  };
}

/** Calls an operation of this API as a client would. @throws ServiceError */
async function call(
  engine: Engine,
  operationName: string,
  input: Json,
  { resource, execution }: TaskRequest,
  signal: AbortSignal,
): Promise<Json> {
  const operation = operationOf(`AWSStepFunctions.${operationName}`);
  if (operation === undefined) {
    throw new TaskError("States.TaskFailed", `Pawl has no operation for the resource ${resource.arn}`);
  }
  return parseJson(await operation.run(engine, input, { traceId: execution.traceHeader, signal: () => signal }));
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

function withoutNull(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, member]) => member !== null));
}

/** The API's numbers are JavaScript's, however a state writes them: 10.0 is 10. */
function asDouble(_name: string, member: Json): Json {
  return numberOf(member) ?? member;
}

/** Dates are seconds since the epoch in the API and ISO 8601 in results of the SDK integration. */
function printDate(name: string, member: Json): Json {
  const isDate = typeof member === "number" && (name.endsWith("Date") || name === "timestamp");
  return isDate ? new Date(member * 1000).toISOString().replace(".000Z", "Z") : member;
}

const capitalize = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const uncapitalize = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
