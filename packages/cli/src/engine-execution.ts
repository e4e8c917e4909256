import type { Engine } from "@pawl/engine";
import type { FollowedExecution } from "./execution-view.js";
import type { HistoryEvent } from "./history-event.js";

/** An execution of an engine in this process, to be followed. */
export function engineExecution(engine: Engine, executionArn: string): FollowedExecution {
  return {
    pace: { shortest: 5, longest: 250 },
    async read(page) {
      const { items, nextToken } = await engine.executions.history({ executionArn, reverseOrder: true, ...page });
      return { events: items.map(eventOf), nextToken };
    },
    async describe() {
      const { startDate, stopDate, ...description } = await engine.executions.describe(executionArn);
      return {
        ...description,
        startDate: new Date(startDate),
        ...(stopDate === undefined ? {} : { stopDate: new Date(stopDate) }),
      };
    },
  };
}

/** An event's text has its timestamp in seconds since the epoch. */
function eventOf(text: string): HistoryEvent {
  const event = JSON.parse(text) as { id: number; previousEventId: number; type: string; timestamp: number };
  return { ...event, timestamp: new Date(event.timestamp * 1000) };
}
