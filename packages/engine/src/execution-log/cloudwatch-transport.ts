import { randomBytes } from "node:crypto";
import { type AwsCall, type AwsClient, AwsClients, AwsUnavailable } from "../tasks/aws/aws-clients.js";
import type { LogEntry } from "./log-record.js";
import type { LogGroup } from "./log-settings.js";
import { LogRefusedError, type LogStream, type LogTransport } from "./log-transport.js";

export interface CloudWatchOptions {
  /** Clients of AWS services; default: those that the environment tells of. */
  readonly aws?: AwsClients;
  /** Milliseconds since the epoch; default Date.now. */
  readonly now?: () => number;
}

/** The service, as Resources of tasks call it. */
const SERVICE = "cloudwatchlogs";

/**
 * Writes records with the API of CloudWatch Logs, in the region of the log group, which must exist. Streams are called as the
 * service calls them, `states/NAME/2026-01-31-23/1a2b3c4d`: one for a state machine, an hour and a process.
 */
export function cloudWatchTransport({ aws = new AwsClients(), now = Date.now }: CloudWatchOptions = {}): LogTransport {
  const streams = new Map<string, OpenStream>();
  const process = randomBytes(4).toString("hex");

  /** The stream of this hour, made where it is new. */
  const openStream = async (client: AwsClient, stream: LogStream, signal: AbortSignal): Promise<OpenStream> => {
    const { group, stateMachineName } = stream;
    const key = `${group.region} ${group.accountId} ${group.name} ${stateMachineName}`;
    const hour = new Date(now()).toISOString().slice(0, 13).replace("T", "-");
    const name = `states/${stateMachineName}/${hour}/${process}`;
    const known = streams.get(key);
    if (known?.name === name) return known;
    await createStream(client, group, name, { signal });
    const open = { name, key };
    streams.set(key, open);
    return open;
  };

  return {
    name: "CloudWatch Logs",
    // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
    batch: { entries: 10_000, bytes: 1_048_576, overhead: 26, span: 24 * 3600 * 1000 },

    async send(stream, entries, signal) {
      try {
        const client = aws.client(SERVICE, { region: stream.group.region });
        const open = await openStream(client, stream, signal);
        try {
          return await put(client, stream.group, open, entries, signal);
        } catch (error) {
          streams.delete(open.key);
          // The stream was deleted: the next try makes it anew, or hears that the group is gone, too.
          if ((error as Error).name === "ResourceNotFoundException") throw new Error((error as Error).message);
          throw error;
        }
      } catch (error) {
        throw signal.aborted ? new LogRefusedError("the process ends") : asFault(error, stream.group);
      }
    },

    async hasGroup(group) {
      const client = aws.client(SERVICE, { region: group.region });
      try {
        await createStream(client, group, VALIDATION_STREAM, { timeout: VALIDATION_MILLISECONDS });
        return true;
      } catch (error) {
        return (error as Error).name !== "ResourceNotFoundException";
      }
    },

    close: () => aws.close(),
  };
}

interface OpenStream {
  readonly key: string;
  readonly name: string;
  /** What the last call said that the next one should carry: the service does without, older servers of its API do not. */
  sequenceToken?: string | undefined;
}

/** The stream with which the service finds out whether it may write to a log group. */
const VALIDATION_STREAM = "log_stream_created_by_aws_to_validate_log_delivery_subscriptions";
const VALIDATION_MILLISECONDS = 3_000;

/** How long one call may take. */
const CALL_MILLISECONDS = 10_000;

async function send(client: AwsClient, name: string, input: object, call: AwsCall): Promise<Output> {
  const action = client.action(name);
  if (action === undefined) throw new LogRefusedError(`the installed SDK client has no ${name}`);
  return (await client.send(action, input, { timeout: CALL_MILLISECONDS, ...call })).output;
}

/** What PutLogEvents answers. */
interface Output {
  readonly nextSequenceToken?: string;
  readonly rejectedLogEventsInfo?: {
    readonly tooOldLogEventEndIndex?: number;
    readonly expiredLogEventEndIndex?: number;
    readonly tooNewLogEventStartIndex?: number;
  };
}

async function createStream(client: AwsClient, group: LogGroup, name: string, call: AwsCall): Promise<void> {
  try {
    await send(client, "CreateLogStream", { logGroupName: group.name, logStreamName: name }, call);
  } catch (error) {
    if ((error as Error).name !== "ResourceAlreadyExistsException") throw error;
  }
}

/** @returns how many entries were refused */
async function put(
  client: AwsClient,
  group: LogGroup,
  stream: OpenStream,
  entries: readonly LogEntry[],
  signal: AbortSignal,
): Promise<number> {
  const input = { logGroupName: group.name, logStreamName: stream.name, logEvents: entries };
  const putAll = (sequenceToken: string | undefined): Promise<Output> =>
    send(client, "PutLogEvents", { ...input, sequenceToken }, { signal });
  try {
    const answer = await putAll(stream.sequenceToken).catch((error: Error & { expectedSequenceToken?: string }) => {
      if (error.name !== "InvalidSequenceTokenException") throw error;
      return putAll(error.expectedSequenceToken);
    });
    stream.sequenceToken = answer.nextSequenceToken;
    const {
      tooOldLogEventEndIndex = 0,
      expiredLogEventEndIndex = 0,
      tooNewLogEventStartIndex = entries.length,
    } = answer.rejectedLogEventsInfo ?? {};
    return Math.max(tooOldLogEventEndIndex, expiredLogEventEndIndex) + entries.length - tooNewLogEventStartIndex;
  } catch (error) {
    // An answer was lost, and this is the second time that they come.
    if ((error as Error).name === "DataAlreadyAcceptedException") return 0;
    throw error;
  }
}

/** What cannot become right by itself is given up at once. */
function asFault(error: unknown, group: LogGroup): Error {
  const { name, message, $metadata } = error as Error & { readonly $metadata?: { readonly httpStatusCode?: number } };
  if (error instanceof LogRefusedError) return error;
  if (error instanceof AwsUnavailable) return new LogRefusedError(message);
  const status = $metadata?.httpStatusCode;
  if (name === "ResourceNotFoundException") {
    return new LogRefusedError(`there is no log group ${group.name} in ${group.region}`);
  }
  const isPassing = status === undefined || status >= 500 || status === 429 || /Throttl|Unavailable|Aborted/.test(name);
  return isPassing ? new Error(`${name}: ${message}`) : new LogRefusedError(`${name}: ${message}`);
}
