import { randomUUID } from "node:crypto";
import { Suggestions } from "@pawl/asl";
import type { AwsClients } from "../tasks/aws/aws-clients.js";
import { TaskError } from "../tasks/task-handler.js";
import { AsynchronousEvents } from "./asynchronous-events.js";
import { AwsTarget } from "./aws-function.js";
import { EventFolder } from "./event-folder.js";
import type { FunctionAnswer, FunctionCall, FunctionTarget } from "./function-call.js";
import { MAX_REQUEST_BYTES } from "./function-failure.js";
import { type FunctionName, parseFunctionName } from "./function-name.js";
import type { FunctionSettings, FunctionTable } from "./function-settings.js";
import { InvokeEndpoint } from "./invoke-endpoint.js";
import { emptyAnswer } from "./local-answer.js";
import { ProcessMemory } from "./process-memory.js";
import { ProcessReaper } from "./process-reaper.js";
import { functionNotFound, serviceRefusal } from "./service-refusal.js";
import { UrlTarget } from "./url-function.js";
import { type FunctionCounts, type FunctionLogLine, WorkerPool } from "./worker-pool.js";

export interface FunctionsOptions {
  readonly table?: FunctionTable | undefined;
  /** An endpoint with the Invoke API, for functions that the table does not name. */
  readonly endpoint?: string | undefined;
  /** Calls functions of AWS itself. */
  readonly aws: AwsClients;
  /** What functions see as theirs. */
  readonly region: string;
  /** Where invocations of the type Event are kept until they were made; default: in memory. */
  readonly eventFolder?: string | undefined;
  /** Told each line that a function writes. */
  readonly functionLog?: ((line: FunctionLogLine) => void) | undefined;
  /** Told what an operator should know. */
  readonly log: (message: string) => void;
}

/** The Lambda functions that Task states can call: finds what stands behind a name. */
export class Functions {
  readonly #targets = new Map<string, FunctionTarget>();
  readonly #endpoint: InvokeEndpoint | undefined;
  readonly #events: AsynchronousEvents;
  readonly #reaper = new ProcessReaper();
  readonly #options: FunctionsOptions;
  /** Names that were called and are not there: each is told once. */
  readonly #missed = new Set<string>();

  constructor(options: FunctionsOptions) {
    this.#options = options;
    const { eventFolder } = options;
    this.#events = new AsynchronousEvents(
      options.log,
      eventFolder === undefined ? undefined : new EventFolder(eventFolder),
    );
    this.#endpoint = options.endpoint === undefined ? undefined : new InvokeEndpoint(options.endpoint);
    const memory = new ProcessMemory();
    for (const [name, settings] of options.table ?? []) this.#targets.set(name, this.#target(name, settings, memory));
  }

  /**
   * Calls a function. One that fails is an answer, too.
   * @throws TaskError where there is none, or the service would refuse the call
   */
  async invoke(call: FunctionCall, signal: AbortSignal): Promise<FunctionAnswer> {
    const target = this.#targets.size === 0 ? undefined : this.#find(call);
    if (target === undefined) return this.#elsewhere(call, signal);
    // A UTF-16 unit is at most three bytes of UTF-8: most texts need no count.
    const { payload, invocationType = "RequestResponse" } = call;
    if (payload.length * 3 > MAX_REQUEST_BYTES && Buffer.byteLength(payload) > MAX_REQUEST_BYTES) {
      throw serviceRefusal(
        413,
        "RequestTooLargeException",
        `Request must be smaller than ${MAX_REQUEST_BYTES} bytes for the InvokeFunction operation`,
      );
    }
    if (!(target instanceof WorkerPool) || invocationType === "RequestResponse") return target.invoke(call, signal);
    if (invocationType === "DryRun") return emptyAnswer(204, randomUUID());
    if (invocationType === "Event") return this.#events.accept(target, call);
    throw serviceRefusal(
      400,
      "InvalidParameterValueException",
      `Value '${invocationType}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]`,
    );
  }

  /** Makes the calls that the last process has acknowledged and not made. */
  async takeUp(): Promise<void> {
    await this.#events.takeUp((call) => {
      const target = this.#find(call);
      return target instanceof WorkerPool ? target : undefined;
    });
  }

  /** Of all functions that run in processes of Pawl. */
  get counts(): FunctionCounts {
    const sum = { returned: 0, failed: 0, throttled: 0, processes: 0, waiting: 0 };
    for (const target of this.#targets.values()) {
      if (!(target instanceof WorkerPool)) continue;
      const { counts } = target;
      for (const name of Object.keys(sum) as (keyof FunctionCounts)[]) sum[name] += counts[name];
    }
    return sum;
  }

  async close(): Promise<void> {
    this.#events.close();
    await Promise.all([...this.#targets.values()].map((target) => target.close?.()));
    this.#reaper.close();
  }

  #target(name: string, settings: FunctionSettings, memory: ProcessMemory): FunctionTarget {
    const { region, functionLog: log = () => {} } = this.#options;
    switch (settings.kind) {
      case "module":
      case "command": {
        const short = parseFunctionName(name)?.name ?? name;
        return new WorkerPool(settings, { name: short, region, memory, reaper: this.#reaper, log });
      }
      case "url":
        return new UrlTarget(settings);
      case "endpoint":
        return new InvokeEndpoint(settings.endpoint, settings.functionName, settings.timeoutSeconds);
      case "aws":
        return new AwsTarget(settings, this.#options.aws);
    }
  }

  /** The most precise entry: with the ARN before the name, with the qualifier before the function. */
  #find({ functionName, qualifier: given, executionArn }: FunctionCall): FunctionTarget | undefined {
    const direct = given === undefined ? this.#targets.get(functionName) : undefined;
    if (direct !== undefined) return direct;
    const parsed = parseFunctionName(functionName);
    if (parsed === undefined) return undefined;
    if (given !== undefined && parsed.qualifier !== undefined && given !== parsed.qualifier) {
      throw serviceRefusal(
        400,
        "InvalidParameterValueException",
        "The derived qualifier from the function name does not match the specified qualifier.",
      );
    }
    const qualifier = given ?? parsed.qualifier;
    const arn = fullArn(parsed, executionArn);
    for (const name of [arn, parsed.name]) {
      const target =
        (qualifier === undefined ? undefined : this.#targets.get(`${name}:${qualifier}`)) ?? this.#targets.get(name);
      if (target !== undefined) return target;
    }
    return undefined;
  }

  async #elsewhere(call: FunctionCall, signal: AbortSignal): Promise<FunctionAnswer> {
    if (this.#endpoint !== undefined) return this.#endpoint.invoke(call, signal);
    if (this.#targets.size === 0) {
      throw new TaskError(
        "Lambda.SdkClientException",
        "No Lambda functions are configured: name them in pawl.config.json, or start Pawl with LAMBDA_ENDPOINT set to an endpoint that has the Invoke API",
      );
    }
    const { functionName, qualifier, executionArn } = call;
    const parsed = parseFunctionName(functionName);
    if (!this.#missed.has(functionName) && this.#missed.size < 1000) {
      this.#missed.add(functionName);
      const meant = new Suggestions().nearest(parsed?.name ?? functionName, this.#targets.keys());
      const question = meant === undefined ? "" : `; did you mean '${meant}'?`;
      this.#options.log(`the configuration names no function '${parsed?.name ?? functionName}'${question}`);
    }
    const suffix = qualifier ?? parsed?.qualifier ?? "$LATEST";
    throw functionNotFound(parsed === undefined ? functionName : `${fullArn(parsed, executionArn)}:${suffix}`);
  }
}

/** Without the qualifier. */
function fullArn({ name, region, accountId }: FunctionName, executionArn: string): string {
  const [, partition = "aws", , ownRegion = "", ownAccount = ""] = executionArn.split(":");
  return `arn:${partition}:lambda:${region ?? ownRegion}:${accountId ?? ownAccount}:function:${name}`;
}
