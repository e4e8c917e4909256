import { setTimeout } from "node:timers/promises";
import { isObject, type Json, type JsonObject, printJson } from "@pawl/asl";
import { TaskError, type TaskHandler, type TaskRequest } from "../task-handler.js";
import type { AwsClients } from "./aws-clients.js";
import { OptimizedCall, type OptimizedService } from "./optimized-call.js";

/** An action of an optimized integration. What is not said here is as in the API. */
export interface OptimizedAction {
  /** The API's action, where it has another name. */
  readonly call?: string;
  /** What the API wants, from the state's parameters. */
  readonly parameters?: (parameters: JsonObject, execution: TaskRequest["execution"]) => JsonObject;
  /** Asks for what the API's parameters need beyond the state's, and makes them. Instead of `parameters`. */
  readonly prepare?: (call: OptimizedCall, parameters: JsonObject, signal: AbortSignal) => Promise<JsonObject>;
  /** What the state gets, from what the API answered. @throws TaskError where that says that the call failed */
  readonly result?: (answer: JsonObject, parameters: JsonObject) => JsonObject;
  /** What `.sync` waits for. */
  readonly job?: Job;
}

/** A job that an action starts: how to see how it stands, how it ends, how to stop it. */
export interface Job {
  /** The action that tells how it stands, and its parameters. `started` is what the start gave. */
  readonly describe: string;
  readonly ask: (started: JsonObject, parameters: JsonObject) => JsonObject;
  /** The job in that answer; undefined where it is not known (yet). */
  readonly found: (answer: JsonObject) => JsonObject | undefined;
  readonly status: (job: JsonObject) => string;
  readonly succeeded: readonly string[];
  readonly failed: readonly string[];
  /** True where a job that has succeeded by its status has not. */
  readonly hasFailed?: (job: JsonObject) => boolean;
  /** True where the service no longer knows what is to be deleted: then that has succeeded. */
  readonly endsUnknown?: boolean;
  /** What the state gets, and the cause where the job failed; default: the job. */
  readonly result?: (job: JsonObject, started: JsonObject) => Json;
  /** Stops it, where nobody waits for it any more. */
  readonly stop?: {
    readonly call: string;
    readonly ask: (started: JsonObject, parameters: JsonObject) => JsonObject;
  };
}

export type Actions = Readonly<Record<string, OptimizedAction>>;

export interface JobOptions {
  readonly clients: AwsClients;
  /** Milliseconds between the first two looks at a job; they grow from there. */
  readonly pollMilliseconds: number;
}

/** The handler of a service's actions, with the patterns request-response, `.waitForTaskToken` and, where there is a job, `.sync`. */
export function optimizedTask(options: JobOptions, service: OptimizedService, actions: Actions): TaskHandler {
  return async (request, signal) => {
    const { resource, submitted, stops = false } = request;
    const name = resource.kind === "service" ? resource.action : "";
    const action = (Object.hasOwn(actions, name) ? actions[name] : undefined) ?? {};
    // Which job the attempt may have started is told by the answer to its start only.
    if (stops && submitted === undefined) return "null";
    const call = new OptimizedCall(options.clients, service, request);
    const parameters = isObject(request.parameters) ? request.parameters : {};
    if (submitted !== undefined && action.job !== undefined) {
      const started = isObject(submitted) ? submitted : {};
      if (stops) return stop(action.job, call, { started, parameters }, signal);
      return printJson(await follow(action.job, call, { started, parameters }, options, signal));
    }
    const sent =
      (await action.prepare?.(call, parameters, signal)) ??
      action.parameters?.(parameters, request.execution) ??
      parameters;
    const answer = await call.start(action.call ?? name, sent, signal);
    return printJson(action.result?.(answer, parameters) ?? answer);
  };
}

interface Started {
  readonly started: JsonObject;
  readonly parameters: JsonObject;
}

/** Waits for a job's end. @throws TaskError States.TaskFailed with the job as its cause */
async function follow(
  job: Job,
  call: OptimizedCall,
  { started, parameters }: Started,
  { pollMilliseconds }: JobOptions,
  signal: AbortSignal,
): Promise<Json> {
  for await (const _ of pause(pollMilliseconds, signal)) {
    const found = await look(job, call, { started, parameters }, signal);
    if (found === "gone") return started;
    if (found !== undefined) {
      const status = job.status(found);
      const result = job.result ?? ((known: JsonObject) => known);
      const hasFailed = job.hasFailed?.(found) === true;
      if (job.succeeded.includes(status) && !hasFailed) return result(found, started);
      if (job.failed.includes(status) || hasFailed) {
        throw new TaskError("States.TaskFailed", printJson(result(found, started)));
      }
    }
  }
  throw signal.reason;
}

/** @throws what kept the service from being asked */
async function stop(job: Job, call: OptimizedCall, { started, parameters }: Started, signal: AbortSignal) {
  if (job.stop === undefined) return "null";
  try {
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(STOP_TIMEOUT)]);
    await call.ask(job.stop.call, job.stop.ask(started, parameters), inTime);
  } catch (error) {
    // A job that has ended meanwhile cannot be stopped.
    if (!(error instanceof TaskError) || isPassing(error)) throw error;
  }
  return "null";
}

/** Looks more and more rarely, as the job takes longer. */
const LONGEST_PAUSE = 15_000;
const STOP_TIMEOUT = 30_000;

/** How the job stands; undefined where that could not be told now but may be later. */
async function look(
  job: Job,
  call: OptimizedCall,
  { started, parameters }: Started,
  signal: AbortSignal,
): Promise<JsonObject | "gone" | undefined> {
  try {
    return job.found(await call.ask(job.describe, job.ask(started, parameters), signal));
  } catch (error) {
    if (signal.aborted || !(error instanceof TaskError)) throw error;
    if (job.endsUnknown === true && /NotFound/.test(error.error ?? "")) return "gone";
    if (isPassing(error)) return undefined;
    throw error;
  }
}

/** A job must not be given up because its service could not be reached for a while. */
function isPassing({ error = "", cause = "" }: TaskError): boolean {
  return (
    (error.endsWith(".SdkClientException") && cause.startsWith("Unable to execute HTTP request")) ||
    /Status Code: (5\d\d|429)/.test(cause) ||
    /Throttl|TooManyRequests|LimitExceeded/.test(error)
  );
}

/**
 * Once at once, then again and again, each time after a longer pause, until the signal is aborted.
 * @throws an AbortError then
 */
export async function* pause(milliseconds: number, signal: AbortSignal): AsyncGenerator<void> {
  for (let next = milliseconds; ; next = Math.min(next * 1.5, LONGEST_PAUSE)) {
    yield;
    await setTimeout(next, undefined, { signal });
  }
}
