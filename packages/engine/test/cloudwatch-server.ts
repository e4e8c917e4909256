import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A server that speaks as much of the protocol of CloudWatch Logs as log delivery needs. */
export interface CloudWatchServer {
  readonly endpoint: string;
  readonly groups: Set<string>;
  /** Messages by group and stream. */
  readonly streams: Map<string, { readonly timestamp: number; readonly message: string }[]>;
  /** Calls in order: operation and region. */
  readonly calls: string[];
  /** What the next calls of an operation answer instead of doing it, first one first. */
  readonly faults: { readonly operation: string; readonly status: number; readonly body: object }[];
  /** Where true, calls are not answered until it is false again. */
  hold: boolean;
}

interface Call {
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly logEvents?: { timestamp: number; message: string }[];
}

export async function startCloudWatchServer(...groups: readonly string[]): Promise<CloudWatchServer> {
  const state = { groups: new Set(groups), streams: new Map(), calls: [], faults: [], hold: false } as Omit<
    CloudWatchServer,
    "endpoint"
  >;
  const server = createServer(async (request, response) => {
    const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    const [, , region] = /Credential=([^/]+)\/\d+\/([^/]+)/.exec(request.headers.authorization ?? "") ?? [];
    const call = JSON.parse(await bodyOf(request)) as Call;
    state.calls.push(`${operation} ${region}`);
    while (state.hold) await new Promise((resolve) => setTimeout(resolve, 5));
    const [status, body] = answerTo(operation, call);
    response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
  });

  const answerTo = (operation: string, { logGroupName, logStreamName, logEvents = [] }: Call): [number, object] => {
    const fault = state.faults.findIndex((each) => each.operation === operation);
    if (fault >= 0) {
      const [{ status, body }] = state.faults.splice(fault, 1) as [(typeof state.faults)[number]];
      return [status, body];
    }
    const stream = `${logGroupName} ${logStreamName}`;
    const missing = { __type: "ResourceNotFoundException", message: "The specified log group does not exist." };
    if (!state.groups.has(logGroupName)) return [400, missing];
    if (operation === "CreateLogStream") {
      if (state.streams.has(stream)) return [400, { __type: "ResourceAlreadyExistsException", message: "It exists." }];
      state.streams.set(stream, []);
      return [200, {}];
    }
    const kept = state.streams.get(stream);
    if (kept === undefined) return [400, missing];
    const bytes = logEvents.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0);
    const isInOrder = logEvents.every(({ timestamp }, index) => timestamp >= (logEvents[index - 1]?.timestamp ?? 0));
    if (bytes > 1_048_576 || logEvents.length > 10_000 || !isInOrder) {
      return [400, { __type: "InvalidParameterException", message: "The batch is too large or out of order." }];
    }
    kept.push(...logEvents);
    return [200, { nextSequenceToken: "next" }];
  };

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    state.hold = false;
    server.closeAllConnections();
    server.close();
  });
  return Object.assign(state, { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text || "{}";
}
