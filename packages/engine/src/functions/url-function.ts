import { isObject, parseJson } from "@pawl/asl";
import type { FunctionAnswer, FunctionCall, FunctionTarget } from "./function-call.js";
import { LONGEST_SECONDS, type UrlFunction } from "./function-settings.js";
import { post } from "./http-post.js";
import { answerOf, refusalOf } from "./invoke-endpoint.js";

/**
 * A function at an address: the payload is posted to it as JSON, and what comes back with a status below 300 is the result. An answer
 * of another status fails the function where its body says so as functions do (`errorType`), and else is a refusal of the service.
 */
export class UrlTarget implements FunctionTarget {
  readonly #url: URL;
  readonly #timeoutSeconds: number;

  constructor({ url, timeoutSeconds = LONGEST_SECONDS }: UrlFunction) {
    this.#url = new URL(url);
    this.#timeoutSeconds = timeoutSeconds;
  }

  async invoke(call: FunctionCall, signal: AbortSignal): Promise<FunctionAnswer> {
    const headers = {
      "content-type": "application/json",
      ...(call.invocationType === undefined ? {} : { "x-amz-invocation-type": call.invocationType }),
      ...(call.logType === undefined ? {} : { "x-amz-log-type": call.logType }),
      ...(call.clientContext === undefined ? {} : { "x-amz-client-context": call.clientContext }),
      ...(call.traceHeader === undefined ? {} : { "x-amzn-trace-id": call.traceHeader }),
    };
    const answer = await post(this.#url, headers, call.payload, signal, this.#timeoutSeconds);
    if (answer.status < 300) return answerOf(answer);
    if (saysFailure(answer.body)) return { ...answerOf(answer), isFailure: true };
    throw refusalOf(answer, call.functionName);
  }
}

function saysFailure(body: string): boolean {
  try {
    const parsed = parseJson(body);
    return isObject(parsed) && typeof parsed.errorType === "string";
  } catch {
    return false;
  }
}
