import {
  checkDepth,
  isObject,
  type Json,
  parameterFaults,
  parseJson,
  printJson,
  type ServiceIntegration,
  StatesError,
  setMember,
  type TaskState,
} from "@pawl/asl";
import { type Branch, type Execution, ROOT, type TaskWaiting } from "../execution.js";
import { details, type TaskLimits, type TaskResource } from "../history/history-event.js";
import { rootName } from "../mocks/mocked-call.js";
import { isTooLarge, printData, tooLarge } from "./data-limit.js";
import { type Failure, printTaskToken, type TaskToken } from "./event.js";
import type { StateFailure } from "./state-failure.js";
import { recordIn, scopeOf, type Turn } from "./turn.js";

/** An activity of another account or region is none that a state machine can use. */
function isOfSameHome(activityArn: string, stateMachineArn: string): boolean {
  return stateMachineArn.startsWith(activityArn.slice(0, activityArn.indexOf(":activity:") + 1));
}

/**
 * Schedules the task of the branch's state and makes the branch wait for it.
 * @throws StatesError where the task cannot be scheduled
 */

export function startTask(turn: Turn, branch: Branch, state: TaskState): void {
  const { execution, facts } = turn;
  const { resource } = state;
  const attempt = execution.lastEventId + 1;
  const isMocked = execution.testCase !== undefined && facts.isMocked(execution, branch.state);
  const entersQueue = resource.kind === "activity" && !isMocked;
  // A job's task ends with its job, or by its token, whichever comes first (recorded).
  const hasToken = entersQueue || waitsForToken(state) || runsJob(state);
  const nonce = hasToken ? facts.uuid() : undefined;
  const taskToken = tokenOf(execution, branch, { attempt, ...(nonce === undefined ? {} : { nonce }) });
  // Activity tasks get their token from GetActivityTask, not from the context object.
  const scope = scopeOf(turn, branch, resource.kind === "service" && taskToken !== undefined ? { taskToken } : {});
  const { parameters, timeoutSeconds, heartbeatSeconds, credentials } = state.enter(scope);
  const limits: TaskLimits = {
    ...(timeoutSeconds === undefined ? {} : { timeoutInSeconds: timeoutSeconds }),
    ...(heartbeatSeconds === undefined ? {} : { heartbeatInSeconds: heartbeatSeconds }),
    ...(credentials === undefined ? {} : { taskCredentials: taskCredentials(credentials) }),
  };
  const text = printData(parameters);
  turn.characters += text.length;
  if (resource.kind === "service") checkParameters(resource, parameters, text);
  if (credentials !== undefined) checkDepth(credentials);
  const seconds = 1000;
  const waiting: TaskWaiting = {
    kind: "task",
    attempt,
    phase: entersQueue ? "queued" : "running",
    parameters,
    ...(nonce === undefined ? {} : { nonce }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(isMocked ? { mockedCall: countMockedCall(turn, branch.state) } : {}),
    ...(timeoutSeconds === undefined ? {} : { timeoutAt: facts.now + timeoutSeconds * seconds }),
    ...(heartbeatSeconds === undefined ? {} : { heartbeatSeconds }),
    // The worker of an activity owes heartbeats from when it takes the task; the others from now.
    ...(heartbeatSeconds === undefined || entersQueue ? {} : { heartbeatAt: facts.now + heartbeatSeconds * seconds }),
  };
  if (resource.kind === "activity") {
    if (!facts.activityExists(resource.arn) || !isOfSameHome(resource.arn, turn.execution.stateMachineArn)) {
      throw new StatesError("States.Runtime", `The activity ${resource.arn} does not exist.`);
    }
    recordIn(
      turn,
      branch,
      "ActivityScheduled",
      "activityScheduledEventDetails",
      details.scheduled(resource.arn, text, limits),
    );
    if (entersQueue) turn.effects.push({ kind: "queued", branchId: branch.id, activityArn: resource.arn });
    else recordIn(turn, branch, "ActivityStarted", "activityStartedEventDetails", {});
  } else {
    if (resource.kind === "lambda") {
      recordIn(
        turn,
        branch,
        "LambdaFunctionScheduled",
        "lambdaFunctionScheduledEventDetails",
        details.scheduled(resource.arn, text, limits),
      );
      recordIn(turn, branch, "LambdaFunctionStarted");
    } else {
      const named = taskResource(resource);
      recordIn(
        turn,
        branch,
        "TaskScheduled",
        "taskScheduledEventDetails",
        details.taskScheduled(named, execution.region, text, limits),
      );
      recordIn(turn, branch, "TaskStarted", "taskStartedEventDetails", named);
    }
  }
  branch.waiting = waiting;
  turn.changed.add(branch);
  const invocation = entersQueue ? undefined : invocationOf(execution, branch, state);
  if (invocation !== undefined) turn.effects.push(invocation);
}

/** @throws StatesError where the integration cannot take them */
function checkParameters({ service, action }: ServiceIntegration, parameters: Json, text: string): void {
  const faults = parameterFaults(service, action, parameters);
  if (faults.length === 0) return;
  const reason = `The Parameters '${text}' could not be used to start the Task: [${faults.join(", ")}]`;
  throw new StatesError("States.Runtime", reason);
}

/** The call that a branch waits for: made after the commit, and again by the next process where this one dies. */
export function invocationOf(execution: Execution, branch: Branch, state: TaskState) {
  const { waiting } = branch;
  if (waiting.kind !== "task" || !isCall(waiting)) return undefined;
  const { attempt, parameters = null, credentials, submitted, mockedCall: call } = waiting;
  const { testCase, stateMachineName } = execution;
  const isMocked = call !== undefined && testCase !== undefined;
  if (state.resource.kind === "activity" && !isMocked) return undefined;
  const taskToken = tokenOf(execution, branch, waiting);
  return {
    kind: "invoke",
    branchId: branch.id,
    attempt,
    resource: state.resource,
    parameters,
    ...(credentials === undefined ? {} : { credentials }),
    ...(taskToken === undefined ? {} : { taskToken }),
    ...(submitted === undefined ? {} : { submitted }),
    ...(isMocked
      ? { mocked: { stateMachineName: rootName(stateMachineName), testCase, state: branch.state, call } }
      : {}),
  } as const;
}

/** Counts the calls of a mocked state: its mock may answer each of them differently. */
function countMockedCall({ execution, changed }: Turn, state: string): number {
  const root = execution.branches.get(ROOT);
  if (root === undefined) throw new Error(`${execution.arn} has no root branch`);
  root.mockedCalls ??= {};
  const { mockedCalls } = root;
  const call = Object.hasOwn(mockedCalls, state) ? Number(mockedCalls[state]) : (execution.firstMockedCall ?? 0);
  setMember(mockedCalls, state, call + 1);
  changed.add(root);
  return call;
}

/** True where a call of this process is under way for the task. */
export function isCall({ phase }: TaskWaiting): boolean {
  return phase === "running" || phase === "following";
}

/** A branch that waits for a task. */
export type TaskBranch = Branch & { waiting: TaskWaiting };

/** True where a call is under way for the branch. */
export function hasCall(branch: Branch): branch is TaskBranch {
  return branch.waiting.kind === "task" && isCall(branch.waiting);
}

/** True where the branch waits for just this call. */
export function awaitsCall(branch: Branch | undefined, attempt: number): branch is TaskBranch {
  return branch?.waiting.kind === "task" && branch.waiting.attempt === attempt && isCall(branch.waiting);
}

/** True where the branch waits for the holder of just this token. */
export function awaitsToken(branch: Branch | undefined, token: TaskToken): branch is TaskBranch {
  return (
    branch?.waiting.kind === "task" &&
    branch.waiting.attempt === token.attempt &&
    branch.waiting.nonce === token.nonce &&
    branch.waiting.phase !== "queued"
  );
}

/** True where the branch's task stands in the queue of an activity. */
export function isQueued(branch: Branch | undefined): branch is TaskBranch {
  return branch?.waiting.kind === "task" && branch.waiting.phase === "queued";
}

export function isTimedOut(branch: Branch, now: number): branch is TaskBranch {
  const { waiting } = branch;
  return waiting.kind === "task" && ((waiting.timeoutAt ?? now + 1) <= now || (waiting.heartbeatAt ?? now + 1) <= now);
}

/** The task's result as its success event tells it, or its failure where the result is too large. */
export function taskResult(
  turn: Turn,
  branch: Branch,
  state: TaskState,
  output: string,
): { result: Json } | StateFailure {
  if (isTooLarge(output)) {
    const { resource } = state;
    const name = resource.kind === "service" ? resource.service : resource.arn;
    return taskFailure(turn, branch, state, tooLarge(name));
  }
  recordIn(turn, branch, ...outcome(state, "Succeeded", details.output(output)));
  try {
    return { result: parseJson(output) };
  } catch (error) {
    const cause = `The result of the task is not JSON: ${(error as SyntaxError).message}`;
    return { error: "States.Runtime", cause, catchable: false };
  }
}

/** The call of a `.waitForTaskToken` task returned: now only the holder of the token can end it. */
export function taskSubmitted(turn: Turn, branch: TaskBranch, state: TaskState, output: string): void {
  recordIn(turn, branch, ...outcome(state, "Submitted", details.output(output)));
  const { parameters: _sent, credentials: _used, ...waiting } = branch.waiting;
  branch.waiting = { ...waiting, phase: "submitted" };
  turn.changed.add(branch);
}

/** The call of a `.sync` task returned: the job runs, and another call waits for its end. */
export function jobStarted(turn: Turn, branch: TaskBranch, state: TaskState, output: string): void {
  recordIn(turn, branch, ...outcome(state, "Submitted", details.output(output)));
  branch.waiting = { ...branch.waiting, phase: "following", submitted: parseJson(output) };
  turn.changed.add(branch);
  const follow = invocationOf(turn.execution, branch, state);
  if (follow !== undefined) turn.effects.push(follow);
}

/** A worker took the task from the activity's queue. */
export function taskTaken(turn: Turn, branch: TaskBranch, workerName: string | undefined): void {
  const { parameters = null, ...waiting } = branch.waiting;
  recordIn(
    turn,
    branch,
    "ActivityStarted",
    "activityStartedEventDetails",
    workerName === undefined ? {} : { workerName },
  );
  branch.waiting = withHeartbeat({ ...waiting, phase: "running" }, turn.facts.now);
  turn.changed.add(branch);
  const taskToken = tokenOf(turn.execution, branch, waiting);
  if (taskToken !== undefined) turn.effects.push({ kind: "taken", taskToken, input: printJson(parameters) });
}

function tokenOf(execution: Execution, branch: Branch, { attempt, nonce }: Pick<TaskWaiting, "attempt" | "nonce">) {
  if (nonce === undefined) return undefined;
  return printTaskToken({ executionId: execution.id, branchId: branch.id, attempt, nonce });
}

/** The worker lives: its next heartbeat is due a full period from now. */
export function heartbeat(turn: Turn, branch: TaskBranch): void {
  branch.waiting = withHeartbeat(branch.waiting, turn.facts.now);
  turn.changed.add(branch);
}

function withHeartbeat(waiting: TaskWaiting, now: number): TaskWaiting {
  const { heartbeatSeconds } = waiting;
  return heartbeatSeconds === undefined ? waiting : { ...waiting, heartbeatAt: now + heartbeatSeconds * 1000 };
}

export function taskFailure(turn: Turn, branch: Branch, state: TaskState, failure: Failure): StateFailure {
  recordIn(turn, branch, ...outcome(state, "Failed", details.failure(failure.error, failure.cause)));
  return { error: failure.error, cause: failure.cause, catchable: true };
}

/** The task's time is over, or its worker's heartbeat is: the service reports both as States.Timeout. */
export function taskTimedOut(turn: Turn, branch: TaskBranch, state: TaskState): StateFailure {
  const { timeoutAt, heartbeatAt } = branch.waiting;
  const missedHeartbeat = heartbeatAt !== undefined && (timeoutAt === undefined || heartbeatAt < timeoutAt);
  recordIn(turn, branch, ...outcome(state, "TimedOut", { error: "States.Timeout" }));
  cancelCall(turn, branch);
  return {
    error: "States.Timeout",
    cause: undefined,
    catchable: true,
    ...(missedHeartbeat ? { alias: "States.HeartbeatTimeout" } : {}),
  };
}

/** Nobody waits for the branch's call any more; a job that it started is to be stopped. */
export function cancelCall({ program, execution, effects }: Turn, branch: TaskBranch): void {
  const { attempt, mockedCall } = branch.waiting;
  const state = program.states.get(branch.state);
  // A call of a branch that no commit holds has never been made.
  const hasJob = state?.type === "Task" && runsJob(state) && mockedCall === undefined && branch.stored === true;
  const job = hasJob ? invocationOf(execution, branch, state) : undefined;
  effects.push(job === undefined ? { kind: "cancel", attempt } : { kind: "cancel", attempt, job });
}

/** The event of a task's outcome, by the family of its resource. */
function outcome(state: TaskState, what: "Succeeded" | "Failed" | "TimedOut" | "Submitted", detail: object) {
  const { resource } = state;
  const named = resource.kind === "service" ? { ...taskResource(resource), ...detail } : detail;
  const family = { lambda: "LambdaFunction", activity: "Activity", service: "Task" }[resource.kind];
  const key = `${family.charAt(0).toLowerCase()}${family.slice(1)}${what}EventDetails`;
  return [`${family}${what}`, key, named] as const;
}

function taskResource({ service, action, pattern }: ServiceIntegration): TaskResource {
  return { resourceType: service, resource: `${action}${pattern}` };
}

/** True where the return of the call does not end the task: the holder of its token does. */
export function waitsForToken({ resource }: TaskState): boolean {
  return resource.kind === "service" && resource.pattern === ".waitForTaskToken";
}

/** True where the call has only begun what another call waits for the end of. */
export function isSubmission({ waiting }: TaskBranch, state: TaskState): boolean {
  const isFollowed = runsJob(state) || (waitsForToken(state) && waiting.mockedCall !== undefined);
  return isFollowed && waiting.phase === "running";
}

/** True where the task ends with the job that its call starts. */
function runsJob({ resource }: TaskState): boolean {
  return resource.kind === "service" && resource.pattern.startsWith(".sync");
}

function taskCredentials(credentials: Json): { roleArn?: string } {
  const roleArn = isObject(credentials) ? credentials.RoleArn : undefined;
  return typeof roleArn === "string" ? { roleArn } : {};
}
