/**
 * Members of an event's details that are what an execution works on, or tell of it: those that a state machine's logs and
 * GetExecutionHistory leave out where `includeExecutionData` is false. Errors and causes stay in any case, as in the service.
 */
export const EXECUTION_DATA: ReadonlySet<string> = new Set([
  "input",
  "inputDetails",
  "output",
  "outputDetails",
  "parameters",
  "assignedVariables",
  "assignedVariablesDetails",
]);
