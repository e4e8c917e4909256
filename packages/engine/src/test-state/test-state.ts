import { isObject, type JsonObject, numberOf, parseJson, type State } from "@pawl/asl";
import type { Home } from "../arn.js";
import type { Clock } from "../clock.js";
import type { EvaluateExpression } from "../runtime/evaluation-threads.js";
import type { HttpInspector, TaskHandler } from "../tasks/task-handler.js";
import { isTooLarge, printOutput, tooLarge } from "../transition/data-limit.js";
import {
  backoff,
  errorOutput,
  matchingCatcher,
  matchingRetrier,
  type StateFailure,
} from "../transition/state-failure.js";
import { Calls } from "./calls.js";
import { checkMembers, checkSubject, refusal } from "./checks.js";
import { contextOf } from "./context.js";
import { failureOf, StateFailed } from "./failure.js";
import { Inspection } from "./inspection.js";
import { type Mock, readMock } from "./mock.js";
import type { TestStateRequest, TestStateResult } from "./request.js";
import { type Run, runState, type StateExit } from "./run-state.js";
import { Stages } from "./stages.js";
import { type Subject, subjectOf } from "./subject.js";

/** What tests share with executions. */
export interface TestStateOptions {
  readonly home: Home;
  readonly clock: Clock;
  readonly random: () => number;
  readonly runTask: TaskHandler;
  readonly evaluate: EvaluateExpression;
}

/**
 * Runs one state as an execution would, with what the request gives it, and tells what became of it. Nothing is kept.
 * @param signal aborted when nobody waits for the result any more
 * @throws ServiceError InvalidDefinition, ValidationException
 */
export async function testState(
  options: TestStateOptions,
  request: TestStateRequest,
  signal: AbortSignal,
): Promise<TestStateResult> {
  checkMembers(request);
  const subject = subjectOf(request);
  checkSubject(request, subject);
  const mock = request.mock && readMock(request.mock, subject.state);
  return new StateTest(options, request, subject, mock, signal).result();
}

class StateTest {
  readonly #state: State;
  readonly #request: TestStateRequest;
  readonly #random: () => number;
  readonly #inspection: Inspection;
  readonly #run: Run;
  /** Texts of values that may pass as they are. */
  readonly #texts: Map<unknown, string>;
  readonly #inputText: string;
  /** As the context object tells it. */
  readonly #retryCount: number;
  #variables: JsonObject;

  constructor(
    { home, clock, random, runTask, evaluate }: TestStateOptions,
    request: TestStateRequest,
    subject: Subject,
    mock: Mock | undefined,
    signal: AbortSignal,
  ) {
    this.#state = subject.state;
    this.#request = request;
    this.#random = random;
    this.#inputText = request.input ?? "{}";
    const input = parseJson(this.#inputText);
    this.#texts = new Map<unknown, string>([[input, this.#inputText]]);
    if (mock?.kind === "result") this.#texts.set(mock.value, mock.text);
    this.#variables = readVariables(request.variables ?? "{}");
    const now = clock.now();
    const context = contextOf(request, subject, { home, now, input });
    this.#inspection = new Inspection(subject.state);
    const view = { input, variables: this.#variables, context, now, random };
    const { Id, Name } = context.Execution as { Id?: string; Name?: string };
    this.#retryCount = numberOf((context.State as JsonObject).RetryCount) ?? 0;
    this.#run = {
      stages: new Stages(view, this.#inspection, evaluate),
      inspection: this.#inspection,
      calls: new Calls({
        clock,
        runTask,
        startDate: now,
        signal,
        execution: { arn: Id ?? "", name: Name ?? "", region: home.region, traceHeader: undefined },
        http: this.#httpInspector(),
      }),
      mock,
      configuration: request.stateConfiguration ?? {},
    };
  }

  async result(): Promise<TestStateResult> {
    try {
      const exit = await runState(this.#state, this.#run);
      return this.#exited("SUCCEEDED", exit, {});
    } catch (error) {
      return this.#failed(failureOf(error));
    }
  }

  /** @throws StateFailed where the output is too large */
  #exited(
    status: "SUCCEEDED" | "CAUGHT_ERROR",
    { output, assigned, next }: StateExit,
    failure: Pick<TestStateResult, "error" | "cause">,
  ): TestStateResult {
    const text = this.#texts.get(output) ?? printOutput(output);
    if (text === undefined || isTooLarge(text))
      throw new StateFailed({ ...tooLarge(this.#state.name), catchable: true });
    this.#variables = { ...this.#variables, ...assigned };
    return this.#inspected({
      status,
      output: text,
      ...failure,
      ...(next === undefined ? {} : { nextState: next }),
    });
  }

  async #failed(failure: StateFailure): Promise<TestStateResult> {
    const state = this.#state;
    const names = namesOf(failure);
    if (state.type !== "Task" && state.type !== "Parallel" && state.type !== "Map") {
      return this.#inspected({ status: "FAILED", ...names });
    }
    const retrier = matchingRetrier(state.retry, failure);
    if (retrier !== undefined) {
      const attempts = this.#request.stateConfiguration?.retrierRetryCount ?? this.#retryCount;
      const delay = backoff(retrier, attempts, this.#random);
      this.#inspection.errorDetails({
        retryIndex: state.retry.indexOf(retrier),
        ...(delay === undefined ? {} : { retryBackoffIntervalSeconds: Math.floor(delay / 1000) }),
      });
      if (delay !== undefined) return this.#inspected({ status: "RETRIABLE", ...names });
    }
    const catcher = matchingCatcher(state.catch, failure);
    if (catcher === undefined) return this.#inspected({ status: "FAILED", ...names });
    this.#inspection.errorDetails({ catchIndex: state.catch.indexOf(catcher) });
    try {
      const exit = await this.#run.stages.runUntold((scope) => catcher.exit(scope, errorOutput(failure)));
      return this.#exited("CAUGHT_ERROR", { ...exit, next: catcher.next }, names);
    } catch (error) {
      return this.#inspected({ status: "FAILED", ...namesOf(failureOf(error)) });
    }
  }

  #inspected(result: TestStateResult): TestStateResult {
    if ((this.#request.inspectionLevel ?? "INFO") === "INFO") return result;
    return { ...result, inspectionData: this.#inspection.data(this.#inputText, this.#variables) };
  }

  /** Only TRACE shows what an HTTP Task sends and gets. */
  #httpInspector(): HttpInspector | undefined {
    const { inspectionLevel, revealSecrets = false } = this.#request;
    if (inspectionLevel !== "TRACE") return undefined;
    return { revealSecrets, exchanged: (request, response) => this.#inspection.http(request, response) };
  }
}

function namesOf({ error, cause }: StateFailure): Pick<TestStateResult, "error" | "cause"> {
  return { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
}

function readVariables(text: string): JsonObject {
  try {
    const variables = parseJson(text);
    if (isObject(variables)) return variables;
  } catch {
    // Said below.
  }
  throw refusal("Variables must be a JSON object");
}
