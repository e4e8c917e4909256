import type { ExecutionRow } from "./store/store.js";

/** What is known of an execution's redrives. Times are milliseconds since the epoch. */
export interface Redrive {
  readonly count: number;
  /** Of the last one. */
  readonly date: number;
  /** The client tokens that brought one about, oldest first, each with the date of its redrive. */
  readonly tokens: readonly { readonly token: string; readonly date: number }[];
  /** Of a child execution: how often its map run had been redriven by then. */
  readonly mapRunRedrives?: number;
}

export function printRedrive(redrive: Redrive): string {
  return JSON.stringify(redrive);
}

export function readRedrive(text: string | undefined): Redrive | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Redrive);
}

/** What is known after one more redrive. */
export function nextRedrive(last: Redrive | undefined, date: number, token?: string): Redrive {
  const tokens = last?.tokens ?? [];
  return {
    count: (last?.count ?? 0) + 1,
    date,
    tokens: (token === undefined ? tokens : [...tokens, { token, date }]).slice(-MAX_TOKENS),
  };
}

/** The date of the redrive that this token brought about, for as long as it is remembered. */
export function dateOfToken(redrive: Redrive | undefined, token: string | undefined, now: number): number | undefined {
  const used = token === undefined ? undefined : redrive?.tokens.find((each) => each.token === token);
  return used !== undefined && now - used.date < TOKEN_MILLISECONDS ? used.date : undefined;
}

/**
 * Why an execution cannot be redriven now, in the service's words
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html); undefined where it can.
 * @param lastEventId of its history
 * @param isDeleted true where its state machine is deleted or being deleted
 */
export function reasonAgainstRedrive(
  { status, startDate, stopDate }: Pick<ExecutionRow, "status" | "startDate" | "stopDate">,
  lastEventId: number,
  isDeleted: boolean,
  now: number,
): string | undefined {
  if (status === "RUNNING" || status === "SUCCEEDED") return `Execution is ${status} and cannot be redriven`;
  if (isDeleted) return "State machine is in DELETING status";
  if (lastEventId >= MAX_EVENTS) return "Execution history event limit exceeded";
  if (now - startDate > MAX_OPEN_DAYS * DAY) return "Execution has exceeded the max execution time";
  if (now - (stopDate ?? now) > REDRIVABLE_MILLISECONDS) return "Execution redrivable period exceeded";
  return undefined;
}

const DAY = 86_400_000;

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
const MAX_TOKENS = 10;
const TOKEN_MILLISECONDS = 15 * 60_000;
/** How long after its end an execution can be redriven. */
export const REDRIVABLE_MILLISECONDS = 14 * DAY;
const MAX_OPEN_DAYS = 365;
/** A redrive needs room for its own event and one more. */
const MAX_EVENTS = 24_999;
