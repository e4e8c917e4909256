import { isObject, type JsonObject, numberOf, printJson } from "@pawl/asl";
import { stateMachineOf } from "../arn.js";
import type { Actions } from "./aws/job.js";
import type { OptimizedService } from "./aws/optimized-call.js";
import { SDK_STYLE } from "./aws/wire-data.js";
import { TaskError } from "./task-handler.js";

/** `events:putEvents` (https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html). */
export const EVENTS: OptimizedService = { client: "eventbridge", style: SDK_STYLE };

export const EVENTS_ACTIONS: Actions = {
  putEvents: {
    /** Each event tells what it comes from: its resources end with the state machine and the execution. */
    parameters({ Entries: entries, ...more }, { arn }) {
      if (!Array.isArray(entries)) return { ...more, Entries: entries ?? null };
      const origin = [stateMachineOf(arn), arn];
      return { ...more, Entries: entries.map((entry) => (isObject(entry) ? withResources(entry, origin) : entry)) };
    },
    /** One event that was not taken fails the task; the others have been sent. */
    result(answer) {
      if ((numberOf(answer.FailedEntryCount ?? 0) ?? 0) > 0) {
        throw new TaskError("EventBridge.FailedEntry", printJson(answer));
      }
      return answer;
    },
  },
};

function withResources(entry: JsonObject, origin: readonly string[]): JsonObject {
  const { Resources: resources } = entry;
  if (resources !== undefined && !Array.isArray(resources)) return entry;
  return { ...entry, Resources: [...(resources ?? []), ...origin] };
}
