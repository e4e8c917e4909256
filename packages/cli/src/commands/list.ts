import type { ExecutionStatus } from "@aws-sdk/client-sfn";
import { type Api, type ApiOptions, openApi } from "../api.js";
import { parseArn } from "../arn.js";
import { statusColour } from "../execution-view.js";
import { CommandError, exitCode } from "../exit-code.js";
import { dateAndTime, type OutputOptions, span, styled, wantsJson, writeDocument, writeLine } from "../screen.js";
import { table } from "../table.js";

export type Listed = "machines" | "executions" | "activities";

export interface ListOptions extends ApiOptions, OutputOptions {
  readonly stateMachineArn?: string;
  readonly status?: ExecutionStatus;
}

/** Lists to the last page. */
export async function list(what: Listed, options: ListOptions): Promise<number> {
  const { stateMachineArn, status } = options;
  if (what === "executions" && stateMachineArn === undefined) {
    throw new CommandError("Executions are listed by state machine: name it with --state-machine-arn");
  }
  if (what !== "executions" && (stateMachineArn !== undefined || status !== undefined)) {
    throw new CommandError("--state-machine-arn and --status go with 'pawl list executions'");
  }
  const arn = stateMachineArn === undefined ? undefined : parseArn(stateMachineArn, "stateMachine");
  const api = await openApi(options, arn?.region);
  const listing = await LISTINGS[what](api, options);
  api.close();
  if (wantsJson(options)) {
    writeDocument(listing.document);
  } else if (listing.rows.length === 0) {
    writeLine(`There are no ${what === "machines" ? "state machines" : what} here.`);
  } else {
    for (const line of table(listing.header, listing.rows)) {
      writeLine(line);
    }
  }
  return exitCode.ok;
}

interface Listing {
  readonly document: Readonly<Record<string, unknown>>;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const LISTINGS: Readonly<Record<Listed, (api: Api, options: ListOptions) => Promise<Listing>>> = {
  async machines(api) {
    const stateMachines = await everyPage(async (nextToken) => {
      const command = new api.sdk.ListStateMachinesCommand({ maxResults: 1000, nextToken });
      const page = await api.request((client) => client.send(command));
      return { items: page.stateMachines ?? [], nextToken: page.nextToken };
    });
    return {
      document: { stateMachines },
      header: ["NAME", "TYPE", "CREATED", "ARN"],
      rows: stateMachines.map(({ name = "", type = "", creationDate, stateMachineArn = "" }) => [
        name,
        type,
        date(creationDate),
        stateMachineArn,
      ]),
    };
  },
  async executions(api, { stateMachineArn, status: statusFilter }) {
    const executions = await everyPage(async (nextToken) => {
      const request = { stateMachineArn, statusFilter, maxResults: 1000, nextToken };
      const page = await api.request((client) => client.send(new api.sdk.ListExecutionsCommand(request)));
      return { items: page.executions ?? [], nextToken: page.nextToken };
    });
    return {
      document: { executions },
      header: ["NAME", "STATUS", "STARTED", "TOOK", "ARN"],
      rows: executions.map(({ name = "", status = "", startDate, stopDate, executionArn = "" }) => [
        name,
        styled(statusColour(status), status),
        date(startDate),
        startDate === undefined || stopDate === undefined ? "" : span(stopDate.getTime() - startDate.getTime()),
        executionArn,
      ]),
    };
  },
  async activities(api) {
    const activities = await everyPage(async (nextToken) => {
      const command = new api.sdk.ListActivitiesCommand({ maxResults: 1000, nextToken });
      const page = await api.request((client) => client.send(command));
      return { items: page.activities ?? [], nextToken: page.nextToken };
    });
    return {
      document: { activities },
      header: ["NAME", "CREATED", "ARN"],
      rows: activities.map(({ name = "", creationDate, activityArn = "" }) => [name, date(creationDate), activityArn]),
    };
  },
};

async function everyPage<Item>(
  read: (nextToken: string | undefined) => Promise<{ items: readonly Item[]; nextToken: string | undefined }>,
): Promise<Item[]> {
  const items: Item[] = [];
  let nextToken: string | undefined;
  do {
    const page = await read(nextToken);
    items.push(...page.items);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return items;
}

function date(value: Date | undefined): string {
  return value === undefined ? "" : dateAndTime(value);
}
