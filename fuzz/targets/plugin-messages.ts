import { createContext } from "../../packages/terraform-provider/src/configuration/context.js";
import { providerSchema } from "../../packages/terraform-provider/src/configuration/schema.js";
import {
  settingsFaults,
  settingsOf,
  unknownArguments,
} from "../../packages/terraform-provider/src/configuration/settings.js";
import { errorDiagnostic } from "../../packages/terraform-provider/src/error-diagnostic.js";
import { encodeFields } from "../../packages/terraform-provider/src/protocol/dynamic-value.js";
import { GrpcError } from "../../packages/terraform-provider/src/protocol/grpc-error.js";
import { decodeMessage, encodeMessage } from "../../packages/terraform-provider/src/protocol/message-codec.js";
import { providerMethods } from "../../packages/terraform-provider/src/protocol/provider-service.js";
import { actions, dataSources, resources } from "../../packages/terraform-provider/src/provider.js";
import type { Block } from "../../packages/terraform-provider/src/schema.js";
import type { Fields, Value } from "../../packages/terraform-provider/src/value.js";
import type { SeededRandom } from "../../simulation/random.js";
import { mutateJson, mutateText } from "../mutation.js";
import type { Target } from "../target.js";

/** Methods that look at a configuration and call nobody. */
const METHODS = {
  ValidateResourceConfig: { table: resources, request: "ValidateRequest", answer: "DiagnosticsResponse" },
  ValidateDataResourceConfig: { table: dataSources, request: "ValidateRequest", answer: "DiagnosticsResponse" },
  ValidateActionConfig: { table: actions, request: "ValidateRequest", answer: "DiagnosticsResponse" },
  UpgradeResourceState: { table: resources, request: "UpgradeStateRequest", answer: "UpgradeStateResponse" },
} as const;
type Method = keyof typeof METHODS;

interface Case {
  readonly method: Method;
  readonly bytes: string;
}

/** Messages of Terraform's plugin protocol: each is answered, or refused with an error of gRPC. */
export const pluginMessages: Target = {
  name: "plugin-messages",
  limit: 10_000,
  async open() {
    const methods = providerMethods(
      {
        schema: providerSchema,
        resources,
        dataSources,
        actions,
        validate: settingsFaults,
        configure: (config) => ({
          diagnostics: settingsFaults(config),
          context: createContext({
            settings: settingsOf(config),
            unknown: unknownArguments(config),
            userAgent: "fuzz",
            environment: {},
          }),
        }),
        explain: (thrown) => {
          // Whatever is wrong with a message is told; these are mistakes of the provider.
          if (thrown instanceof TypeError || thrown instanceof ReferenceError) throw thrown;
          return [errorDiagnostic(thrown, { endpoint: undefined })];
        },
      },
      () => {},
    );
    return {
      draw(random) {
        const method = random.pick(Object.keys(METHODS) as Method[]);
        const { table } = METHODS[method];
        const type = random.pick(Object.keys(table));
        const block: Block = (table as Record<string, { readonly schema: Block }>)[type]?.schema ?? providerSchema;
        const bytes = drawMessage(method, type, block, random);
        return JSON.stringify({ method, bytes: Buffer.from(bytes).toString("base64") });
      },
      mutate(text, random) {
        const { method, bytes } = JSON.parse(text) as Case;
        return JSON.stringify({ method, bytes: changeBytes(Buffer.from(bytes, "base64"), random).toString("base64") });
      },
      async run(text) {
        const { method, bytes } = JSON.parse(text) as Case;
        const message = Buffer.from(bytes, "base64");
        const { request, answer } = METHODS[method];
        try {
          decodeMessage(request, message);
        } catch {
          // What is no message the server below refuses.
          return;
        }
        const serve = methods.get(`/tfplugin6.Provider/${method}`);
        let answers = 0;
        const call = {
          signal: new AbortController().signal,
          send: (sent: Uint8Array) => {
            answers += 1;
            decodeMessage(answer, sent);
          },
        };
        try {
          await serve?.(message, call);
        } catch (error) {
          if (error instanceof GrpcError) return;
          throw error;
        }
        if (answers !== 1) throw new Error(`${answers} answers`);
      },
      close: async () => {},
    };
  },
};

function drawMessage(method: Method, type: string, block: Block, random: SeededRandom): Uint8Array {
  const fields = drawFields(block, random);
  const message =
    method === "UpgradeResourceState"
      ? encodeMessage("UpgradeStateRequest", {
          type_name: type,
          version: random.below(3),
          raw_state: { json: Buffer.from(drawState(fields, random)) },
        })
      : encodeMessage("ValidateRequest", { type_name: type, config: encodeFields(fields, block) });
  if (random.chance(0.5)) return message;
  return changeBytes(Buffer.from(message), random);
}

function changeBytes(bytes: Buffer, random: SeededRandom): Buffer {
  for (let times = random.between(1, 8); times > 0; times--) bytes[random.below(bytes.length)] = random.below(256);
  return random.chance(0.2) ? bytes.subarray(0, random.below(bytes.length)) : bytes;
}

function drawState(fields: Fields, random: SeededRandom): string {
  const state = JSON.stringify(fields, (_, value) => (typeof value === "bigint" ? Number(value) : value));
  return random.chance(0.5) ? JSON.stringify(mutateJson(JSON.parse(state), random)) : mutateText(state, random);
}

function drawFields(block: Block, random: SeededRandom): Fields {
  const fields: Record<string, Value> = {};
  for (const [name, { type }] of Object.entries(block.attributes))
    fields[name] = random.chance(0.4) ? null : drawValue(type, random);
  for (const [name, nested] of Object.entries(block.blocks ?? {})) {
    const one = (): Fields => drawFields(nested, random);
    fields[name] =
      nested.nesting === "single" ? (random.chance(0.5) ? null : one()) : Array.from({ length: random.below(3) }, one);
  }
  return fields;
}

function drawValue(type: unknown, random: SeededRandom): Value {
  if (type === "bool") return random.chance(0.5);
  if (type === "number") return random.pick([0, -1, 1.5, 60, 2 ** 53, 1e300]);
  if (Array.isArray(type) && (type[0] === "list" || type[0] === "set"))
    return Array.from({ length: random.below(3) }, () => drawValue(type[1], random));
  if (Array.isArray(type) && type[0] === "map") return { a: drawValue(type[1], random) };
  if (Array.isArray(type)) return null;
  return random.pick([
    "",
    "a",
    "{}",
    '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}',
    "arn:aws:states:us-east-1:123456789012:stateMachine:a",
    "arn:aws:states:us-east-1:123456789012:stateMachine:a:1",
    "Root=1-5759e988-bd862e3fe1be46a994272793",
    "5m",
    "é\u0000",
    "x".repeat(300),
  ]);
}
