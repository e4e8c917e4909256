import type { Tag, Tags } from "../engine.js";
import type { Runtime } from "../runtime/runtime.js";
import { ServiceError } from "../service-error.js";
import type { ActivityRow, StateMachineRow, Store } from "../store/store.js";
import { printSettings, readSettings } from "./settings.js";
import type { StateMachineTable } from "./state-machine-table.js";
import type { Turns } from "./turns.js";

/** Tags of state machines and activities. */
export class TagRegistry implements Tags {
  readonly #store: Store;
  readonly #table: StateMachineTable;
  readonly #runtime: Runtime;
  readonly #turns: Turns;

  constructor(store: Store, table: StateMachineTable, runtime: Runtime, turns: Turns) {
    this.#store = store;
    this.#table = table;
    this.#runtime = runtime;
    this.#turns = turns;
  }

  async list(resourceArn: string): Promise<readonly Tag[]> {
    // A version is there and has none, although it cannot be given one.
    if ((await this.#table.version(resourceArn)) !== undefined) return [];
    return tagsOf((await this.#find(resourceArn)).row.settings);
  }

  add({ resourceArn, tags }: { readonly resourceArn: string; readonly tags: readonly Tag[] }): Promise<void> {
    return this.#change(resourceArn, (values) => {
      for (const { key, value } of tags) values.set(key, value);
      if (values.size <= MAX_TAGS) return;
      throw new ServiceError("TooManyTags", `A resource can have at most ${MAX_TAGS} tags`, {
        resourceName: resourceArn,
      });
    });
  }

  remove({
    resourceArn,
    tagKeys,
  }: {
    readonly resourceArn: string;
    readonly tagKeys: readonly string[];
  }): Promise<void> {
    return this.#change(resourceArn, (values) => {
      for (const key of tagKeys) values.delete(key);
    });
  }

  #change(resourceArn: string, change: (values: Map<string, string>) => void): Promise<void> {
    return this.#turns.take(async () => {
      const resource = await this.#find(resourceArn);
      const values = new Map(tagsOf(resource.row.settings).map(({ key, value }) => [key, value]));
      change(values);
      const tags = Array.from(values, ([key, value]) => ({ key, value }));
      const settings = printSettings({ ...readSettings(resource.row.settings), tags });
      if (resource.kind === "activity") {
        await this.#runtime.commit({ activities: [{ ...resource.row, settings }] });
      } else {
        const machine = { ...resource.row, settings };
        await this.#runtime.commit({ stateMachines: [machine] });
        this.#table.changed(machine);
      }
    });
  }

  async #find(arn: string): Promise<Resource> {
    const machine = await this.#table.find(arn);
    if (machine !== undefined) return { kind: "stateMachine", row: machine };
    const activity = await this.#store.activity(arn);
    if (activity !== undefined) return { kind: "activity", row: activity };
    throw new ServiceError("ResourceNotFound", `Resource not found: '${arn}'`);
  }
}

type Resource =
  | { readonly kind: "stateMachine"; readonly row: StateMachineRow }
  | { readonly kind: "activity"; readonly row: ActivityRow };

const tagsOf = (settings: string): readonly Tag[] => readSettings(settings).tags ?? [];

/** Tags of a resource (https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html). */
const MAX_TAGS = 50;
