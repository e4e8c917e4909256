import type { HttpRequest, HttpResponse } from "../tasks/task-handler.js";

/**
 * One state, tested by itself (https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html).
 * All texts named so are JSON.
 */
export interface TestStateRequest {
  /** A state or, where `stateName` names one in it, a whole machine. */
  readonly definition: string;
  readonly stateName?: string;
  readonly roleArn?: string;
  /** Valid JSON text; `{}` where absent. */
  readonly input?: string;
  /** JSON text: an object of the variables that the state sees. */
  readonly variables?: string;
  /** How much of the way from input to output is told; INFO, which is nothing, where absent. */
  readonly inspectionLevel?: "INFO" | "DEBUG" | "TRACE";
  /** Whether TRACE shows what a connection adds to an HTTP request. */
  readonly revealSecrets?: boolean;
  /** What stands in for the call of a Task state, the branches of a Parallel state, the iterations of a Map state. */
  readonly mock?: MockInput;
  /** JSON text: members of the context object, in place of those that a test has by itself. */
  readonly context?: string;
  readonly stateConfiguration?: TestStateConfiguration;
}

export interface MockInput {
  /** JSON text. */
  readonly result?: string;
  readonly errorOutput?: { readonly error?: string; readonly cause?: string };
  /** How far the result of a task is held against the API that would be called; STRICT where absent. */
  readonly fieldValidationMode?: "STRICT" | "PRESENT" | "NONE";
}

export interface TestStateConfiguration {
  /** Attempts that the retrier has made which the mocked error meets. */
  readonly retrierRetryCount?: number;
  /** The state in a Map or Parallel state that the mocked error comes from. */
  readonly errorCausedByState?: string;
  /** Iterations of the Map state that failed. */
  readonly mapIterationFailureCount?: number;
  /** What the ItemReader of a Map state would read, in its own format. */
  readonly mapItemReaderData?: string;
}

export interface TestStateResult {
  /** RETRIABLE: the state would be tried again. CAUGHT_ERROR: a catcher took its error. */
  readonly status: "SUCCEEDED" | "FAILED" | "RETRIABLE" | "CAUGHT_ERROR";
  /** JSON text. */
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly nextState?: string;
  readonly inspectionData?: InspectionData;
}

/** What lay between input and output. Texts are JSON. */
export interface InspectionData {
  readonly input: string;
  readonly afterInputPath?: string;
  readonly afterParameters?: string;
  readonly afterArguments?: string;
  readonly afterItemsPointer?: string;
  readonly afterItemsPath?: string;
  readonly afterItemSelector?: string;
  readonly afterItemBatcher?: string;
  readonly result?: string;
  readonly afterResultSelector?: string;
  readonly afterResultPath?: string;
  readonly variables?: string;
  readonly maxConcurrency?: number;
  readonly toleratedFailureCount?: number;
  readonly toleratedFailurePercentage?: number;
  readonly errorDetails?: ErrorDetails;
  readonly request?: HttpRequest;
  readonly response?: HttpResponse;
}

/** Which retrier and which catcher met the error, by their positions. */
export interface ErrorDetails {
  readonly retryIndex?: number;
  /** Absent where the retrier has no attempt left. */
  readonly retryBackoffIntervalSeconds?: number;
  readonly catchIndex?: number;
}
