import { randomUUID } from "node:crypto";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import { checkJson, isObject, type Json, JsonDepthError, type JsonObject, parseJson, printJson } from "@pawl/asl";
import { isExpressExecution } from "../arn.js";
import { isTooLarge } from "../transition/data-limit.js";
import { TaskError, type TaskRequest } from "./task-handler.js";

/**
 * Lambda functions, through an endpoint with the Invoke API
 * (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html): `Resource` as the function's ARN, and the optimized
 * integration `arn:aws:states:::lambda:invoke`.
 */
export class LambdaTask {
  readonly #endpoint: string | undefined;

  /** @param endpoint such as `http://127.0.0.1:3001`; undefined where there is none, and then every call fails */
  constructor(endpoint: string | undefined) {
    this.#endpoint = endpoint;
  }

  /** `Resource: arn:aws:lambda:…:function:…`: the parameters are the payload, and the payload that comes back is the result. */
  async callFunction(arn: string, { parameters, execution }: TaskRequest, signal: AbortSignal): Promise<string> {
    const { payload } = await this.#invoke({ FunctionName: arn }, printJson(parameters), execution.traceHeader, signal);
    const text = payload === "" ? "null" : payload;
    // A payload over the limit fails for its size, whatever it holds.
    if (!isTooLarge(text)) checkPayload(text);
    return text;
  }

  /** `Resource: arn:aws:states:::lambda:invoke`: the parameters are those of the Invoke API, and so is the result. */
  async invoke({ parameters, execution }: TaskRequest, signal: AbortSignal): Promise<string> {
    if (!isObject(parameters) || typeof parameters.FunctionName !== "string") {
      throw new TaskError(
        "States.Runtime",
        `The Parameters '${printJson(parameters)}' could not be used to start the Task: [The field 'FunctionName' is required but was missing]`,
      );
    }
    const { Payload } = parameters;
    const answer = await this.#invoke(
      { ...parameters, FunctionName: parameters.FunctionName },
      payloadText(Payload),
      execution.traceHeader,
      signal,
      // Recorded: only here are causes printed anew, without white space.
      isExpressExecution(execution.arn) ? compact : undefined,
    );
    const logResult = answer.headers["x-amz-log-result"];
    const result: JsonObject = {
      ExecutedVersion: String(answer.headers["x-amz-executed-version"] ?? "$LATEST"),
      ...(answer.payload === ""
        ? {}
        : { Payload: isTooLarge(answer.payload) ? answer.payload : readPayload(answer.payload) }),
      ...(logResult === undefined ? {} : { LogResult: String(logResult) }),
      SdkHttpMetadata: {
        AllHttpHeaders: Object.fromEntries(headerPairs(answer.headers).map(([name, value]) => [name, [value]])),
        HttpHeaders: Object.fromEntries(headerPairs(answer.headers)),
        HttpStatusCode: answer.status,
      },
      SdkResponseMetadata: { RequestId: requestIdOf(answer) },
      StatusCode: answer.status,
    };
    return printJson(result);
  }

  async #invoke(
    parameters: JsonObject & { FunctionName: string },
    payload: string,
    traceHeader: string | undefined,
    signal: AbortSignal,
    causeOf = (answered: string): string => answered,
  ): Promise<Answer> {
    if (this.#endpoint === undefined) {
      throw new TaskError(
        "Lambda.SdkClientException",
        "No endpoint for AWS Lambda is configured: start Pawl with LAMBDA_ENDPOINT set to an endpoint that has the Invoke API",
      );
    }
    const { FunctionName: name, Qualifier: qualifier } = parameters;
    const query = typeof qualifier === "string" ? `?Qualifier=${encodeURIComponent(qualifier)}` : "";
    const url = new URL(
      `${this.#endpoint.replace(/\/$/, "")}/2015-03-31/functions/${encodeURIComponent(name)}/invocations${query}`,
    );
    const headers: Record<string, string> = {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(payload)),
    };
    const give = (header: string, value: Json | undefined): void => {
      if (typeof value === "string") headers[header] = value;
    };
    give("x-amz-invocation-type", parameters.InvocationType);
    give("x-amz-log-type", parameters.LogType);
    give("x-amz-client-context", parameters.ClientContext);
    give("x-amzn-trace-id", traceHeader);
    const answer = await post(url, headers, payload, signal);
    if (answer.status >= 300) throw serviceError(answer, name);
    if (answer.headers["x-amz-function-error"] !== undefined) throw functionError(causeOf(answer.payload));
    return answer;
  }
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly payload: string;
}

/** The most that a function can return (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
const MAX_PAYLOAD_BYTES = 6_291_556;

/** One request without a time limit of its own: a function may take its time, and the state's timeout aborts `signal`. */
function post(url: URL, headers: Record<string, string>, body: string, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      // The endpoint closed an idle connection just when it was used again: it has not seen the request.
      if (request.reusedSocket && error.code === "ECONNRESET" && !answered) {
        post(url, headers, body, signal).then(resolve, reject);
        return;
      }
      reject(new TaskError("Lambda.SdkClientException", `Unable to execute HTTP request: ${error.message}`));
    };
    let answered = false;
    const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(
      url,
      { method: "POST", headers, signal },
      (response) => {
        answered = true;
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_PAYLOAD_BYTES) {
            response.destroy();
            reject(payloadTooLarge());
          } else {
            chunks.push(chunk);
          }
        });
        response.on("error", fail);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            payload: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    request.on("error", fail);
    request.end(body);
  });
}

/** What Lambda itself answers instead of such a payload. */
function payloadTooLarge(): TaskError {
  const errorType = "Function.ResponseSizeTooLarge";
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_PAYLOAD_BYTES} bytes).`;
  return new TaskError(errorType, printJson({ errorMessage, errorType }));
}

/** A text is sent as it is: it holds the payload's JSON. Null is no payload, which the function sees as `{}`. */
function payloadText(payload: Json | undefined): string {
  if (payload === undefined || payload === null) return "{}";
  return typeof payload === "string" ? payload : printJson(payload);
}

/** The answer's request id; a new one where the endpoint gives none. */
function requestIdOf({ headers }: Answer): string {
  return String(headers["x-amzn-requestid"] ?? randomUUID());
}

function headerPairs(headers: IncomingHttpHeaders): [string, string][] {
  return Object.entries(headers).map(([name, value]) => [name, String(value)]);
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

/** The service refused the call, for instance because there is no such function. */
function serviceError(answer: Answer, name: string): TaskError {
  const { status, headers, payload } = answer;
  const code =
    String(headers["x-amzn-errortype"] ?? "").split(":")[0] ||
    (status === 404 ? "ResourceNotFoundException" : "AWSLambdaException");
  let message = status === 404 ? `Function not found: ${name}` : payload.slice(0, 1000);
  try {
    const parsed = parseJson(payload);
    const text = isObject(parsed) ? (parsed.Message ?? parsed.message) : undefined;
    if (typeof text === "string") message = text;
  } catch {
    // Not JSON: the message says what is known.
  }
  return new TaskError(
    `Lambda.${code}`,
    `${message} (Service: AWSLambda; Status Code: ${status}; Error Code: ${code}; Request ID: ${requestIdOf(answer)}; Proxy: null)`,
  );
}
