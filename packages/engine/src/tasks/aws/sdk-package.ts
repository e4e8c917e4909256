import { createRequire } from "node:module";
import { join } from "node:path";
import type { AwsCredentials } from "./credentials.js";
import type { SdkOperation, SdkShape } from "./sdk-shape.js";

/** A client of the AWS SDK for JavaScript, as far as this code knows it. */
export interface SdkClient {
  readonly config: {
    readonly serviceId: string;
    credentials(): Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string }>;
  };
  send(command: SdkCommand, options: { readonly abortSignal?: AbortSignal }): Promise<object>;
  destroy(): void;
}

export interface SdkCommand {
  readonly schema?: unknown;
  readonly middlewareStack: {
    add(
      middleware: SdkMiddleware,
      options: { readonly step: string; readonly name: string; readonly priority?: string },
    ): void;
  };
}

/** What goes through a client's middleware. */
export interface SdkExchange {
  readonly response: { readonly headers?: Record<string, string>; body?: unknown } | undefined;
}

export type SdkHandler = (call: {
  readonly request: { readonly hostname: string; readonly headers: Record<string, string> };
}) => Promise<SdkExchange>;
type SdkMiddleware = (next: SdkHandler) => SdkHandler;

/** A package of the AWS SDK with the client of a service. */
export interface SdkPackage {
  readonly name: string;
  readonly version: string;
  readonly makeClient: (options: object) => SdkClient;
  /** Sends a client's requests over HTTP 1.1; the options where the client brings nothing that does. */
  readonly requestHandler: (options: object) => object;
  /** The credentials that the SDK finds; fails where it finds none. */
  readonly findCredentials: () => Promise<AwsCredentials>;
  /** Names of all actions, in small letters. */
  readonly actions: readonly string[];
  /** The command and the operation's data; undefined where the service has no such action. @throws PackageFault */
  command(action: string): SdkAction | undefined;
  /** True where the service documents this error. */
  hasError(name: string): boolean;
}

export interface SdkAction {
  /** As the API has it: `PutItem`. */
  readonly name: string;
  readonly operation: SdkOperation;
  /** True where the answer may be of any size, because it is read as it comes. */
  readonly isStreamed: boolean;
  make(input: object): SdkCommand;
}

/** A package that cannot be used, in a sentence that says what to do. */
export class PackageFault extends Error {}

/**
 * Loads a client's package from where it is installed.
 *
 * @param folders where to look, in this order; then where this package is
 * @throws PackageFault where it is not installed, or too old to tell what its API's data look like
 */
export function loadPackage(name: string, folders: readonly string[]): SdkPackage {
  const entry = resolveFrom(name, folders);
  if (entry === undefined) {
    const [folder] = folders;
    const where = folder === undefined ? "" : ` in ${folder}`;
    throw new PackageFault(`The package ${name} is not installed: run \`npm install ${name}\`${where}`);
  }
  const require = createRequire(entry);
  const exported = require(entry) as Readonly<Record<string, unknown>>;
  const { version = "" } = readManifest(require, name);
  const clientName = Object.keys(exported).find((key) => /^[A-Za-z0-9]+Client$/.test(key));
  const Client = exported[clientName ?? ""] as (new (options: object) => SdkClient) | undefined;
  if (Client === undefined) throw new PackageFault(`The package ${name} ${version} in ${entry} has no client`);
  const commands = new Map<string, string>();
  for (const key of Object.keys(exported)) {
    if (/^[A-Z][A-Za-z0-9]*Command$/.test(key)) commands.set(key.slice(0, -"Command".length).toLowerCase(), key);
  }
  const actions = new Map<string, SdkAction>();
  const shapes = shapeReader(require);
  return {
    name,
    version,
    makeClient: (options) => new Client(options),
    requestHandler: (options) => makeHandler(require, options),
    findCredentials: () => findCredentials(require),
    actions: [...commands.keys()],
    hasError: (error) => Object.hasOwn(exported, error) && typeof exported[error] === "function",
    command(action) {
      const key = commands.get(action.toLowerCase());
      if (key === undefined) return undefined;
      const known = actions.get(key);
      if (known !== undefined) return known;
      const Command = exported[key] as new (input: object) => SdkCommand;
      const operation = operationOf(new Command({}).schema, shapes);
      if (operation === undefined) {
        throw new PackageFault(
          `The package ${name} ${version} in ${entry} is too old: run \`npm install ${name}@latest\``,
        );
      }
      const { output } = operation;
      const made: SdkAction = {
        name: key.slice(0, -"Command".length),
        operation,
        isStreamed: output.isStructSchema() && [...output.structIterator()].some(([, member]) => member.isStreaming()),
        make: (input) => new Command(input),
      };
      actions.set(key, made);
      return made;
    },
  };
}

function resolveFrom(name: string, folders: readonly string[]): string | undefined {
  for (const require of [
    ...folders.map((folder) => createRequire(join(folder, "_"))),
    createRequire(import.meta.url),
  ]) {
    try {
      return require.resolve(name);
    } catch {
      // Not here.
    }
  }
  return undefined;
}

function readManifest(require: NodeJS.Require, name: string): { version?: string } {
  try {
    return require(`${name}/package.json`) as { version?: string };
  } catch {
    return {};
  }
}

/** Some clients prefer HTTP 2, which they need for streams only, and which what stands in for a service mostly does not speak. */
function makeHandler(require: NodeJS.Require, options: object): object {
  try {
    const { NodeHttpHandler } = require("@smithy/node-http-handler") as {
      NodeHttpHandler?: new (options: object) => object;
    };
    return NodeHttpHandler === undefined ? options : new NodeHttpHandler(options);
  } catch {
    return options;
  }
}

async function findCredentials(require: NodeJS.Require): Promise<AwsCredentials> {
  const { defaultProvider } = require("@aws-sdk/credential-provider-node") as {
    defaultProvider: () => () => Promise<AwsCredentials>;
  };
  return defaultProvider()();
}

type ShapeReader = { of(schema: unknown): SdkShape } | undefined;

/** The part of the SDK that reads a client's schemas: the copy that the client itself uses. */
function shapeReader(require: NodeJS.Require): ShapeReader {
  try {
    return (require("@smithy/core/schema") as { NormalizedSchema?: ShapeReader }).NormalizedSchema;
  } catch {
    return undefined;
  }
}

/** Operations come as an array (kind, name space, name, traits, input, output), or as an object with the same. */
function operationOf(schema: unknown, shapes: ShapeReader): SdkOperation | undefined {
  if (shapes === undefined || typeof schema !== "object" || schema === null) return undefined;
  const { input, output } = Array.isArray(schema)
    ? { input: schema[4] as unknown, output: schema[5] as unknown }
    : (schema as { input?: unknown; output?: unknown });
  if (input === undefined || output === undefined) return undefined;
  return { input: shapes.of(input), output: shapes.of(output) };
}
