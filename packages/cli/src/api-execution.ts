import type { Api } from "./api.js";
import { ApiError } from "./api.js";
import type { FollowedExecution } from "./execution-view.js";
import { pause } from "./follow.js";
import type { HistoryEvent } from "./history-event.js";
import { writeNote } from "./screen.js";

/** How long, in milliseconds, a server may be gone before following it is given up: time enough for a restart. */
const PATIENCE = 60_000;

/** An execution on the other side of the API, to be followed. */
export function apiExecution(api: Api, executionArn: string, signal: AbortSignal): FollowedExecution {
  const { GetExecutionHistoryCommand, DescribeExecutionCommand } = api.sdk;
  return {
    // AWS allows about 20 GetExecutionHistory calls a second for the whole account.
    pace: api.endpoint === undefined ? { shortest: 500, longest: 5_000 } : { shortest: 50, longest: 1_000 },
    async read(page) {
      const request = { executionArn, reverseOrder: true, includeExecutionData: false, ...page };
      const { events = [], nextToken } = await throughRestarts(signal, () =>
        api.request((client) => client.send(new GetExecutionHistoryCommand(request))),
      );
      return { events: events.map(complete), nextToken };
    },
    async describe() {
      const { $metadata, ...answer } = await throughRestarts(signal, () =>
        api.request((client) => client.send(new DescribeExecutionCommand({ executionArn }))),
      );
      return {
        ...answer,
        executionArn,
        status: answer.status ?? "RUNNING",
        startDate: answer.startDate ?? new Date(0),
      };
    },
  };
}

/** The members of an event that the model calls optional and that every answer has. */
export function complete(event: {
  readonly id?: number | undefined;
  readonly previousEventId?: number | undefined;
  readonly timestamp?: Date | undefined;
  readonly type?: string | undefined;
}): HistoryEvent {
  const { id = 0, previousEventId = 0, timestamp = new Date(0), type = "" } = event;
  return { ...event, id, previousEventId, timestamp, type };
}

/** Executions outlive a server's restart, so following one does too. */
async function throughRestarts<Answer>(signal: AbortSignal, ask: () => Promise<Answer>): Promise<Answer> {
  const giveUp = performance.now() + PATIENCE;
  for (let told = false; ; told = true) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ApiError && error.unreachable) || signal.aborted || performance.now() > giveUp) {
        throw error;
      }
      if (!told) {
        writeNote("The connection is lost; the execution goes on once its server does. Trying again …");
      }
      await pause(1_000, signal);
    }
  }
}
