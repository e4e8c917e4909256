import { TaskError, type TaskHandler } from "../packages/engine/src/index.js";
import { CALL_ACTION, workOn } from "./work.js";
import { LostError, type World } from "./world.js";

/**
 * Everybody outside who does the work of tasks: functions that are called, workers that poll activities, holders of task tokens.
 * Their replies come late, again, or not at all.
 */
export class Workers {
  #world: World | undefined;
  /** Answers that were acknowledged, by task token: none may be acknowledged twice. */
  readonly acknowledged = new Map<string, number>();
  /** How often each activity task was handed out, by token. */
  readonly handedOut = new Map<string, number>();
  /** Calls by the number that they were made with: what an express execution did. */
  readonly calls = new Map<number, number>();
  #isOver = false;

  /** For the engine. */
  readonly tasks: ReadonlyMap<string, TaskHandler> = new Map([
    [CALL_ACTION, (request, signal) => this.#call(request, signal)],
  ]);

  /** @param activities ARNs to poll, each by so many workers */
  begin(world: World, activities: readonly string[], each: number): void {
    this.#world = world;
    for (const activityArn of activities) {
      for (let worker = 0; worker < each; worker++) void this.#poll(world, activityArn, `worker-${worker}`);
    }
  }

  end(): void {
    this.#isOver = true;
  }

  #call: TaskHandler = async ({ parameters, taskToken, resource }, signal) => {
    const world = this.#world;
    if (world === undefined) throw new Error("there is no world yet");
    const { random, faults, schedule } = world;
    const outcome = workOn(parameters, world.isHealed);
    const { n, mayBeLost } = parameters as { readonly n: number; readonly mayBeLost?: boolean };
    this.calls.set(n, (this.calls.get(n) ?? 0) + 1);
    const pattern = resource.kind === "service" ? resource.pattern : "";
    if (taskToken !== undefined && pattern === ".waitForTaskToken") {
      void this.#answer(world, taskToken, outcome);
      await schedule.pause(random.next() * faults.networkMilliseconds);
      return JSON.stringify({ MessageId: "sent" });
    }
    if (mayBeLost === true && random.chance(faults.lostReply)) {
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
    }
    await schedule.pause(random.next() * faults.networkMilliseconds);
    if ("error" in outcome) throw new TaskError(outcome.error, outcome.cause);
    return outcome.output;
  };

  async #poll(world: World, activityArn: string, workerName: string): Promise<void> {
    const { schedule, random } = world;
    while (!this.#isOver) {
      try {
        const goneAway = new AbortController();
        const task = await world.request((engine) =>
          engine.activities.task({ activityArn, workerName }, goneAway.signal),
        );
        if (task === undefined) continue;
        const { taskToken, input } = task;
        this.handedOut.set(taskToken, (this.handedOut.get(taskToken) ?? 0) + 1);
        const { faults } = world;
        // The worker dies with its task: its timeout brings another one.
        if (random.chance(faults.lostReply)) continue;
        if (random.chance(0.2)) {
          await schedule.pause(random.next() * 20_000);
          await world.request((engine) => engine.activities.heartbeat({ taskToken })).catch(() => {});
        }
        await this.#answer(world, taskToken, workOn(JSON.parse(input), world.isHealed));
      } catch {
        await schedule.pause(500);
      }
    }
  }

  /** Tells the outcome of a task, again and again until somebody says that it was heard, or that nobody wants it any more. */
  async #answer(world: World, taskToken: string, outcome: ReturnType<typeof workOn>): Promise<void> {
    const { schedule, random } = world;
    for (;;) {
      const { faults } = world;
      await schedule.pause(random.next() * faults.networkMilliseconds);
      // The holder of the token has died: the task's timeout brings another one.
      if (random.chance(faults.lostReply)) return;
      try {
        await world.request((engine) =>
          "error" in outcome
            ? engine.activities.fail({ taskToken, ...outcome })
            : engine.activities.succeed({ taskToken, output: outcome.output }),
        );
        this.acknowledged.set(taskToken, (this.acknowledged.get(taskToken) ?? 0) + 1);
        if (!random.chance(faults.repeatedRequest)) return;
      } catch (error) {
        if (error instanceof LostError) await schedule.pause(300);
        else if (
          (error as { code?: string }).code === "TaskTimedOut" ||
          (error as { code?: string }).code === "TaskDoesNotExist"
        )
          return;
        else await schedule.pause(300);
      }
    }
  }
}
