import { type AwsClients, AwsUnavailable } from "../tasks/aws/aws-clients.js";
import { TaskError } from "../tasks/task-handler.js";
import type { FunctionAnswer, FunctionCall, FunctionTarget } from "./function-call.js";
import { parseFunctionName } from "./function-name.js";
import { type AwsFunction, LONGEST_SECONDS } from "./function-settings.js";
import { serviceRefusal } from "./service-refusal.js";

/** The members of the Invoke API's output. */
interface InvokeOutput {
  readonly FunctionError?: string;
  readonly LogResult?: string;
  readonly ExecutedVersion?: string;
  readonly Payload?: Uint8Array;
}

/** A function of AWS Lambda, called through the AWS SDK that the user has installed, with its credentials. */
export class AwsTarget implements FunctionTarget {
  readonly #settings: AwsFunction;
  readonly #clients: AwsClients;

  constructor(settings: AwsFunction, clients: AwsClients) {
    this.#settings = settings;
    this.#clients = clients;
  }

  async invoke(call: FunctionCall, signal: AbortSignal): Promise<FunctionAnswer> {
    const name = this.#settings.functionName ?? call.functionName;
    const region = this.#settings.region ?? parseFunctionName(name)?.region ?? call.executionArn.split(":")[3] ?? "";
    const { qualifier, invocationType, logType, clientContext, traceHeader, roleArn } = call;
    const { timeoutSeconds = LONGEST_SECONDS } = this.#settings;
    try {
      const client = this.#clients.client("lambda", { region, roleArn });
      const action = client.action("Invoke");
      if (action === undefined) throw new AwsUnavailable("Lambda", "The client of Lambda has no action Invoke");
      const { output, status, requestId, headers } = await client.send(
        action,
        {
          FunctionName: name,
          Payload: Buffer.from(call.payload),
          ...(qualifier === undefined ? {} : { Qualifier: qualifier }),
          ...(invocationType === undefined ? {} : { InvocationType: invocationType }),
          ...(logType === undefined ? {} : { LogType: logType }),
          ...(clientContext === undefined ? {} : { ClientContext: clientContext }),
        },
        { signal, traceHeader, timeout: timeoutSeconds * 1000 },
      );
      const { ExecutedVersion, LogResult, FunctionError, Payload }: InvokeOutput = output;
      return {
        status,
        headers,
        payload: Payload === undefined ? "" : Buffer.from(Payload).toString(),
        requestId,
        executedVersion: ExecutedVersion,
        logResult: LogResult,
        isFailure: FunctionError !== undefined,
      };
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

function refusalOf(thrown: unknown): TaskError {
  const {
    name,
    message,
    $metadata = {},
  } = thrown as Error & {
    readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  };
  const { httpStatusCode: status, requestId } = $metadata;
  if (thrown instanceof AwsUnavailable) return new TaskError("Lambda.SdkClientException", message);
  if (status === undefined) {
    return new TaskError("Lambda.SdkClientException", `Unable to execute HTTP request: ${message}`);
  }
  return serviceRefusal(status, name, message, requestId);
}
