import type { LogLevel } from "./log-settings.js";

/** Levels that log an event of this type (https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-log-level). */
export function isLogged(level: LogLevel, type: string): boolean {
  switch (level) {
    case "ALL":
      return true;
    case "ERROR":
      return fatal.has(type) || errors.has(type);
    case "FATAL":
      return fatal.has(type);
    case "OFF":
      return false;
  }
}

const fatal: ReadonlySet<string> = new Set(["ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut"]);

/**
 * The table of the service names no events of activities, and none for an expression that failed: they are errors like those of
 * functions and tasks.
 */
const errors: ReadonlySet<string> = new Set([
  "ActivityFailed",
  "ActivityScheduleFailed",
  "ActivityTimedOut",
  "EvaluationFailed",
  "FailStateEntered",
  "LambdaFunctionFailed",
  "LambdaFunctionScheduleFailed",
  "LambdaFunctionStartFailed",
  "LambdaFunctionTimedOut",
  "MapIterationAborted",
  "MapIterationFailed",
  "MapRunAborted",
  "MapRunFailed",
  "MapStateAborted",
  "MapStateFailed",
  "ParallelStateAborted",
  "ParallelStateFailed",
  "TaskFailed",
  "TaskStartFailed",
  "TaskStateAborted",
  "TaskSubmitFailed",
  "TaskTimedOut",
  "WaitStateAborted",
]);
