import { compile } from "@pawl/asl";
import type { Branch, Execution } from "../src/execution.js";
import type { HistoryEvent } from "../src/history/history-event.js";
import type { Effect } from "../src/transition/effect.js";
import type { ExecutionEvent } from "../src/transition/event.js";
import { type Change, transition } from "../src/transition/transition.js";

/** One execution carried by hand: events in, history and effects out, on a clock that only the test turns. */
export class Carried {
  readonly execution: Execution;
  readonly history: HistoryEvent[] = [];
  readonly effects: Effect[] = [];
  readonly activities = new Set<string>();
  now = Date.UTC(2026, 0, 1);
  random = 0.5;
  #uuids = 0;
  readonly #program;

  constructor(definition: object, input: unknown = {}) {
    const { program, diagnostics } = compile(JSON.stringify(definition));
    if (program === undefined) throw new Error(JSON.stringify(diagnostics));
    this.#program = program;
    this.execution = {
      id: 1,
      arn: "arn:aws:states:us-east-1:123456789012:execution:machine:name",
      name: "name",
      type: "STANDARD",
      stateMachineArn: "arn:aws:states:us-east-1:123456789012:stateMachine:machine",
      stateMachineName: "machine",
      stateMachineVersionArn: undefined,
      stateMachineAliasArn: undefined,
      roleArn: "arn:aws:iam::123456789012:role/role",
      region: "us-east-1",
      startDate: this.now,
      startAt: program.startAt,
      input: JSON.parse(JSON.stringify(input)),
      inputText: JSON.stringify(input),
      traceHeader: undefined,
      redriveCount: 0,
      redriveDate: undefined,
      deadline: program.timeoutSeconds === undefined ? undefined : this.now + program.timeoutSeconds * 1000,
      status: "RUNNING",
      stopDate: undefined,
      output: undefined,
      error: undefined,
      cause: undefined,
      lastEventId: 0,
      branches: new Map(),
      nextBranchId: 0,
    };
  }

  give(event: ExecutionEvent): Change {
    const change = transition(this.#program, this.execution, event, {
      now: this.now,
      random: () => this.random,
      uuid: () => `00000000-0000-4000-8000-${String(++this.#uuids).padStart(12, "0")}`,
      isMocked: () => false,
      activityExists: (arn) => this.activities.has(arn),
    });
    this.history.push(...change.events);
    this.effects.push(...change.effects);
    for (const branch of change.changed) branch.stored = true;
    return change;
  }

  start(): this {
    this.give({ kind: "started" });
    return this;
  }

  /** Turns the clock to where the branch is due, and says so. */
  wake(branch: Branch = this.branch()): Change {
    const { waiting } = branch;
    if (waiting.kind === "time" || waiting.kind === "retry") this.now = Math.max(this.now, waiting.until);
    return this.give({ kind: "due", branchId: branch.id });
  }

  /** The branch that stands in this state, or the only one. */
  branch(state?: string): Branch {
    const branches = [...this.execution.branches.values()];
    const found = state === undefined ? branches[0] : branches.find((branch) => branch.state === state);
    if (found === undefined) throw new Error(`no branch in ${state ?? "any state"}`);
    return found;
  }

  /** `"2 <- 0 PassStateEntered"`, an event a line. */
  get lines(): string[] {
    return this.history.map(({ id, previousEventId, type }) => `${id} <- ${previousEventId} ${type}`);
  }

  /** Details of the last event of this type. */
  details(type: string): Record<string, unknown> {
    const event = this.history.findLast((candidate) => candidate.type === type);
    return { ...event?.details };
  }

  /** The call that a task wants to have made. */
  get call() {
    const effect = this.effects.findLast(({ kind }) => kind === "invoke");
    if (effect?.kind !== "invoke") throw new Error("no call was asked for");
    return effect;
  }
}
