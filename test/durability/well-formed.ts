/** An event as GetExecutionHistory gives it. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  readonly timestamp: number;
  readonly stateEnteredEventDetails?: { readonly name: string };
  readonly stateExitedEventDetails?: { readonly name: string };
  readonly mapIterationStartedEventDetails?: { readonly name: string; readonly index: number };
  readonly executionSucceededEventDetails?: { readonly output: string };
}

export interface Description {
  readonly status: string;
  readonly output?: string;
}

const ENDS: Readonly<Record<string, string>> = {
  ExecutionSucceeded: "SUCCEEDED",
  ExecutionFailed: "FAILED",
  ExecutionTimedOut: "TIMED_OUT",
  ExecutionAborted: "ABORTED",
};

/** Events that end one attempt of a task: each attempt has one at most. */
const TASK_ENDS = /^(?:LambdaFunction|Activity|Task)(?:Succeeded|Failed|TimedOut)$/;

/** What is wrong with the history of an execution that has ended; nothing where it is well-formed. */
export function faultsOf(history: readonly HistoryEvent[], { status, output }: Description): string[] {
  const faults: string[] = [];
  const byId = new Map(history.map((event) => [event.id, event]));
  /** The nearest event of that kind on the way back from this one to the start of its branch. */
  const before = (event: HistoryEvent, isIt: (candidate: HistoryEvent) => boolean): HistoryEvent | undefined => {
    for (let id = event.previousEventId, from = event.id; id < from; ) {
      const candidate = byId.get(id);
      if (candidate === undefined || isIt(candidate)) return candidate;
      [id, from] = [candidate.previousEventId, candidate.id];
    }
    return undefined;
  };
  const say = (event: HistoryEvent | undefined, what: string): void => {
    faults.push(`${event?.id} ${event?.type}: ${what}`);
  };

  if (history[0]?.type !== "ExecutionStarted") say(history[0], "is not the start");
  history.forEach((event, index) => {
    if (event.id !== index + 1) say(event, `stands at place ${index + 1}`);
    if (event.previousEventId >= event.id || event.previousEventId < 0) say(event, `follows ${event.previousEventId}`);
    if (event.timestamp < (history[index - 1]?.timestamp ?? 0)) say(event, "is earlier than the event before");
    if (event.type in ENDS && index !== history.length - 1) say(event, "ends what goes on");
    if (event.type === "ExecutionStarted" && index !== 0) say(event, "starts again");
  });
  const last = history.at(-1);
  if (ENDS[last?.type ?? ""] !== status) say(last, `is the last event of an execution that is ${status}`);
  if (status === "SUCCEEDED" && last?.executionSucceededEventDetails?.output !== output)
    say(last, "has another output");

  const entered = new Map<string, number>();
  const exited = new Map<string, number>();
  const count = (counts: Map<string, number>, name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  const taskEnds = new Map<number, HistoryEvent>();
  const iterations = new Set<string>();
  for (const event of history) {
    const enteredName = event.stateEnteredEventDetails?.name;
    if (enteredName !== undefined) count(entered, enteredName);
    const exitedName = event.stateExitedEventDetails?.name;
    if (exitedName !== undefined) {
      count(exited, exitedName);
      const start = before(event, (candidate) => candidate.stateEnteredEventDetails?.name === exitedName);
      if (start === undefined) say(event, `'${exitedName}' was not entered in this branch`);
    }
    if (TASK_ENDS.test(event.type)) {
      const other = taskEnds.get(event.previousEventId);
      if (other !== undefined) say(event, `ends the attempt that event ${other.id} has ended`);
      taskEnds.set(event.previousEventId, event);
    }
    if (event.type.endsWith("Started") && /^(?:LambdaFunction|Activity|Task)/.test(event.type)) {
      const scheduled = byId.get(event.previousEventId)?.type.endsWith("Scheduled");
      if (!scheduled) say(event, "starts what was not scheduled");
    }
    const iteration = event.mapIterationStartedEventDetails;
    if (iteration !== undefined) {
      const started = before(event, ({ type }) => type === "MapStateStarted");
      const key = `${started?.id}/${iteration.name}/${iteration.index}`;
      if (iterations.has(key)) say(event, `starts iteration ${iteration.index} again`);
      iterations.add(key);
    }
  }
  for (const [name, times] of exited) {
    if (times > (entered.get(name) ?? 0)) faults.push(`'${name}' was left more often than entered`);
  }
  return faults;
}
