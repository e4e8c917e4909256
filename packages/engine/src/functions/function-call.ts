/** One call of the Invoke API (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html). */
export interface FunctionCall {
  /** Name, partial ARN or ARN, with or without a qualifier, as the caller wrote it. */
  readonly functionName: string;
  readonly qualifier?: string | undefined;
  /** Default: RequestResponse. */
  readonly invocationType?: string | undefined;
  /** `Tail` asks for the end of the invocation's log. */
  readonly logType?: string | undefined;
  /** Base64 of JSON. */
  readonly clientContext?: string | undefined;
  /** JSON text. */
  readonly payload: string;
  readonly traceHeader: string | undefined;
  /** A role to be assumed, where AWS itself is called. */
  readonly roleArn?: string | undefined;
  /** The execution that calls: its region and account are those of names that have none. */
  readonly executionArn: string;
}

export interface FunctionAnswer {
  readonly status: number;
  /** As a result shows them. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text; empty where there is none. */
  readonly payload: string;
  readonly requestId: string;
  readonly executedVersion?: string | undefined;
  /** Base64 of the end of the log. */
  readonly logResult?: string | undefined;
  /** True where the function failed: then the payload says how. */
  readonly isFailure: boolean;
}

/** Whatever runs functions: processes of Pawl, an endpoint, AWS. */
export interface FunctionTarget {
  /** @throws TaskError where the call is refused or cannot be made; a function that fails is an answer */
  invoke(call: FunctionCall, signal: AbortSignal): Promise<FunctionAnswer>;
  /** Ends what it holds; calls that are under way fail. */
  close?(): Promise<void>;
}
