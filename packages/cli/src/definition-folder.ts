import { type FSWatcher, watch } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { parseJson, printJson } from "@pawl/asl";
import { definitionStem, isYaml, machineName, readDefinition, shown } from "./definition-file.js";
import { CommandError } from "./exit-code.js";
import { readTextFile } from "./text-file.js";

/** A file whose content is a state machine. */
export interface DefinitionFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/**
 * The definitions among files and folders. A file that is named counts whatever it holds; of a folder (not of the folders
 * in it) every `*.asl.json`, `*.asl.yaml` and `*.asl.yml`, and every other `*.json`, `*.yaml` and `*.yml` that has a StartAt.
 * @throws CommandError where a path is not there, or two files would be the same state machine.
 */
export async function findDefinitions(paths: readonly string[]): Promise<DefinitionFile[]> {
  const found = new Map<string, DefinitionFile>();
  for (const path of paths) {
    for (const definition of await definitionsAt(resolve(path))) {
      const name = machineName(definition.path);
      const twin = found.get(name);
      if (twin !== undefined && twin.path !== definition.path) {
        const both = `${shown(twin.path)} and ${shown(definition.path)}`;
        throw new CommandError(`${both} would both be the state machine ${name}: rename one`);
      }
      found.set(name, definition);
    }
  }
  return [...found.values()];
}

async function definitionsAt(path: string): Promise<DefinitionFile[]> {
  if (!(await isFolder(path))) {
    return [{ path, text: await readTextFile(path) }];
  }
  const definitions = [];
  for (const file of (await readdir(path)).map((name) => join(path, name)).sort()) {
    if (mayBeDefinition(file) && (await isFileOf(path, file))) {
      const text = await readTextFile(file);
      if (await isDefinition(file, text)) {
        definitions.push({ path: file, text });
      }
    }
  }
  return definitions;
}

/** The largest file that is taken for a definition, in bytes: twice the longest definition, for what its YAML may say besides. */
const LARGEST = 2 * 1024 * 1024;

/**
 * True for a file that a folder itself holds. A folder may come from others, with links to what is none of theirs, and with pipes that
 * would be waited for: those are left out. A link to a file in the same folder is as good as the file.
 */
async function isFileOf(folder: string, file: string): Promise<boolean> {
  try {
    const [root, path] = [await realpath(folder), await realpath(file)];
    const found = await stat(path);
    return path.startsWith(root.endsWith(sep) ? root : root + sep) && found.isFile() && found.size <= LARGEST;
  } catch {
    return false;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    throw new CommandError(`${shown(path)} is not there`);
  }
}

function mayBeDefinition(file: string): boolean {
  return (file.endsWith(".json") || isYaml(file)) && !file.endsWith(INPUT_SUFFIX);
}

async function isDefinition(file: string, text: string): Promise<boolean> {
  if (/\.asl\.(?:json|ya?ml)$/.test(file)) {
    return true;
  }
  // Folders hold much other YAML and JSON.
  const definition = text.includes("StartAt") ? (await readDefinition(file, text)).json : undefined;
  try {
    const json: unknown = JSON.parse(definition ?? "");
    return typeof json === "object" && json !== null && Object.hasOwn(json, "StartAt");
  } catch {
    return false;
  }
}

const INPUT_SUFFIX = ".input.json";

/**
 * The example input that stands beside a definition (`NAME.input.json` for `NAME.asl.json` or `NAME.asl.yaml`) as compact JSON; undefined
 * where none does.
 * @throws CommandError where it is no JSON.
 */
export async function exampleInput(definitionPath: string): Promise<string | undefined> {
  const file = join(dirname(definitionPath), definitionStem(definitionPath) + INPUT_SUFFIX);
  if (!(await isFileOf(dirname(file), file))) return undefined;
  try {
    return printJson(parseJson(await readTextFile(file)));
  } catch (error) {
    throw new CommandError(`${shown(file)} is no JSON: ${(error as SyntaxError).message}`);
  }
}

/** How long, in milliseconds, after a first sign of a change its file is read: editors write in several steps. */
const SETTLING = 60;

/**
 * Tells of definitions that change, appear or disappear (`text` undefined) from now on.
 * @param known absolute paths of the definitions that are known already.
 */
export function watchDefinitions(
  paths: readonly string[],
  known: readonly string[],
  changed: (path: string, text: string | undefined) => void,
): { close(): void } {
  const definitions = new Set(known);
  const named = new Set(paths.map((path) => resolve(path)));
  const settling = new Map<string, NodeJS.Timeout>();
  const watchers: FSWatcher[] = [];

  const look = async (path: string): Promise<void> => {
    settling.delete(path);
    // One that was named may stand anywhere.
    const isThere = named.has(path) || (await isFileOf(dirname(path), path));
    const text = isThere ? await readTextFile(path).catch(() => undefined) : undefined;
    // An empty file is one that is about to be written.
    if (text === undefined) {
      if (definitions.delete(path)) {
        changed(path, undefined);
      }
    } else if (text.trim() !== "" && (definitions.has(path) || (await isDefinition(path, text)))) {
      definitions.add(path);
      changed(path, text);
    }
  };

  // Folders are watched, not files: editors replace a file by a new one, which ends a watch on the old one.
  for (const [folder, only] of foldersOf(paths, known)) {
    const watcher = watch(folder, (_, entry) => {
      const path = entry === null ? undefined : join(folder, entry);
      if (path !== undefined && (definitions.has(path) || (only === "every" && mayBeDefinition(path)))) {
        clearTimeout(settling.get(path));
        settling.set(
          path,
          setTimeout(() => void look(path), SETTLING),
        );
      }
    });
    // A folder that goes away takes its watch with it; its state machines stay.
    watcher.on("error", () => watcher.close());
    watchers.push(watcher);
  }
  return {
    close() {
      for (const watcher of watchers) watcher.close();
      for (const timer of settling.values()) clearTimeout(timer);
    },
  };
}

/** The folders to watch, and whether for every definition in them or for the known ones alone. */
function foldersOf(paths: readonly string[], known: readonly string[]): Map<string, "every" | "known"> {
  const folders = new Map<string, "every" | "known">();
  for (const path of paths.map((each) => resolve(each))) {
    if (known.includes(path)) {
      const folder = dirname(path);
      folders.set(folder, folders.get(folder) ?? "known");
    } else {
      folders.set(path, "every");
    }
  }
  return folders;
}
