import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isObject, parseJson } from "@pawl/asl";
import type { TaskError } from "../tasks/task-handler.js";
import type { FunctionAnswer, FunctionCall, FunctionTarget } from "./function-call.js";
import { LONGEST_SECONDS } from "./function-settings.js";
import { type HttpAnswer, post } from "./http-post.js";
import { serviceRefusal } from "./service-refusal.js";

/** Functions behind an endpoint with the Invoke API (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html). */
export class InvokeEndpoint implements FunctionTarget {
  readonly #endpoint: string;
  readonly #functionName: string | undefined;
  readonly #timeoutSeconds: number;

  /**
   * @param endpoint such as `http://127.0.0.1:3001`
   * @param functionName the function's name there; default: as it is called
   * @param timeoutSeconds default: the longest that a function can run on Lambda
   */
  constructor(endpoint: string, functionName?: string, timeoutSeconds = LONGEST_SECONDS) {
    this.#endpoint = endpoint.replace(/\/$/, "");
    this.#functionName = functionName;
    this.#timeoutSeconds = timeoutSeconds;
  }

  async invoke(call: FunctionCall, signal: AbortSignal): Promise<FunctionAnswer> {
    const name = this.#functionName ?? call.functionName;
    const { qualifier } = call;
    const query = qualifier === undefined ? "" : `?Qualifier=${encodeURIComponent(qualifier)}`;
    const url = new URL(`${this.#endpoint}/2015-03-31/functions/${encodeURIComponent(name)}/invocations${query}`);
    const headers = {
      "content-type": "application/json",
      ...header("x-amz-invocation-type", call.invocationType),
      ...header("x-amz-log-type", call.logType),
      ...header("x-amz-client-context", call.clientContext),
      ...header("x-amzn-trace-id", call.traceHeader),
    };
    const answer = await post(url, headers, call.payload, signal, this.#timeoutSeconds);
    if (answer.status >= 300) throw refusalOf(answer, call.functionName);
    return answerOf(answer);
  }
}

/** What an answer of the Invoke API says. */
export function answerOf({ status, headers, body }: HttpAnswer): FunctionAnswer {
  return {
    status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    payload: body,
    requestId: requestIdOf(headers),
    executedVersion: text(headers["x-amz-executed-version"]),
    logResult: text(headers["x-amz-log-result"]),
    isFailure: headers["x-amz-function-error"] !== undefined,
  };
}

/** The service refused the call, for instance because there is no such function. */
export function refusalOf({ status, headers, body }: HttpAnswer, functionName: string): TaskError {
  const code =
    String(headers["x-amzn-errortype"] ?? "").split(":")[0] ||
    (status === 404 ? "ResourceNotFoundException" : status === 429 ? "TooManyRequestsException" : "AWSLambdaException");
  let message = status === 404 ? `Function not found: ${functionName}` : body.slice(0, 1000);
  try {
    const parsed = parseJson(body);
    const said = isObject(parsed) ? (parsed.Message ?? parsed.message) : undefined;
    if (typeof said === "string") message = said;
  } catch {
    // Not JSON: the message says what is known.
  }
  return serviceRefusal(status, code, message, requestIdOf(headers));
}

/** The answer's request id; a new one where the endpoint gives none. */
function requestIdOf(headers: IncomingHttpHeaders): string {
  return String(headers["x-amzn-requestid"] ?? randomUUID());
}

function header(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}

function text(value: string | string[] | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
