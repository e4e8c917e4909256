import { Socket } from "node:net";
import { pathToFileURL } from "node:url";
import { types } from "node:util";
import { type Frame, type FrameKind, frame, frameReader, type InvocationHead } from "./frames.js";
import { MAX_RESPONSE_BYTES, responseTooLarge } from "./function-failure.js";

/**
 * The code of a process that runs a Node handler: `node handler-process.js MODULE EXPORT`. Events come and results go through the
 * file descriptor 3. It behaves as Lambda's Node runtime does
 * (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html): handlers may return a promise or call back, what is uncaught
 * fails the invocation and ends the process.
 */

type Callback = (error?: unknown, result?: unknown) => void;
type Handler = (event: unknown, context: object, callback: Callback) => unknown;

/** What goes on: the invocation's end is told once. */
interface Invocation {
  readonly requestId: string;
  /** What to tell when nothing is left to do, where it is told only then. */
  whenIdle: { readonly kind: FrameKind; readonly text: string };
  over: boolean;
}

const [module = "", exportName = ""] = process.argv.slice(2);
const pipe = new Socket({ fd: 3 });
let current: Invocation | undefined;
let handler: Handler | undefined;

/** Without Pawl there is nothing to do. */
pipe.on("close", () => process.exit(0));
pipe.on("error", () => process.exit(0));

process.on("uncaughtException", (error) => breakWith(error, 129));
process.on("unhandledRejection", (reason) => breakWith(unhandledRejection(reason), 128));
process.on("beforeExit", () => {
  if (current !== undefined) finish(current, current.whenIdle.kind, current.whenIdle.text);
});

try {
  handler = await load();
  pipe.on("data", frameReader(receive));
  pipe.write(frame("ready", ""));
} catch (error) {
  breakWith(error, 1);
}

async function load(): Promise<Handler> {
  let found: unknown;
  try {
    found = await import(pathToFileURL(module).href);
  } catch (error) {
    throw loadingError(error);
  }
  // What a CommonJS module exports may only be seen through its default.
  const member = memberOf(found, exportName) ?? memberOf((found as { default?: unknown }).default, exportName);
  if (typeof member !== "function") {
    const fault = member === undefined ? "is undefined or not exported" : "is not a function";
    throw runtimeError("HandlerNotFound", `${module}#${exportName} ${fault}`);
  }
  return member as Handler;
}

function memberOf(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split(".")) {
    found = found === undefined || found === null ? undefined : (found as Record<string, unknown>)[name];
  }
  return found;
}

function receive({ kind, text }: Frame): void {
  if (kind !== "invoke" || handler === undefined) return;
  const end = text.indexOf("\n");
  const head = JSON.parse(text.slice(0, end)) as InvocationHead;
  const invocation: Invocation = {
    requestId: head.requestId,
    whenIdle: { kind: "returned", text: "null" },
    over: false,
  };
  current = invocation;
  // While the handler works only its own work keeps the process going: with none left, the invocation is over.
  pipe.unref();
  if (head.traceHeader === undefined) delete process.env._X_AMZN_TRACE_ID;
  else process.env._X_AMZN_TRACE_ID = head.traceHeader;
  const settings = { callbackWaitsForEmptyEventLoop: true };
  const succeed = (result?: unknown): void => {
    const outcome = resultOf(result);
    finish(invocation, outcome.kind, outcome.text);
  };
  const fail = (error: unknown): void => finish(invocation, "failed", failureText(error));
  const callback: Callback = (error, result) => {
    const isFailure = error !== undefined && error !== null;
    const outcome = isFailure ? ({ kind: "failed", text: failureText(error) } as const) : resultOf(result);
    // A failure does not wait, nor does what said so.
    if (isFailure || !settings.callbackWaitsForEmptyEventLoop) finish(invocation, outcome.kind, outcome.text);
    else invocation.whenIdle = outcome;
  };
  try {
    const event = JSON.parse(text.slice(end + 1)) as unknown;
    const result = handler(event, contextOf(head, settings, { succeed, fail, callback }), callback);
    if (isPromise(result)) result.then(succeed, fail);
  } catch (error) {
    fail(error);
  }
}

interface Outcomes {
  readonly succeed: (result?: unknown) => void;
  readonly fail: (error: unknown) => void;
  readonly callback: Callback;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
function contextOf(
  { requestId, deadline, invokedFunctionArn, clientContext }: InvocationHead,
  settings: { callbackWaitsForEmptyEventLoop: boolean },
  { succeed, fail, callback }: Outcomes,
): object {
  const { env } = process;
  return {
    get callbackWaitsForEmptyEventLoop() {
      return settings.callbackWaitsForEmptyEventLoop;
    },
    set callbackWaitsForEmptyEventLoop(value: boolean) {
      settings.callbackWaitsForEmptyEventLoop = value;
    },
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: clientContextOf(clientContext),
    identity: undefined,
    invokedFunctionArn,
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    succeed,
    fail,
    done: callback,
  };
}

function clientContextOf(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(text, "base64").toString());
  } catch {
    return undefined;
  }
}

function finish(invocation: Invocation, kind: FrameKind, text: string): void {
  if (invocation.over) return;
  invocation.over = true;
  if (current === invocation) current = undefined;
  pipe.ref();
  pipe.write(frame(kind, text));
}

/** Tells Pawl and ends the process: who knows what state it is in. */
function breakWith(error: unknown, code: number): void {
  const { stack } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`${stack}\n`);
  pipe.ref();
  pipe.end(frame("broken", failureText(error)), () => process.exit(code));
}

function resultOf(result: unknown): { kind: FrameKind; text: string } {
  let text: string;
  try {
    text = JSON.stringify(result === undefined ? null : result) ?? "null";
  } catch {
    return { kind: "failed", text: failureText(new Error("Unable to stringify response body")) };
  }
  // A UTF-16 unit is at most three bytes of UTF-8: most texts need no count.
  const tooLarge = text.length * 3 > MAX_RESPONSE_BYTES && Buffer.byteLength(text) > MAX_RESPONSE_BYTES;
  return tooLarge ? { kind: "failed", text: responseTooLarge() } : { kind: "returned", text };
}

/** An error as Lambda's Node runtime writes it: `errorType`, `errorMessage` and `trace`. */
function failureText(error: unknown): string {
  try {
    if (types.isNativeError(error) || looksLikeError(error)) {
      const { name, message, stack } = error;
      return JSON.stringify({ errorType: name, errorMessage: message, trace: String(stack).split("\n") });
    }
    return JSON.stringify({ errorType: typeof error, errorMessage: String(error), trace: [] });
  } catch {
    return JSON.stringify({
      errorType: "handled",
      errorMessage:
        "callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack",
    });
  }
}

function looksLikeError(value: unknown): value is Error {
  if (typeof value !== "object" || value === null) return false;
  const { name, message, stack } = value as Partial<Error>;
  return [name, message, stack].every((part) => typeof part === "string" && part !== "");
}

function loadingError(error: unknown): unknown {
  const { code } = error as { readonly code?: unknown };
  if (error instanceof SyntaxError) return runtimeError("UserCodeSyntaxError", String(error), error.stack);
  if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") {
    return runtimeError("ImportModuleError", String(error), (error as Error).stack);
  }
  if (code === "ERR_UNKNOWN_FILE_EXTENSION") {
    return runtimeError(
      "ImportModuleError",
      `Node ${process.version} does not run ${module}: for TypeScript Node 22.18 or newer is needed`,
    );
  }
  return error;
}

function unhandledRejection(reason: unknown): Error {
  const error = runtimeError("UnhandledPromiseRejection", String(reason));
  return reason instanceof Error && reason.stack !== undefined ? Object.assign(error, { reason }) : error;
}

function runtimeError(type: string, message: string, stack?: string): Error {
  const error = new Error(message);
  error.name = `Runtime.${type}`;
  error.stack = stack === undefined ? `${error.name}: ${message}` : `${error.name}: ${stack}`;
  return error;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
