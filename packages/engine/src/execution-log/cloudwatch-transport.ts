import { randomBytes } from "node:crypto";
// Types alone: the package is the user's.
import type { CloudWatchLogsClient, InputLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import { importUserPackage } from "../user-package.js";
import type { LogEntry } from "./log-record.js";
import type { LogGroup } from "./log-settings.js";
import { LogRefusedError, type LogStream, type LogTransport } from "./log-transport.js";

export interface CloudWatchOptions {
  /** Default: what the SDK finds, such as AWS_ENDPOINT_URL_CLOUDWATCH_LOGS in the environment, else AWS itself. */
  readonly endpoint?: string;
  /** Milliseconds since the epoch; default Date.now. */
  readonly now?: () => number;
}

/**
 * Writes records with the API of CloudWatch Logs, in the region of the log group, which must exist. Streams are called as the
 * service calls them, `states/NAME/2026-01-31-23/1a2b3c4d`: one for a state machine, an hour and a process.
 */
export function cloudWatchTransport(options: CloudWatchOptions = {}): LogTransport {
  const { now = Date.now } = options;
  const clients = new Map<string, Promise<Logs>>();
  const streams = new Map<string, OpenStream>();
  const process = randomBytes(4).toString("hex");

  const clientOf = (region: string): Promise<Logs> => {
    let client = clients.get(region);
    if (client === undefined) {
      client = connect(region, options.endpoint);
      clients.set(region, client);
    }
    return client;
  };

  /** The stream of this hour, made where it is new. */
  const openStream = async (logs: Logs, stream: LogStream, signal: AbortSignal): Promise<OpenStream> => {
    const { group, stateMachineName } = stream;
    const key = `${group.region} ${group.accountId} ${group.name} ${stateMachineName}`;
    const hour = new Date(now()).toISOString().slice(0, 13).replace("T", "-");
    const name = `states/${stateMachineName}/${hour}/${process}`;
    const known = streams.get(key);
    if (known?.name === name) return known;
    await createStream(logs, group, name, signal);
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
        const logs = await clientOf(stream.group.region);
        const open = await openStream(logs, stream, signal);
        try {
          return await put(logs, stream.group, open, entries, signal);
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
      const logs = await clientOf(group.region);
      try {
        await createStream(logs, group, VALIDATION_STREAM, AbortSignal.timeout(VALIDATION_MILLISECONDS));
        return true;
      } catch (error) {
        return (error as Error).name !== "ResourceNotFoundException";
      }
    },

    close() {
      for (const client of clients.values()) {
        client.then(
          ({ connection }) => connection.destroy(),
          () => {},
        );
      }
    },
  };
}

/** The SDK's client, and the module that its commands come from. */
interface Logs {
  readonly sdk: typeof import("@aws-sdk/client-cloudwatch-logs");
  readonly connection: CloudWatchLogsClient;
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

async function connect(region: string, endpoint: string | undefined): Promise<Logs> {
  const sdk = await importUserPackage<Logs["sdk"]>("@aws-sdk/client-cloudwatch-logs").catch((error: Error) => {
    throw new LogRefusedError(error.message, { cause: error });
  });
  const { env } = process;
  const isElsewhere = (endpoint ?? env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS ?? env.AWS_ENDPOINT_URL) !== undefined;
  const connection = new sdk.CloudWatchLogsClient({
    region,
    ...(endpoint !== undefined && { endpoint }),
    // A server of one's own asks for a signature, not for whose.
    ...(isElsewhere && !hasCredentials(env) && { credentials: { accessKeyId: "test", secretAccessKey: "test" } }),
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 10_000 },
  });
  return { sdk, connection };
}

const hasCredentials = (env: NodeJS.ProcessEnv): boolean =>
  [
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  ].some((name) => env[name] !== undefined);

async function createStream({ sdk, connection }: Logs, group: LogGroup, name: string, signal: AbortSignal) {
  try {
    const command = new sdk.CreateLogStreamCommand({ logGroupName: group.name, logStreamName: name });
    await connection.send(command, { abortSignal: signal });
  } catch (error) {
    if ((error as Error).name !== "ResourceAlreadyExistsException") throw error;
  }
}

/** @returns how many entries were refused */
async function put(
  { sdk, connection }: Logs,
  group: LogGroup,
  stream: OpenStream,
  entries: readonly LogEntry[],
  signal: AbortSignal,
): Promise<number> {
  const input = {
    logGroupName: group.name,
    logStreamName: stream.name,
    logEvents: entries as InputLogEvent[],
  };
  const send = (sequenceToken: string | undefined) =>
    connection.send(new sdk.PutLogEventsCommand({ ...input, sequenceToken }), { abortSignal: signal });
  try {
    const answer = await send(stream.sequenceToken).catch((error: Error & { expectedSequenceToken?: string }) => {
      if (error.name !== "InvalidSequenceTokenException") throw error;
      return send(error.expectedSequenceToken);
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
  const status = $metadata?.httpStatusCode;
  if (name === "ResourceNotFoundException") {
    return new LogRefusedError(`there is no log group ${group.name} in ${group.region}`);
  }
  const isPassing = status === undefined || status >= 500 || status === 429 || /Throttl|Unavailable|Aborted/.test(name);
  return isPassing ? new Error(`${name}: ${message}`) : new LogRefusedError(`${name}: ${message}`);
}
