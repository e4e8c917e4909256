import { isObject, type Json, type JsonObject, parseJson, printJson } from "@pawl/asl";
import { type AwsClients, AwsUnavailable } from "./aws/aws-clients.js";
import { actionOf, targetOf } from "./aws/aws-sdk.js";
import { OptimizedCall, type OptimizedService, textIn } from "./aws/optimized-call.js";
import { sdkFailure } from "./aws/service-failure.js";
import { SDK_STYLE } from "./aws/wire-data.js";
import { type TaskHandler, type TaskRequest, unusableParameters } from "./task-handler.js";

const BEDROCK_RUNTIME: OptimizedService = { client: "bedrockruntime", style: SDK_STYLE };

/**
 * `bedrock:invokeModel` (https://docs.aws.amazon.com/step-functions/latest/dg/connect-bedrock.html): the body is JSON, in the state
 * or in an object of S3 (`Input`), and so is the model's answer, which may be put into one (`Output`).
 */
export function invokeModelTask(clients: AwsClients): TaskHandler {
  return async (request, signal) => {
    const { Input: from, Output: to, ...parameters } = isObject(request.parameters) ? request.parameters : {};
    const source = from === undefined ? undefined : placeOf(from, request);
    const target = to === undefined ? undefined : placeOf(to, request);
    const s3 = source === undefined && target === undefined ? undefined : new ObjectStore(clients, request, signal);
    const body = source === undefined ? parameters.Body : await s3?.read(source);
    const call = new OptimizedCall(clients, BEDROCK_RUNTIME, request);
    const sent: JsonObject = { ...parameters, ...(body === undefined ? {} : { Body: body }) };
    const { Body: answered = null, ...answer } = await call.start("invokeModel", sent, signal);
    const text = typeof answered === "string" ? answered : "";
    if (target === undefined) return printJson({ ...answer, Body: jsonOf(text) });
    await s3?.write(target, text, textIn(answer, "ContentType"));
    return printJson({ ...answer, Body: `s3://${target.bucket}/${target.key}` });
  };
}

interface Place {
  readonly bucket: string;
  readonly key: string;
}

/** @throws TaskError where the text is no address of an object in S3 */
function placeOf(value: Json, request: TaskRequest): Place {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(textIn(value, "S3Uri")) ?? [];
  if (bucket !== undefined && key !== undefined) return { bucket, key };
  throw unusableParameters(request, "The value of the field 'S3Uri' has an invalid format");
}

/** Bodies in S3, which may be larger than what a state can hold: up to the 25 MB that a model takes. */
class ObjectStore {
  readonly #clients: AwsClients;
  readonly #request: TaskRequest;
  readonly #signal: AbortSignal;

  constructor(clients: AwsClients, request: TaskRequest, signal: AbortSignal) {
    this.#clients = clients;
    this.#request = request;
    this.#signal = signal;
  }

  async read({ bucket, key }: Place): Promise<string> {
    const { Body: body } = await this.#call("getObject", { Bucket: bucket, Key: key });
    return (body as { transformToString(): Promise<string> }).transformToString();
  }

  async write({ bucket, key }: Place, text: string, type: string): Promise<void> {
    await this.#call("putObject", { Bucket: bucket, Key: key, Body: Buffer.from(text), ContentType: type });
  }

  async #call(action: string, input: object): Promise<Readonly<Record<string, unknown>>> {
    try {
      const client = this.#clients.client("s3", targetOf(this.#request));
      return (await client.send(actionOf(client, action), input, { signal: this.#signal })).output;
    } catch (error) {
      throw sdkFailure(error, error instanceof AwsUnavailable ? error.serviceId : "S3", undefined);
    }
  }
}

function jsonOf(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
