import type { FunctionAnswer, FunctionCall } from "./function-call.js";
import { parseFunctionName } from "./function-name.js";
import type { Invocation, Outcome } from "./worker.js";

/** What Lambda answers when a function has run, with its headers. */
export function localAnswer(
  call: FunctionCall,
  { requestId, tail }: Invocation,
  { kind, payload }: Outcome,
): FunctionAnswer {
  const qualifier = call.qualifier ?? parseFunctionName(call.functionName)?.qualifier;
  // Only numbers are versions: what an alias points to nobody has said.
  const executedVersion = qualifier !== undefined && /^\d+$/.test(qualifier) ? qualifier : "$LATEST";
  const logResult = tail?.toString();
  const isFailure = kind === "failed";
  return {
    status: 200,
    headers: {
      "X-Amz-Executed-Version": executedVersion,
      ...(isFailure ? { "X-Amz-Function-Error": "Unhandled" } : {}),
      ...(logResult === undefined ? {} : { "X-Amz-Log-Result": logResult }),
      "x-amzn-Remapped-Content-Length": "0",
      Connection: "keep-alive",
      "x-amzn-RequestId": requestId,
      "Content-Length": String(Buffer.byteLength(payload)),
      Date: new Date().toUTCString(),
      ...(call.traceHeader === undefined ? {} : { "X-Amzn-Trace-Id": call.traceHeader }),
      "Content-Type": "application/json",
    },
    payload,
    requestId,
    executedVersion,
    logResult,
    isFailure,
  };
}

/** What Lambda answers when it has taken an event for later, or would have run the function. */
export function emptyAnswer(status: 202 | 204, requestId: string): FunctionAnswer {
  return {
    status,
    headers: {
      "x-amzn-Remapped-Content-Length": "0",
      Connection: "keep-alive",
      "x-amzn-RequestId": requestId,
      "Content-Length": "0",
      Date: new Date().toUTCString(),
    },
    payload: "",
    requestId,
    isFailure: false,
  };
}
