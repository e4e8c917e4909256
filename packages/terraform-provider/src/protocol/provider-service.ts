import { type Diagnostic, DiagnosticError, error, warning } from "../diagnostic.js";
import { type Action, type Context, type DataSource, PartialStateError, type Resource } from "../kinds.js";
import type { Block } from "../schema.js";
import { type Fields, UNKNOWN, type Value } from "../value.js";
import { diagnosticMessages, pathMessage } from "./diagnostic-message.js";
import { type DynamicValue, decodeFields, encodeFields } from "./dynamic-value.js";
import type { GrpcCall, GrpcMethod } from "./grpc-server.js";
import { identityFromState, identityOf, identitySchemas, importedId } from "./identity.js";
import type { Log } from "./log.js";
import { decodeMessage, encodeMessage } from "./message-codec.js";
import type { Message, MessageName } from "./messages.js";
import { fieldsFromState } from "./raw-state.js";
import { planResource } from "./resource-plan.js";
import { schemaMessage } from "./schema-message.js";

/** A provider as plain tables, and what its configuration means. */
export interface Provider {
  readonly schema: Block;
  readonly resources: Readonly<Record<string, Resource>>;
  readonly dataSources: Readonly<Record<string, DataSource>>;
  readonly actions: Readonly<Record<string, Action>>;
  validate(config: Fields): readonly Diagnostic[];
  /** Called once, before anything that needs a context. `config` may hold unknown values in a plan. */
  configure(
    config: Fields,
    terraformVersion: string,
  ): { readonly diagnostics: readonly Diagnostic[]; readonly context: ConfiguredContext };
  /** What a person reads of an error that no code of the provider expected. */
  explain(thrown: unknown, context: ConfiguredContext | undefined): readonly Diagnostic[];
}

/** A context without what belongs to one call. */
export type ConfiguredContext = Omit<Context, "signal">;

/**
 * The methods of Terraform's plugin protocol 6, upon tables of plain functions. What a function throws is told in the answer's
 * diagnostics: a call ends with an error of gRPC only where the provider itself is wrong.
 */
export function providerMethods(provider: Provider, log: Log): ReadonlyMap<string, GrpcMethod> {
  let stop = new AbortController();
  let configured: ConfiguredContext | undefined;

  function contextOf(call: GrpcCall): Context {
    if (configured === undefined) throw new Error("Terraform has not configured the provider yet");
    return { ...configured, signal: AbortSignal.any([stop.signal, call.signal]) };
  }

  function failed(thrown: unknown): readonly Message<"Diagnostic">[] {
    if (thrown instanceof DiagnosticError) return diagnosticMessages(thrown.diagnostics);
    log("error", "A call failed", { error: thrown instanceof Error ? thrown.stack : String(thrown) });
    return diagnosticMessages(provider.explain(thrown, configured));
  }

  const methods = new Map<string, GrpcMethod>();

  /** @param instead what is answered, besides diagnostics, where `handle` throws */
  function method<Request extends MessageName, Answer extends MessageName>(
    name: string,
    [request, answer]: readonly [Request, Answer],
    handle: (request: Message<Request>, call: GrpcCall) => Message<Answer> | Promise<Message<Answer>>,
    instead: (request: Message<Request>, thrown: unknown) => Message<Answer> = () => ({}),
  ): void {
    methods.set(`/tfplugin6.Provider/${name}`, async (bytes, call) => {
      log("trace", name);
      const asked = decodeMessage(request, bytes);
      let told: Message<Answer>;
      try {
        told = await handle(asked, call);
      } catch (thrown) {
        told = { ...instead(asked, thrown), diagnostics: failed(thrown) };
      }
      call.send(encodeMessage(answer, told));
    });
  }

  method("GetProviderSchema", ["Empty", "SchemaResponse"], () => ({
    provider: schemaMessage(provider.schema),
    resource_schemas: mapped(provider.resources, ({ schema }) => schemaMessage(schema, schema.version)),
    data_source_schemas: mapped(provider.dataSources, ({ schema }) => schemaMessage(schema)),
    action_schemas: mapped(provider.actions, ({ schema }) => ({ schema: schemaMessage(schema) })),
    // Terraform then asks one process of a command for the schema, not each of the four.
    server_capabilities: { get_provider_schema_optional: true },
  }));

  method("GetResourceIdentitySchemas", ["Empty", "IdentitySchemasResponse"], () => ({
    identity_schemas: identitySchemas(provider.resources),
  }));

  method("UpgradeResourceIdentity", ["UpgradeIdentityRequest", "UpgradeIdentityResponse"], (request) => {
    const resource = found(provider.resources, request.type_name, "resource");
    return { upgraded_identity: identityFromState(resource, request.raw_identity?.json) };
  });

  method("ValidateProviderConfig", ["ValidateProviderRequest", "ValidateProviderResponse"], ({ config }) => {
    const fields = decoded(config, provider.schema);
    const diagnostics = [...deprecations(provider.schema, fields), ...provider.validate(fields)];
    return { diagnostics: diagnosticMessages(diagnostics) };
  });

  method("ConfigureProvider", ["ConfigureRequest", "DiagnosticsResponse"], ({ config, terraform_version = "" }) => {
    const { diagnostics, context } = provider.configure(decoded(config, provider.schema), terraform_version);
    configured = context;
    return { diagnostics: diagnosticMessages(diagnostics) };
  });

  method("StopProvider", ["Empty", "StopResponse"], () => {
    stop.abort();
    // What Terraform still calls after that is not part of what was stopped.
    stop = new AbortController();
    return {};
  });

  const kinds: readonly [string, string, Readonly<Record<string, Resource | DataSource | Action>>][] = [
    ["ValidateResourceConfig", "resource", provider.resources],
    ["ValidateDataResourceConfig", "data source", provider.dataSources],
    ["ValidateActionConfig", "action", provider.actions],
  ];
  for (const [name, kind, table] of kinds) {
    method(name, ["ValidateRequest", "DiagnosticsResponse"], async ({ type_name, config }) => {
      const subject = found(table, type_name, kind);
      const fields = decoded(config, subject.schema);
      const diagnostics = (await subject.validate?.(fields)) ?? [];
      return { diagnostics: diagnosticMessages([...deprecations(subject.schema, fields), ...diagnostics]) };
    });
  }

  method("UpgradeResourceState", ["UpgradeStateRequest", "UpgradeStateResponse"], (request) => {
    const { type_name, version = 0, raw_state } = request;
    const { schema, upgrade } = found(provider.resources, type_name, "resource");
    const state = raw_state?.json === undefined ? null : fieldsFromState(raw_state.json, schema);
    const upgraded = state !== null && upgrade !== undefined ? upgrade(state, version) : state;
    return { upgraded_state: encodeFields(upgraded, schema) };
  });

  method(
    "ReadResource",
    ["ReadRequest", "ReadResponse"],
    async (request, call) => {
      const resource = found(provider.resources, request.type_name, "resource");
      const state = decodeFields(request.current_state, resource.schema);
      const now = state === null ? null : await resource.read({ state, context: contextOf(call) });
      return {
        new_state: encodeFields(now, resource.schema),
        private: request.private,
        new_identity: identityOf(resource, now),
      };
    },
    (request) => ({ new_state: request.current_state, private: request.private }),
  );

  method(
    "PlanResourceChange",
    ["PlanRequest", "PlanResponse"],
    async (request, call) => {
      const resource = found(provider.resources, request.type_name, "resource");
      const { schema } = resource;
      const proposed = decodeFields(request.proposed_new_state, schema);
      if (proposed === null) {
        return { planned_state: request.proposed_new_state, planned_private: request.prior_private };
      }
      const prior = decodeFields(request.prior_state, schema);
      const { planned, requiresReplace, diagnostics } = await planResource({
        resource,
        prior,
        proposed,
        config: decoded(request.config, schema),
        context: contextOf(call),
      });
      return {
        planned_state: encodeFields(planned, schema),
        requires_replace: requiresReplace.map(pathMessage),
        planned_private: request.prior_private,
        legacy_type_system: resource.legacyTypeSystem,
        planned_identity: identityOf(resource, prior),
        diagnostics: diagnosticMessages(diagnostics),
      };
    },
    (request) => ({ planned_state: request.proposed_new_state }),
  );

  method(
    "ApplyResourceChange",
    ["ApplyRequest", "ApplyResponse"],
    async (request, call) => {
      const resource = found(provider.resources, request.type_name, "resource");
      const state = await applied(resource, request, contextOf(call));
      return {
        new_state: encodeFields(state, resource.schema),
        private: request.planned_private,
        legacy_type_system: resource.legacyTypeSystem,
        new_identity: identityOf(resource, state),
      };
    },
    (request, thrown) => {
      const resource = found(provider.resources, request.type_name, "resource");
      // What was there before is still there, as far as is known: of a resource to be created that is nothing.
      const state =
        thrown instanceof PartialStateError
          ? (withoutUnknown(thrown.state) as Fields)
          : decodeFields(request.prior_state, resource.schema);
      return {
        new_state: encodeFields(state, resource.schema),
        private: request.planned_private,
        legacy_type_system: resource.legacyTypeSystem,
        new_identity: identityOf(resource, state),
      };
    },
  );

  method("ImportResourceState", ["ImportRequest", "ImportResponse"], async (request, call) => {
    const { type_name } = request;
    const resource = found(provider.resources, type_name, "resource");
    const states = await resource.import({ id: importedId(resource, request), context: contextOf(call) });
    return {
      imported_resources: states.map((state) => ({
        type_name,
        state: encodeFields(state, resource.schema),
        identity: identityOf(resource, state),
      })),
    };
  });

  method("ReadDataSource", ["ReadDataRequest", "ReadDataResponse"], async ({ type_name, config }, call) => {
    const source = found(provider.dataSources, type_name, "data source");
    const state = await source.read({ config: decoded(config, source.schema), context: contextOf(call) });
    return { state: encodeFields(state, source.schema) };
  });

  method("PlanAction", ["ActionRequest", "DiagnosticsResponse"], async ({ action_type, config }, call) => {
    const action = found(provider.actions, action_type, "action");
    const fields = actionConfig(config, action.schema, action_type);
    const diagnostics = (await action.plan?.({ config: fields, context: contextOf(call) })) ?? [];
    return { diagnostics: diagnosticMessages(diagnostics) };
  });

  methods.set("/tfplugin6.Provider/InvokeAction", async (bytes, call) => {
    log("trace", "InvokeAction");
    const { action_type, config } = decodeMessage("ActionRequest", bytes);
    let over = false;
    let diagnostics: readonly Message<"Diagnostic">[];
    try {
      const action = found(provider.actions, action_type, "action");
      const told = await action.invoke({
        config: actionConfig(config, action.schema, action_type),
        context: contextOf(call),
        progress: (message) => {
          // After the end, Terraform takes a message for a fault.
          if (!over) call.send(encodeMessage("ActionEvent", { progress: { message } }));
        },
      });
      diagnostics = diagnosticMessages(told);
    } catch (thrown) {
      diagnostics = failed(thrown);
    }
    over = true;
    call.send(encodeMessage("ActionEvent", { completed: { diagnostics } }));
  });

  return methods;
}

function applied(resource: Resource, request: Message<"ApplyRequest">, context: Context): Promise<Fields | null> {
  const { schema } = resource;
  const prior = decodeFields(request.prior_state, schema);
  const planned = decodeFields(request.planned_state, schema);
  if (planned === null) {
    return prior === null ? Promise.resolve(null) : resource.delete({ state: prior, context }).then(() => null);
  }
  const config = decoded(request.config, schema);
  return prior === null
    ? resource.create({ planned, config, context })
    : resource.update({ prior, planned, config, context });
}

function withoutUnknown(value: Value): Value {
  if (value === UNKNOWN) return null;
  if (Array.isArray(value)) return value.map(withoutUnknown);
  if (typeof value !== "object" || value === null || !isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value as Fields).map(([name, item]) => [name, withoutUnknown(item)]));
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A configuration; one that is null as a whole is one in which nothing is set. */
function decoded(value: DynamicValue | undefined, schema: Block): Fields {
  return decodeFields(value, schema) ?? nothingSet(schema);
}

function nothingSet({ attributes, blocks = {} }: Block): Fields {
  return Object.fromEntries([
    ...Object.keys(attributes).map((name): [string, Value] => [name, null]),
    ...Object.entries(blocks).map(([name, { nesting }]): [string, Value] => [name, nesting === "single" ? null : []]),
  ]);
}

/** Terraform checks that required attributes are set, but an action without a `config` block has none at all. */
function actionConfig(value: DynamicValue | undefined, schema: Block, type = ""): Fields {
  const config = decodeFields(value, schema);
  if (config !== null) return config;
  const required = Object.entries(schema.attributes).filter(([, attribute]) => attribute.required);
  if (required.length > 0) {
    const names = required.map(([name]) => name).join(", ");
    throw new DiagnosticError(
      error("Missing configuration", `The action ${type} needs a config block that sets ${names}.`),
    );
  }
  return nothingSet(schema);
}

function deprecations({ attributes }: Block, fields: Fields): readonly Diagnostic[] {
  return Object.entries(attributes).flatMap(([name, { deprecated }]) =>
    deprecated === undefined || fields[name] === null ? [] : [warning("Argument is deprecated", deprecated, [name])],
  );
}

function found<Item>(table: Readonly<Record<string, Item>>, name: string | undefined, kind: string): Item {
  const item = name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
  if (item === undefined) {
    throw new DiagnosticError(error(`Unknown ${kind}`, `This version of the provider has no ${kind} '${name}'.`));
  }
  return item;
}

function mapped<Item, Result>(
  table: Readonly<Record<string, Item>>,
  change: (item: Item) => Result,
): Readonly<Record<string, Result>> {
  return Object.fromEntries(Object.entries(table).map(([name, item]) => [name, change(item)]));
}
