import { existsSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { JsonFault, type Position, positionsIn } from "@pawl/asl";
import { shown } from "../definition-file.js";
import { CommandError } from "../exit-code.js";
import { oneLine, writeNote } from "../screen.js";
import { readTextFile } from "../text-file.js";
import { type ConfigFault, type ConfigSource, ConfigValue } from "./config-value.js";
import { type Configuration, readSections } from "./sections.js";

/** What is taken from the working folder where no file is named. */
const DEFAULT_FILES = ["pawl.config.json", "pawl.config.mjs", "pawl.config.ts"] as const;

/**
 * Reads and checks the configuration: the file that is named, else the one in the working folder, if there is one. Every fault is
 * written to standard error, with its place.
 * @throws CommandError where it cannot be read or is wrong
 */
export async function readConfig(named: string | undefined): Promise<Configuration> {
  const file = named ?? defaultFile();
  if (file === undefined) return {};
  const source: ConfigSource = { folder: dirname(resolve(file)), faults: [] };
  const { value, positionOf } = await load(file);
  const configuration = readSections(new ConfigValue(value, source));
  if (source.faults.length > 0) {
    for (const fault of source.faults) writeNote(faultLine(file, fault, positionOf(pointerOf(fault))));
    throw new CommandError(`${shown(file)} is no valid configuration`);
  }
  return configuration;
}

function defaultFile(): string | undefined {
  const found = DEFAULT_FILES.filter((file) => existsSync(file));
  if (found.length > 1) throw new CommandError(`there are ${found.join(" and ")}: say which one with --config`);
  return found[0];
}

interface Loaded {
  readonly value: unknown;
  /** Where a member stands, where that can be told. */
  readonly positionOf: (pointer: string) => Position | undefined;
}

async function load(file: string): Promise<Loaded> {
  switch (extname(file)) {
    case ".mjs":
    case ".js":
    case ".cjs":
      return { value: await evaluated(file), positionOf: () => undefined };
    case ".ts":
    case ".mts":
      if (!stripsTypes()) {
        throw new CommandError(
          `${shown(file)} cannot be read: Node ${process.version} does not run TypeScript, Node 22.18 and newer do; write it as pawl.config.mjs or pawl.config.json`,
        );
      }
      return { value: await evaluated(file), positionOf: () => undefined };
    case ".json":
      return readJson(file, await readTextFile(file));
    default:
      throw new CommandError(`${shown(file)}: a configuration is a .json, .mjs, .js, .cjs, .ts or .mts file`);
  }
}

function readJson(file: string, text: string): Loaded {
  const positionOf = positionsIn(text);
  try {
    return { value: JSON.parse(text) as unknown, positionOf };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof JsonFault)) throw error;
    const place = positionOf("");
    const at = place === undefined ? "" : `:${place.line}:${place.column}`;
    throw new CommandError(`${shown(file)}${at}: this is no JSON`);
  }
}

/** What a module exports as its default, or what a function that it exports so gives. */
async function evaluated(file: string): Promise<unknown> {
  if (!existsSync(file)) throw new CommandError(`${shown(file)} cannot be read: there is no such file`);
  try {
    const { default: value } = (await import(pathToFileURL(resolve(file)).href)) as { readonly default?: unknown };
    return typeof value === "function" ? await (value as () => unknown)() : value;
  } catch (error) {
    throw new CommandError(`${shown(file)} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Node runs TypeScript whose types can be left out. */
function stripsTypes(): boolean {
  const { typescript } = process.features as { readonly typescript?: unknown };
  return typescript !== undefined && typescript !== false;
}

function pointerOf({ path }: ConfigFault): string {
  return path.map((part) => `/${part}`).join("");
}

/** `pawl.config.json:3:5: error functions.hello.timeoutSeconds: must be …` */
function faultLine(file: string, { path, message }: ConfigFault, position: Position | undefined): string {
  const place = position === undefined ? shown(file) : `${shown(file)}:${position.line}:${position.column}`;
  const member = path.length === 0 ? "" : `${path.join(".")}: `;
  return oneLine(`${place}: error ${member}${message}`);
}
