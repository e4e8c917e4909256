/**
 * History events as GetExecutionHistory reports them
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html). Which events an execution writes, and
 * which event each follows, is the transition's; how one looks is decided here.
 */
export interface HistoryEvent {
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly type: string;
  readonly id: number;
  readonly previousEventId: number;
  /** The member that holds the details, named after the event's family, such as `stateEnteredEventDetails`. */
  readonly detailsKey: string | undefined;
  readonly details: object | undefined;
}

/** The history holds at most this many events: the last one is then ExecutionFailed. */
export const MAX_HISTORY_EVENTS = 25_000;

/** Of a payload that the event holds whole. */
export const NOT_TRUNCATED = { truncated: false } as const;

/** Details of the events, by family. Payloads are JSON texts. */
export const details = {
  executionStarted: ({ inputText, roleArn, stateMachineAliasArn, stateMachineVersionArn }: StartedExecution) => ({
    input: inputText,
    inputDetails: NOT_TRUNCATED,
    roleArn,
    stateMachineAliasArn,
    stateMachineVersionArn,
  }),
  executionSucceeded: (output: string) => ({ output, outputDetails: NOT_TRUNCATED }),
  stateEntered: (name: string, input: string) => ({ name, input, inputDetails: NOT_TRUNCATED }),
  stateExited: (name: string, output: string, assigned: Readonly<Record<string, string>> | undefined) =>
    assigned === undefined
      ? { name, output, outputDetails: NOT_TRUNCATED }
      : {
          name,
          output,
          outputDetails: NOT_TRUNCATED,
          assignedVariables: assigned,
          assignedVariablesDetails: NOT_TRUNCATED,
        },
  /** ExecutionFailed, ExecutionAborted, ActivityFailed, LambdaFunctionFailed: members that are not known are absent. */
  failure: (error: string | undefined, cause: string | undefined) => ({
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  }),
  /** `location` is the field, where the service names one: `Output/total`. */
  evaluationFailed: (state: string, error: string, cause: string, location: string | undefined) => ({
    error,
    cause,
    ...(location === undefined ? {} : { location }),
    state,
  }),
  /** LambdaFunctionScheduled and ActivityScheduled. */
  scheduled: (resource: string, input: string, limits: TaskLimits) => ({
    resource,
    input,
    inputDetails: NOT_TRUNCATED,
    ...limits,
  }),
  taskScheduled: (resource: TaskResource, region: string, parameters: string, limits: TaskLimits) => ({
    ...resource,
    region,
    parameters,
    ...limits,
  }),
  output: (output: string) => ({ output, outputDetails: NOT_TRUNCATED }),
} as const;

/** What ExecutionStarted tells of an execution. */
interface StartedExecution {
  /** JSON text. */
  readonly inputText: string;
  readonly roleArn: string;
  readonly stateMachineAliasArn: string | undefined;
  readonly stateMachineVersionArn: string | undefined;
}

/** How the events of a service integration name it: `{ resourceType: "lambda", resource: "invoke" }`. */
export interface TaskResource {
  readonly resourceType: string;
  readonly resource: string;
}

export interface TaskLimits {
  readonly timeoutInSeconds?: number;
  readonly heartbeatInSeconds?: number;
  readonly taskCredentials?: { readonly roleArn?: string };
}
