import type { JsonObject } from "@pawl/asl";
import { activityArn, type Home, homePrefix } from "../arn.js";
import type { Clock } from "../clock.js";
import type { Activities, ActivityDescription, Page, PageRequest, Tag } from "../engine.js";
import type { ActivityQueues, ActivityTask } from "../runtime/activity-queues.js";
import type { Runtime } from "../runtime/runtime.js";
import { ServiceError } from "../service-error.js";
import type { ActivityRow, Store } from "../store/store.js";
import { type ExecutionEvent, parseTaskToken, type TaskToken } from "../transition/event.js";
import type { PageTokens } from "./page-token.js";
import { printSettings, readSettings } from "./settings.js";
import type { Turns } from "./turns.js";

/** Activities, their workers, and the holders of task tokens. */
export class ActivityRegistry implements Activities {
  readonly #store: Store;
  readonly #runtime: Runtime;
  readonly #queues: ActivityQueues;
  readonly #clock: Clock;
  readonly #home: Home;
  /** Of the ARNs of this home. */
  readonly #prefix: string;
  readonly #turns: Turns;
  readonly #tokens: PageTokens;
  readonly #known: Set<string>;

  /**
   * @param store as this home sees it
   * @param known ARNs of all activities of all homes: a transition asks whether one exists
   */
  constructor(
    store: Store,
    runtime: Runtime,
    queues: ActivityQueues,
    clock: Clock,
    home: Home,
    turns: Turns,
    known: Set<string>,
    tokens: PageTokens,
  ) {
    this.#tokens = tokens;
    this.#known = known;
    this.#store = store;
    this.#runtime = runtime;
    this.#queues = queues;
    this.#clock = clock;
    this.#home = home;
    this.#prefix = homePrefix(home);
    this.#turns = turns;
  }

  #exists(arn: string): boolean {
    return this.#known.has(arn) && arn.startsWith(this.#prefix);
  }

  create(request: {
    readonly name: string;
    readonly tags: readonly Tag[];
    readonly encryptionConfiguration?: JsonObject;
  }): Promise<{ activityArn: string; creationDate: number }> {
    return this.#turns.take(async () => {
      const { name, ...settings } = request;
      const arn = activityArn(this.#home, name);
      const existing = await this.#store.activity(arn);
      if (existing !== undefined) return { activityArn: arn, creationDate: existing.creationDate };
      const creationDate = this.#clock.now();
      await this.#runtime.commit({ activities: [{ arn, name, creationDate, settings: printSettings(settings) }] });
      this.#known.add(arn);
      return { activityArn: arn, creationDate };
    });
  }

  async describe(arn: string): Promise<ActivityDescription> {
    const row = await this.#store.activity(arn);
    if (row === undefined) throw doesNotExist(arn);
    return describe(row);
  }

  delete(arn: string): Promise<void> {
    return this.#turns.take(async () => {
      if (!this.#exists(arn)) return;
      await this.#runtime.commit({ deletedActivities: [arn] });
      this.#known.delete(arn);
    });
  }

  // As state machines are.
  list(request: PageRequest): Promise<Page<ActivityDescription>> {
    return this.#tokens.pageByArn(
      "activities",
      request,
      (limit, after) => this.#store.listActivities(limit, after),
      describe,
    );
  }

  async task(
    { activityArn: arn, workerName }: { readonly activityArn: string; readonly workerName?: string },
    signal: AbortSignal,
  ): Promise<ActivityTask | undefined> {
    if (!this.#exists(arn)) throw doesNotExist(arn);
    return this.#queues.poll(arn, workerName, signal);
  }

  succeed({ taskToken, output }: { readonly taskToken: string; readonly output: string }): Promise<void> {
    return this.#report(taskToken, (token) => ({ kind: "taskSucceeded", token, output }));
  }

  fail(request: { readonly taskToken: string; readonly error?: string; readonly cause?: string }): Promise<void> {
    const { error, cause } = request;
    return this.#report(request.taskToken, (token) => ({ kind: "taskFailed", token, error, cause }));
  }

  heartbeat({ taskToken }: { readonly taskToken: string }): Promise<void> {
    return this.#report(taskToken, (token) => ({ kind: "heartbeat", token }));
  }

  async #report(text: string, eventOf: (token: TaskToken) => ExecutionEvent): Promise<void> {
    const token = parseTaskToken(text);
    if (token === undefined) throw new ServiceError("InvalidToken", "Invalid Token: 'Invalid token'");
    const change = await this.#runtime.post(token.executionId, eventOf(token), this.#prefix);
    if (change?.accepted) return;
    if (change === undefined && (await this.#store.executionById(token.executionId)) === undefined) {
      throw new ServiceError("TaskDoesNotExist", `Task Does Not Exist: '${text}'`);
    }
    throw new ServiceError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'");
  }
}

/** ARNs of all activities of the store. */
export async function activityArns(store: Store): Promise<Set<string>> {
  const arns = new Set<string>();
  let after: string | undefined;
  do {
    const rows: ActivityRow[] = await store.listActivities(1000, after);
    for (const { arn } of rows) arns.add(arn);
    after = rows.at(-1)?.arn;
  } while (after !== undefined);
  return arns;
}

function describe({ arn, name, creationDate, settings }: ActivityRow): ActivityDescription {
  const { encryptionConfiguration } = readSettings(settings);
  return {
    activityArn: arn,
    name,
    creationDate,
    ...(encryptionConfiguration === undefined ? {} : { encryptionConfiguration }),
  };
}

const doesNotExist = (arn: string): ServiceError =>
  new ServiceError("ActivityDoesNotExist", `Activity Does Not Exist: '${arn}'`);
