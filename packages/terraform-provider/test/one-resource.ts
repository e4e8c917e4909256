import * as sdk from "@aws-sdk/client-sfn";
import { onTestFinished } from "vitest";
import type { Diagnostic } from "../src/diagnostic.js";
import type { Context, Plan, Resource } from "../src/kinds.js";
import type { Block } from "../src/schema.js";
import { type Fields, isWhollyKnown, UNKNOWN, type Value } from "../src/value.js";

// The SDK's word about coming Node versions belongs to no test.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

export const roleArn = "arn:aws:iam::123456789012:role/runner";

/** What the provider's configuration comes to for a server of Step Functions. */
export function contextOf(endpoint: string, given: Partial<Context> = {}): Context {
  return {
    client: async (region = "us-east-1") => {
      const client = new sdk.SFNClient({
        endpoint,
        region,
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
        maxAttempts: 1,
      });
      onTestFinished(() => client.destroy());
      return client;
    },
    sdk: async () => sdk,
    region: async () => "us-east-1",
    endpoint,
    defaultTags: {},
    ignoreTags: { keys: [], keyPrefixes: [] },
    signal: new AbortController().signal,
    ...given,
  };
}

/** One resource under Terraform's hands: its configuration comes with each call, its state is kept. */
export class OneResource {
  readonly #resource: Resource;
  readonly #context: Context;
  state: Fields | null = null;

  constructor(resource: Resource, context: Context) {
    this.#resource = resource;
    this.#context = context;
  }

  async validate(configured: Fields): Promise<readonly Diagnostic[]> {
    return (await this.#resource.validate?.(this.#complete(configured))) ?? [];
  }

  async plan(configured: Fields, prior: Fields | null = this.state): Promise<Plan> {
    const config = this.#complete(configured);
    const proposed = proposal(this.#resource.schema, prior, config);
    const plan = await this.#resource.plan?.({ prior, proposed, config, context: this.#context });
    return plan ?? { planned: proposed };
  }

  /** The names of what the plan changes: none for a plan without changes. */
  async changes(configured: Fields): Promise<readonly string[]> {
    const prior = this.state ?? {};
    const { planned } = await this.plan(configured);
    return Object.keys(planned).filter((name) => show(planned[name]) !== show(prior[name]));
  }

  /** Plans and applies; a plan that was known must come true. */
  async apply(configured: Fields): Promise<Fields> {
    const config = this.#complete(configured);
    const { planned } = await this.plan(configured);
    const request = { planned, config, context: this.#context };
    const state =
      this.state === null
        ? await this.#resource.create(request)
        : await this.#resource.update({ ...request, prior: this.state });
    for (const [name, value] of Object.entries(planned)) {
      if (isWhollyKnown(value) && show(value) !== show(state[name])) {
        throw new Error(`${name} was planned as ${show(value)} and became ${show(state[name])}`);
      }
    }
    if (!Object.values(state).every(isWhollyKnown)) throw new Error(`not all is known of ${show(state)}`);
    this.state = state;
    return state;
  }

  async refresh(): Promise<Fields | null> {
    if (this.state === null) throw new Error("there is nothing to refresh");
    this.state = await this.#resource.read({ state: this.state, context: this.#context });
    return this.state;
  }

  async import(id: string): Promise<Fields | null> {
    const [state = null] = await this.#resource.import({ id, context: this.#context });
    this.state = state;
    return this.refresh();
  }

  async destroy(): Promise<void> {
    if (this.state === null) throw new Error("there is nothing to destroy");
    await this.#resource.delete({ state: this.state, context: this.#context });
    this.state = null;
  }

  #complete(configured: Fields): Fields {
    const { attributes, blocks = {} } = this.#resource.schema;
    const unset = [
      ...Object.keys(attributes).map((name): [string, Value] => [name, null]),
      ...Object.entries(blocks).map(([name, { nesting }]): [string, Value] => [name, nesting === "single" ? null : []]),
    ];
    return { ...Object.fromEntries(unset), ...configured };
  }
}

/** A block of a configuration, with null for the attributes that it leaves out. */
export function block(resource: Resource, name: string, fields: Fields): Fields {
  const { attributes = {} } = resource.schema.blocks?.[name] ?? {};
  return { ...Object.fromEntries(Object.keys(attributes).map((attribute) => [attribute, null])), ...fields };
}

/** What Terraform and the framework propose. */
function proposal({ attributes, blocks = {} }: Block, prior: Fields | null, config: Fields): Fields {
  return Object.fromEntries([
    ...Object.entries(attributes).map(([name, attribute]): [string, Value] => {
      const configured = config[name] ?? null;
      if (configured !== null) return [name, configured];
      if (attribute.default !== undefined) return [name, attribute.default];
      if (attribute.computed !== true) return [name, null];
      return [name, prior === null ? UNKNOWN : (prior[name] ?? null)];
    }),
    ...Object.keys(blocks).map((name): [string, Value] => [name, config[name] ?? null]),
  ]);
}

function show(value: Value | undefined): string {
  return JSON.stringify(value ?? null, (_, item: unknown) => (item === UNKNOWN ? "unknown" : item));
}
