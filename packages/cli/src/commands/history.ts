import { type ApiOptions, openApi } from "../api.js";
import { complete } from "../api-execution.js";
import { parseArn } from "../arn.js";
import { exitCode } from "../exit-code.js";
import { detailsOf, type HistoryEvent } from "../history-event.js";
import { type OutputOptions, oneLine, styled, timeOfDay, wantsJson, writeDocument, writeLine } from "../screen.js";
import { table } from "../table.js";

export interface HistoryOptions extends ApiOptions, OutputOptions {
  readonly reverse?: boolean;
}

export async function history(executionArn: string, options: HistoryOptions): Promise<number> {
  const { region } = parseArn(executionArn, "execution");
  const api = await openApi(options, region);
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const request = { executionArn, reverseOrder: options.reverse === true, maxResults: 1000, nextToken };
    const page = await api.request((client) => client.send(new api.sdk.GetExecutionHistoryCommand(request)));
    events.push(...(page.events ?? []).map(complete));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  api.close();
  if (wantsJson(options)) {
    writeDocument({ events });
  } else {
    for (const line of table(["ID", "AFTER", "TIME", "TYPE", "DETAILS"], events.map(row))) {
      writeLine(line);
    }
  }
  return exitCode.ok;
}

function row(event: HistoryEvent): string[] {
  const bad = /(?:Failed|TimedOut|Aborted)$/.test(event.type);
  return [
    String(event.id),
    String(event.previousEventId),
    styled("dim", timeOfDay(event.timestamp)),
    bad ? styled("red", event.type) : event.type,
    oneLine(summary(event), 120),
  ];
}

/** What is worth knowing of an event in one line: the state, what was called, what went wrong, the payload. */
function summary(event: HistoryEvent): string {
  const details = detailsOf(event);
  const called = [details.resourceType, details.resource].filter((part) => part !== undefined).join(":");
  const iteration = details.index === undefined ? undefined : `#${details.index}`;
  const items = details.length === undefined ? undefined : `${details.length} items`;
  const fault = [details.error, details.cause].filter((part) => part !== undefined).join(": ");
  return [details.name ?? details.state, iteration, items, called, fault, details.input ?? details.output]
    .filter((part) => part !== undefined && part !== "")
    .join(" · ");
}
