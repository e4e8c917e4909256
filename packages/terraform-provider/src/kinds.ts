import type { SFNClient } from "@aws-sdk/client-sfn";
import { type Diagnostic, DiagnosticError, type Path } from "./diagnostic.js";
import type { Block } from "./schema.js";
import type { Fields } from "./value.js";

/**
 * What a provider is made of. The functions get and give plain data; an error that they throw becomes diagnostics: a
 * {@link DiagnosticError} those that it holds, an error of the AWS SDK one that says what to do, any other one with its message.
 */

/** What the provider's configuration has come to. */
export interface Context {
  /**
   * The client of a region, the configured one where it is left out. Loads the SDK when it is first called.
   * @throws DiagnosticError where the configuration is not known yet, or names no region
   */
  client(region?: string): Promise<SFNClient>;
  /** The SDK with its commands, loaded when this is first called: import only types from `@aws-sdk/client-sfn`. */
  sdk(): Promise<typeof import("@aws-sdk/client-sfn")>;
  /** @throws DiagnosticError as {@link client} does */
  region(): Promise<string>;
  /** Where requests go where that is not AWS. */
  readonly endpoint: string | undefined;
  readonly defaultTags: Readonly<Record<string, string>>;
  /** Tags that others set: they are neither shown nor changed. */
  readonly ignoreTags: { readonly keys: readonly string[]; readonly keyPrefixes: readonly string[] };
  /** Aborted when Terraform stops the provider (Ctrl-C) or goes away: end waiting, but finish what was begun and is short. */
  readonly signal: AbortSignal;
}

export interface Resource {
  readonly schema: Block & { readonly version: number };
  /**
   * Plans and new states go to Terraform with `legacy_type_system` set: where they do not match the configuration, it writes a line
   * to its log and does not refuse them. For resources whose states have to be those of a provider that was made with Terraform's
   * older SDK: blocks are filled in that the configuration leaves out, and `""` stands for null.
   */
  readonly legacyTypeSystem?: true;
  /**
   * The attribute that names one such resource among all others for good, and that `import` takes as an id. Terraform from 1.12 on keeps
   * it beside the state, as the resource's identity, and imports by it.
   */
  readonly identity?: string;
  /** Looks at a configuration, which may hold unknown values, before any plan. */
  validate?(config: Fields): readonly Diagnostic[] | Promise<readonly Diagnostic[]>;
  /**
   * Refines a plan to create or update; destroying needs none. `proposed` is what Terraform and the framework make of it: the
   * configuration's values; where it has none, the default, else for computed attributes the prior value, else (creating)
   * UNKNOWN. What the configuration sets must stay as it is.
   */
  plan?(request: {
    readonly prior: Fields | null;
    readonly proposed: Fields;
    readonly config: Fields;
    readonly context: Context;
  }): Plan | Promise<Plan>;
  /** Gives the new state: `planned` with every unknown value filled in. @throws PartialStateError */
  create(request: { readonly planned: Fields; readonly config: Fields; readonly context: Context }): Promise<Fields>;
  /** Gives the state as it is now, null where the resource is gone. */
  read(request: { readonly state: Fields; readonly context: Context }): Promise<Fields | null>;
  /** As {@link create}. */
  update(request: {
    readonly prior: Fields;
    readonly planned: Fields;
    readonly config: Fields;
    readonly context: Context;
  }): Promise<Fields>;
  /** Deletes it; one that is gone already is deleted. */
  delete(request: { readonly state: Fields; readonly context: Context }): Promise<void>;
  /** Gives what can be known of it by its id; Terraform reads it next. */
  import(request: { readonly id: string; readonly context: Context }): Promise<readonly Fields[]>;
  /**
   * Brings a state of an earlier schema version to this one's form. The framework drops attributes that the schema does not
   * have, and sets those to null that the state does not have, before (where this is left out) or after.
   */
  upgrade?(state: Fields, version: number): Fields;
}

export interface Plan {
  readonly planned: Fields;
  /** Besides the attributes whose schema says so. */
  readonly requiresReplace?: readonly Path[];
  readonly diagnostics?: readonly Diagnostic[];
}

export interface DataSource {
  readonly schema: Block;
  validate?(config: Fields): readonly Diagnostic[] | Promise<readonly Diagnostic[]>;
  /** Gives the configuration with every computed attribute filled in. */
  read(request: { readonly config: Fields; readonly context: Context }): Promise<Fields>;
}

export interface Action {
  readonly schema: Block;
  /** Looks at a configuration, which may hold unknown values, before any plan. */
  validate?(config: Fields): readonly Diagnostic[] | Promise<readonly Diagnostic[]>;
  /** Looks at it again in a plan that will invoke the action. */
  plan?(request: { readonly config: Fields; readonly context: Context }): Promise<readonly Diagnostic[]>;
  /** Does it. `progress` shows a message at once; diagnostics come last, without an error it was done. */
  invoke(request: {
    readonly config: Fields;
    readonly context: Context;
    progress(message: string): void;
  }): Promise<readonly Diagnostic[]>;
}

/**
 * Thrown by a create that was done in part, or an update: Terraform keeps `state` (of a create as tainted) and shows the
 * diagnostics. Unknown values in it become null.
 */
export class PartialStateError extends DiagnosticError {
  override readonly name = "PartialStateError";
  readonly state: Fields;

  constructor(state: Fields, ...diagnostics: readonly Diagnostic[]) {
    super(...diagnostics);
    this.state = state;
  }
}
