import { checkJson, isObject, type Json, JsonDepthError, type JsonObject, parseJson, printJson } from "@pawl/asl";
import { isExpressExecution } from "../arn.js";
import type { FunctionAnswer } from "../functions/function-call.js";
import type { Functions } from "../functions/functions.js";
import { isTooLarge } from "../transition/data-limit.js";
import { TaskError, type TaskRequest, unusableParameters } from "./task-handler.js";

/**
 * Lambda functions: `Resource` as the function's ARN, and the optimized integration `arn:aws:states:::lambda:invoke`, whose parameters
 * are those of the Invoke API (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
 */
export class LambdaTask {
  readonly #functions: Functions;

  constructor(functions: Functions) {
    this.#functions = functions;
  }

  /** `Resource: arn:aws:lambda:…:function:…`: the parameters are the payload, and the payload that comes back is the result. */
  async callFunction(
    arn: string,
    { parameters, execution, credentials }: TaskRequest,
    signal: AbortSignal,
  ): Promise<string> {
    const { payload, isFailure } = await this.#functions.invoke(
      {
        functionName: arn,
        payload: printJson(parameters),
        traceHeader: execution.traceHeader,
        executionArn: execution.arn,
        roleArn: roleOf(credentials),
      },
      signal,
    );
    if (isFailure) throw functionError(payload);
    const text = payload === "" ? "null" : payload;
    // A payload over the limit fails for its size, whatever it holds.
    if (!isTooLarge(text)) checkPayload(text);
    return text;
  }

  /** `Resource: arn:aws:states:::lambda:invoke`: the parameters are those of the Invoke API, and so is the result. */
  async invoke(request: TaskRequest, signal: AbortSignal): Promise<string> {
    const { parameters, execution, credentials } = request;
    if (!isObject(parameters) || typeof parameters.FunctionName !== "string") {
      throw unusableParameters(request, "The field 'FunctionName' is required but was missing");
    }
    const { FunctionName, Payload, Qualifier, InvocationType, LogType, ClientContext } = parameters;
    const answer = await this.#functions.invoke(
      {
        functionName: FunctionName,
        payload: payloadText(Payload),
        qualifier: textOf(Qualifier),
        invocationType: textOf(InvocationType),
        logType: textOf(LogType),
        clientContext: textOf(ClientContext),
        traceHeader: execution.traceHeader,
        executionArn: execution.arn,
        roleArn: roleOf(credentials),
      },
      signal,
    );
    const { payload, logResult } = answer;
    // Recorded: only in express executions causes are printed anew, without white space.
    if (answer.isFailure) throw functionError(isExpressExecution(execution.arn) ? compact(payload) : payload);
    const result: JsonObject = {
      ExecutedVersion: answer.executedVersion ?? "$LATEST",
      ...(payload === "" ? {} : { Payload: isTooLarge(payload) ? payload : readPayload(payload) }),
      ...(logResult === undefined ? {} : { LogResult: logResult }),
      SdkHttpMetadata: httpMetadata(answer),
      SdkResponseMetadata: { RequestId: answer.requestId },
      StatusCode: answer.status,
    };
    return printJson(result);
  }
}

function httpMetadata({ headers, status }: FunctionAnswer): JsonObject {
  return {
    AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    HttpHeaders: { ...headers },
    HttpStatusCode: status,
  };
}

function roleOf(credentials: Json | undefined): string | undefined {
  return isObject(credentials) ? textOf(credentials.RoleArn) : undefined;
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A text is sent as it is: it holds the payload's JSON. Null is no payload, which the function sees as `{}`. */
function payloadText(payload: Json | undefined): string {
  if (payload === undefined || payload === null) return "{}";
  return typeof payload === "string" ? payload : printJson(payload);
}

function readPayload(text: string): Json {
  checkPayload(text);
  return parseJson(text);
}

function checkPayload(text: string): void {
  try {
    checkJson(text);
  } catch (error) {
    const fault =
      error instanceof JsonDepthError ? `nests too deeply: ${error.message}` : `is not JSON: ${text.slice(0, 200)}`;
    throw new TaskError("States.Runtime", `The function returned a payload that ${fault}`);
  }
}

/** JSON text without white space; any other text as it is. */
function compact(text: string): string {
  try {
    return printJson(parseJson(text));
  } catch {
    return text;
  }
}

/** The function threw: its error type is the error's name, its payload the cause. */
function functionError(payload: string): TaskError {
  let type: Json | undefined;
  try {
    const parsed = parseJson(payload);
    type = isObject(parsed) ? parsed.errorType : undefined;
  } catch {
    // Not JSON: the type stays unknown.
  }
  if (typeof type === "string" && type !== "") return new TaskError(type, payload);
  return new TaskError(
    "Lambda.Unknown",
    `The cause could not be determined because Lambda did not return an error type. Returned payload: ${payload}`,
  );
}
