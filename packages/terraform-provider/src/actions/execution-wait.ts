import type { HistoryEvent, SFNClient } from "@aws-sdk/client-sfn";
import type { Diagnostic } from "../diagnostic.js";
import { errorDiagnostic } from "../error-diagnostic.js";
import type { Context } from "../kinds.js";
import { type Outcome, outcomeDiagnostics, span } from "./execution-outcome.js";
import { progressReader } from "./execution-progress.js";
import { Interrupted, pause } from "./interruption.js";

export interface Waiting {
  readonly client: SFNClient;
  readonly context: Context;
  readonly executionArn: string;
  /** Milliseconds: how long is waited, and how often is looked at most. */
  readonly timeout: number;
  readonly pollInterval: number;
  readonly stopOnCancel: boolean;
  readonly progress: (message: string) => void;
}

/** Milliseconds between the first looks; each time it is twice as long, up to the poll interval. */
const FIRST_PAUSE = 100;

/** Something is said at least this often, in milliseconds: Terraform itself says nothing while an action runs. */
const HEARTBEAT = 10_000;

/** How long the service may be unreachable, in milliseconds, before waiting is given up: time enough for a restart. */
const PATIENCE = 60_000;

/**
 * Waits for the end of a STANDARD execution and tells which states it enters.
 * @returns what to show in the end: nothing where it succeeded
 */
export async function waitForExecution(waiting: Waiting): Promise<readonly Diagnostic[]> {
  const { context, executionArn, timeout, progress } = waiting;
  const begun = Date.now();
  const reader = progressReader();
  let said = begun;
  const say = (message: string): void => {
    said = Date.now();
    progress(message);
  };
  const heartbeat = setInterval(() => {
    if (Date.now() - said < HEARTBEAT) return;
    const where = reader.state();
    say(`Still running after ${span(Date.now() - begun)}${where === undefined ? "" : `, in state ${where}`}`);
  }, HEARTBEAT / 10);
  try {
    const outcome = await followed(waiting, reader, say, begun + timeout);
    if (outcome === undefined) return [timedOut(executionArn, timeout)];
    if (outcome.status === "SUCCEEDED") say(`Execution succeeded after ${span(Date.now() - begun)}`);
    return outcomeDiagnostics(outcome, executionArn);
  } catch (thrown) {
    if (thrown instanceof Interrupted) return [await interrupted(waiting)];
    const { summary, detail = "", ...rest } = errorDiagnostic(thrown, context);
    return [{ ...rest, summary, detail: `${detail}\nThe execution goes on without being waited for: ${executionArn}` }];
  } finally {
    clearInterval(heartbeat);
  }
}

/** Looks until the execution has ended; undefined where the time is over before. */
async function followed(
  waiting: Waiting,
  reader: ReturnType<typeof progressReader>,
  say: (message: string) => void,
  end: number,
): Promise<Outcome | undefined> {
  const { context, pollInterval } = waiting;
  let wait = Math.min(FIRST_PAUSE, pollInterval);
  let hasHistory = true;
  let unreachableSince: number | undefined;
  for (;;) {
    let isNew = false;
    try {
      if (hasHistory) {
        const events = await newEvents(waiting, reader.last());
        isNew = events.length > 0;
        for (const message of reader.read(events)) say(message);
        const outcome = reader.outcome();
        if (outcome !== undefined) return outcome;
      } else {
        const outcome = await described(waiting);
        if (outcome !== undefined) return outcome;
      }
      unreachableSince = undefined;
    } catch (thrown) {
      if (context.signal.aborted) throw new Interrupted();
      if (hasHistory && isDenied(thrown)) {
        say("The states are not shown: the credentials lack the permission states:GetExecutionHistory");
        hasHistory = false;
        continue;
      }
      if (!passes(thrown)) throw thrown;
      if (unreachableSince === undefined) say(`The service does not answer (${(thrown as Error).name}); trying again`);
      unreachableSince ??= Date.now();
      if (Date.now() - unreachableSince > PATIENCE) throw thrown;
    }
    const left = end - Date.now();
    if (left <= 0) return undefined;
    wait = isNew ? Math.min(FIRST_PAUSE, pollInterval) : Math.min(wait * 2, pollInterval);
    await pause(Math.min(wait, left), context.signal);
  }
}

/** The events after the one with the id `last`, in order. The API has no way to ask for them, so this reads backwards from the newest. */
async function newEvents({ client, context, executionArn }: Waiting, last: number): Promise<readonly HistoryEvent[]> {
  const { GetExecutionHistoryCommand } = await context.sdk();
  const newestFirst: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new GetExecutionHistoryCommand({
        executionArn,
        reverseOrder: true,
        includeExecutionData: false,
        // The first look may have a long history to catch up with; later ones expect little.
        maxResults: last === 0 ? 1000 : 100,
        ...(nextToken === undefined ? {} : { nextToken }),
      }),
      { abortSignal: context.signal },
    );
    const events = page.events ?? [];
    const known = events.findIndex(({ id = 0 }) => id <= last);
    newestFirst.push(...(known < 0 ? events : events.slice(0, known)));
    nextToken = known < 0 ? page.nextToken : undefined;
  } while (nextToken !== undefined);
  return newestFirst.reverse();
}

async function described({ client, context, executionArn }: Waiting): Promise<Outcome | undefined> {
  const { DescribeExecutionCommand } = await context.sdk();
  const { status, error, cause } = await client.send(new DescribeExecutionCommand({ executionArn }), {
    abortSignal: context.signal,
  });
  switch (status) {
    case "SUCCEEDED":
    case "FAILED":
    case "TIMED_OUT":
    case "ABORTED":
      return { status, error, cause };
    default:
      return undefined;
  }
}

/** What goes by: the service restarts, is busy, or has not yet heard everywhere of the execution. */
function passes(thrown: unknown): boolean {
  const { name = "", code = "", $fault = "" } = thrown as { name?: string; code?: string; $fault?: string };
  return (
    /^(?:ECONN|EPIPE|ETIMEDOUT|EAI_AGAIN|EHOST|ENET)/.test(code) ||
    /Throttl|TooManyRequests|RequestLimitExceeded|Timeout|ExecutionDoesNotExist/.test(name) ||
    $fault === "server"
  );
}

function isDenied(thrown: unknown): boolean {
  return /AccessDenied|NotAuthorized/.test((thrown as Error).name);
}

function timedOut(executionArn: string, timeout: number): Diagnostic {
  return {
    severity: "error",
    summary: "Timed out while waiting for the execution",
    detail:
      `It has not ended after ${span(timeout)}, and goes on without being waited for: ${executionArn}\n` +
      "A longer time can be set with timeout.",
    path: ["timeout"],
  };
}

async function interrupted({ client, context, executionArn, stopOnCancel }: Waiting): Promise<Diagnostic> {
  const summary = "Interrupted while waiting for the execution";
  if (!stopOnCancel) {
    return { severity: "error", summary, detail: `The execution goes on: ${executionArn}` };
  }
  try {
    const { StopExecutionCommand } = await context.sdk();
    await client.send(
      new StopExecutionCommand({
        executionArn,
        error: "Terraform.Interrupted",
        cause: "Terraform was interrupted while it waited for this execution (stop_on_cancel).",
      }),
    );
    return { severity: "error", summary, detail: `The execution was stopped (stop_on_cancel): ${executionArn}` };
  } catch (thrown) {
    const why = errorDiagnostic(thrown, context);
    const detail = `The execution could not be stopped (stop_on_cancel) and goes on: ${executionArn}`;
    return { severity: "error", summary, detail: `${detail}\n${why.summary}: ${why.detail ?? ""}` };
  }
}
