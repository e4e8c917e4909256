import { isObject, type Json, type JsonObject, printJson } from "@pawl/asl";
import { type TaskRequest, unusableParameters } from "../task-handler.js";
import { type AwsAnswer, type AwsClient, type AwsClients, AwsUnavailable } from "./aws-clients.js";
import { actionOf, targetOf } from "./aws-sdk.js";
import { type OlderNames, olderFailure, sdkFailure } from "./service-failure.js";
import { type DataStyle, fromSdk, ParameterFault, toSdk } from "./wire-data.js";

/**
 * A service with optimized integrations
 * (https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html).
 */
export interface OptimizedService {
  /** As its client is found: `ecs`, `emr`. */
  readonly client: string;
  readonly style: DataStyle;
  /** Names in errors where the service uses the older SDK for it, which also gives `SdkHttpMetadata`. */
  readonly older?: OlderNames;
}

/** Calls of one service for one task: parameters and results in the form that its integration has. */
export class OptimizedCall {
  readonly #client: AwsClient;
  readonly #service: OptimizedService;
  readonly #request: TaskRequest;

  /** @throws TaskError where the service cannot be called */
  constructor(clients: AwsClients, service: OptimizedService, request: TaskRequest) {
    this.#service = service;
    this.#request = request;
    try {
      this.#client = clients.client(service.client, targetOf(request));
    } catch (error) {
      if (!(error instanceof AwsUnavailable)) throw error;
      const { older } = service;
      throw older === undefined ? sdkFailure(error, error.serviceId, undefined) : olderFailure(error, older, undefined);
    }
  }

  /** The call that the state names: gives what the service answered, with its HTTP headers where the integration shows them. */
  async start(action: string, parameters: Json, signal: AbortSignal): Promise<JsonObject> {
    const { answer, output } = await this.#call(action, parameters, signal);
    return this.#service.older === undefined ? output : withMetadata(output, answer);
  }

  /** Any other call for the task. */
  async ask(action: string, parameters: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    return (await this.#call(action, parameters, signal)).output;
  }

  async #call(action: string, parameters: Json, signal: AbortSignal) {
    const { style } = this.#service;
    const { idempotencyKey, execution } = this.#request;
    try {
      const called = actionOf(this.#client, action);
      const input = toSdk(called.operation.input, parameters, style, idempotencyKey);
      const answer = await this.#client.send(called, input, { signal, traceHeader: execution.traceHeader });
      return { answer, output: await fromSdk(called.operation.output, answer.output, style) };
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): unknown {
    if (error instanceof ParameterFault) return unusableParameters(this.#request, error.message);
    const { older } = this.#service;
    const { serviceId, package: sdk } = this.#client;
    return older === undefined ? sdkFailure(error, serviceId, sdk) : olderFailure(error, older, sdk);
  }
}

/** A style in which lists that are not there are shown empty. */
export function withEmptyLists(style: DataStyle): DataStyle {
  return { ...style, emptyLists: true };
}

/** As the older SDK shows what came over HTTP. */
function withMetadata(output: JsonObject, { headers, status, requestId }: AwsAnswer): JsonObject {
  const pairs = Object.entries(headers).map(([name, value]): [string, string] => [HEADERS.get(name) ?? name, value]);
  const entries: [string, Json][] = [
    ...Object.entries(output),
    [
      "SdkHttpMetadata",
      {
        AllHttpHeaders: Object.fromEntries(pairs.map(([name, value]) => [name, [value]])),
        HttpHeaders: Object.fromEntries(pairs),
        HttpStatusCode: status,
      },
    ],
    ["SdkResponseMetadata", { RequestId: requestId }],
  ];
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Headers in the letters that services send them in; the client knows them in small letters only. */
const HEADERS: ReadonlyMap<string, string> = new Map([
  ["content-length", "Content-Length"],
  ["content-type", "Content-Type"],
  ["date", "Date"],
  ["server", "Server"],
  ["x-amzn-requestid", "x-amzn-RequestId"],
]);

/** A member that is an object; empty where it is not. */
export function objectIn(value: Json | undefined, name: string): JsonObject {
  const member = isObject(value) ? value[name] : undefined;
  return isObject(member) ? member : {};
}

/** A member that is a list of objects; the first of them, if there is one. */
export function firstIn(value: Json | undefined, name: string): JsonObject | undefined {
  const list = isObject(value) ? value[name] : undefined;
  const [first] = Array.isArray(list) ? list : [];
  return isObject(first) ? first : undefined;
}

/** A member that is a text; empty where it is not. */
export function textIn(value: Json | undefined, name: string): string {
  const member = isObject(value) ? value[name] : undefined;
  return typeof member === "string" ? member : member === undefined || member === null ? "" : printJson(member);
}
