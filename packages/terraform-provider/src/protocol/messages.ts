/**
 * The messages of Terraform's plugin protocol 6 and of go-plugin that this provider reads and writes: for each field its number,
 * its type, and whether it is a list (`repeated`) or a map from strings. Only fields that are used stand here; others are skipped
 * when they are read.
 */
export const messages = {
  Empty: {},

  DynamicValue: { msgpack: [1, "bytes"], json: [2, "bytes"] },
  Diagnostic: { severity: [1, "enum"], summary: [2, "string"], detail: [3, "string"], attribute: [4, "AttributePath"] },
  AttributePath: { steps: [1, "Step", "repeated"] },
  Step: { attribute_name: [1, "string"], element_key_string: [2, "string"], element_key_int: [3, "int64"] },
  RawState: { json: [1, "bytes"] },
  Schema: { version: [1, "int64"], block: [2, "Block"] },
  ActionSchema: { schema: [1, "Schema"] },
  Block: {
    attributes: [2, "Attribute", "repeated"],
    block_types: [3, "NestedBlock", "repeated"],
    description: [4, "string"],
    description_kind: [5, "enum"],
  },
  Attribute: {
    name: [1, "string"],
    type: [2, "bytes"],
    description: [3, "string"],
    required: [4, "bool"],
    optional: [5, "bool"],
    computed: [6, "bool"],
    sensitive: [7, "bool"],
    description_kind: [8, "enum"],
    deprecated: [9, "bool"],
    deprecation_message: [12, "string"],
  },
  NestedBlock: {
    type_name: [1, "string"],
    block: [2, "Block"],
    nesting: [3, "enum"],
    min_items: [4, "int64"],
    max_items: [5, "int64"],
  },
  ServerCapabilities: { get_provider_schema_optional: [2, "bool"] },

  SchemaResponse: {
    provider: [1, "Schema"],
    resource_schemas: [2, "Schema", "map"],
    data_source_schemas: [3, "Schema", "map"],
    diagnostics: [4, "Diagnostic", "repeated"],
    server_capabilities: [6, "ServerCapabilities"],
    action_schemas: [11, "ActionSchema", "map"],
  },
  StopResponse: { Error: [1, "string"] },

  ValidateProviderRequest: { config: [1, "DynamicValue"] },
  ValidateProviderResponse: { diagnostics: [2, "Diagnostic", "repeated"] },
  ConfigureRequest: { terraform_version: [1, "string"], config: [2, "DynamicValue"] },
  /** What configuring and each of the other validations answer. */
  DiagnosticsResponse: { diagnostics: [1, "Diagnostic", "repeated"] },
  ValidateRequest: { type_name: [1, "string"], config: [2, "DynamicValue"] },

  IdentitySchemasResponse: {
    identity_schemas: [1, "IdentitySchema", "map"],
    diagnostics: [2, "Diagnostic", "repeated"],
  },
  IdentitySchema: { version: [1, "int64"], identity_attributes: [2, "IdentityAttribute", "repeated"] },
  IdentityAttribute: {
    name: [1, "string"],
    type: [2, "bytes"],
    required_for_import: [3, "bool"],
    description: [5, "string"],
  },
  IdentityData: { identity_data: [1, "DynamicValue"] },
  UpgradeIdentityRequest: { type_name: [1, "string"], version: [2, "int64"], raw_identity: [3, "RawState"] },
  UpgradeIdentityResponse: { upgraded_identity: [1, "IdentityData"], diagnostics: [2, "Diagnostic", "repeated"] },

  UpgradeStateRequest: { type_name: [1, "string"], version: [2, "int64"], raw_state: [3, "RawState"] },
  UpgradeStateResponse: { upgraded_state: [1, "DynamicValue"], diagnostics: [2, "Diagnostic", "repeated"] },
  ReadRequest: { type_name: [1, "string"], current_state: [2, "DynamicValue"], private: [3, "bytes"] },
  ReadResponse: {
    new_state: [1, "DynamicValue"],
    diagnostics: [2, "Diagnostic", "repeated"],
    private: [3, "bytes"],
    new_identity: [5, "IdentityData"],
  },
  PlanRequest: {
    type_name: [1, "string"],
    prior_state: [2, "DynamicValue"],
    proposed_new_state: [3, "DynamicValue"],
    config: [4, "DynamicValue"],
    prior_private: [5, "bytes"],
  },
  PlanResponse: {
    planned_state: [1, "DynamicValue"],
    requires_replace: [2, "AttributePath", "repeated"],
    planned_private: [3, "bytes"],
    diagnostics: [4, "Diagnostic", "repeated"],
    legacy_type_system: [5, "bool"],
    planned_identity: [7, "IdentityData"],
  },
  ApplyRequest: {
    type_name: [1, "string"],
    prior_state: [2, "DynamicValue"],
    planned_state: [3, "DynamicValue"],
    config: [4, "DynamicValue"],
    planned_private: [5, "bytes"],
  },
  ApplyResponse: {
    new_state: [1, "DynamicValue"],
    private: [2, "bytes"],
    diagnostics: [3, "Diagnostic", "repeated"],
    legacy_type_system: [4, "bool"],
    new_identity: [5, "IdentityData"],
  },
  ImportRequest: { type_name: [1, "string"], id: [2, "string"], identity: [4, "IdentityData"] },
  ImportedResource: { type_name: [1, "string"], state: [2, "DynamicValue"], identity: [4, "IdentityData"] },
  ImportResponse: {
    imported_resources: [1, "ImportedResource", "repeated"],
    diagnostics: [2, "Diagnostic", "repeated"],
  },
  ReadDataRequest: { type_name: [1, "string"], config: [2, "DynamicValue"] },
  ReadDataResponse: { state: [1, "DynamicValue"], diagnostics: [2, "Diagnostic", "repeated"] },

  /** Of PlanAction and InvokeAction. */
  ActionRequest: { action_type: [1, "string"], config: [2, "DynamicValue"] },
  ActionEvent: { progress: [1, "Progress"], completed: [2, "DiagnosticsResponse"] },
  Progress: { message: [1, "string"] },

  HealthRequest: { service: [1, "string"] },
  HealthResponse: { status: [1, "enum"] },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Field>>>>;

/** Number, type (one of {@link Scalars} or the name of a message), and how often. */
export type Field = readonly [number, string] | readonly [number, string, "repeated" | "map"];

export interface Scalars {
  readonly string: string;
  readonly bytes: Uint8Array;
  readonly bool: boolean;
  /** None that matters here is beyond a double. */
  readonly int64: number;
  readonly enum: number;
}

export type MessageName = keyof typeof messages;

type One<Type> = Type extends keyof Scalars ? Scalars[Type] : Type extends MessageName ? Message<Type> : never;
type Many<F> = F extends readonly [number, infer Type, "repeated"]
  ? readonly One<Type>[]
  : F extends readonly [number, infer Type, "map"]
    ? Readonly<Record<string, One<Type>>>
    : F extends readonly [number, infer Type]
      ? One<Type>
      : never;

/** A message as plain data. Fields that are not there are left out; a reader takes the type's zero for them. */
export type Message<Name extends MessageName> = {
  readonly [F in keyof (typeof messages)[Name]]?: Many<(typeof messages)[Name][F]> | undefined;
};
