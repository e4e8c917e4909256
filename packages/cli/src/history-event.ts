/**
 * A history event as the commands read it: the API's form
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html) with a date for its timestamp.
 */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: Date;
  readonly type: string;
  /** One member named after the event's family, such as `stateEnteredEventDetails`. */
  readonly [details: string]: unknown;
}

/** The members of an event's details that the commands show. */
export interface EventDetails {
  readonly name?: string;
  readonly index?: number;
  readonly resource?: string;
  readonly resourceType?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly input?: string;
  readonly output?: string;
  readonly length?: number;
  readonly state?: string;
  readonly location?: string;
  readonly workerName?: string;
}

/** The details of an event, whatever its family; empty where it has none. */
export function detailsOf(event: HistoryEvent): EventDetails {
  const member = Object.keys(event).find((name) => name.endsWith("EventDetails") && event[name] !== undefined);
  return member === undefined ? {} : (event[member] as EventDetails);
}
