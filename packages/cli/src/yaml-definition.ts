import type { Outline } from "@pawl/asl";
import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";

/** A definition that was written in YAML. */
export interface YamlDefinition {
  /** The same in JSON. */
  readonly json: string;
  /** Where its values stand in the YAML text. */
  readonly outline: Outline;
}

/** What is wrong with a text as YAML, or as YAML that has a form in JSON. */
export interface YamlFault {
  readonly message: string;
  /** Where it stands; counts from 0. */
  readonly offset: number;
}

/** The longest JSON, in characters, that is made of a text: aliases can make much of little. A definition may have 1 MiB. */
const LONGEST_JSON = 2 * 1024 * 1024;

/** The deepest nesting: that of definitions has its own, lower bound. */
const DEEPEST = 1_500;

/** One fault leads to others: the first ones say it. */
const MOST_FAULTS = 10;

/**
 * Reads a definition in YAML 1.2 (core schema) with anchors and aliases, but without other tags than those of JSON's types.
 * @returns the definition, or what is wrong with the text
 */
export function readYaml(text: string): YamlDefinition | readonly YamlFault[] {
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { prettyErrors: false, version: "1.2", schema: "core" });
  } catch (error) {
    if (error instanceof RangeError) return [{ message: TOO_DEEP, offset: 0 }];
    throw error;
  }
  // A tag that is not known is only a warning there, but its meaning would be lost.
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    return faults.slice(0, MOST_FAULTS).map(({ message, pos: [offset] }) => ({ message, offset }));
  }
  const writer = new JsonWriter();
  try {
    const outline = writer.write(document.contents, document.contents?.range[0] ?? 0, 0);
    return { json: writer.json, outline };
  } catch (error) {
    if (error instanceof Unwritable) return [{ message: error.message, offset: error.offset }];
    throw error;
  }
}

const TOO_DEEP = "The definition is too deeply nested, or an alias stands in what it refers to";

class Unwritable extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Writes the nodes of a document as JSON, text by text: no name or number becomes another one on the way. */
class JsonWriter {
  json = "";
  readonly #anchors = new Map<string, Node>();
  /** What is written again for an alias does not take its anchor back. */
  readonly #noted = new Set<Node>();
  /** What aliases refer to. An anchor may stand twice: the last one before the alias holds, when it is first met. */
  readonly #targets = new Map<Alias, Node>();

  /** @param at where the value stands, for a value that is left out */
  write(node: unknown, at: number, depth: number): Outline {
    const place = (node as Node | null)?.range?.[0] ?? at;
    if (depth > DEEPEST) throw new Unwritable(TOO_DEEP, place);
    if (this.json.length > LONGEST_JSON) throw new Unwritable("The definition is too long", place);
    const outline: Outline = { at: place, members: [], elements: [] };
    if (isAlias(node)) {
      return { ...this.write(this.#target(node, place), place, depth + 1), at: place };
    }
    if (isScalar(node) || isCollection(node)) this.#note(node);
    if (isMap(node)) this.#writeMap(node, outline, depth);
    else if (isSeq(node)) {
      this.json += "[";
      for (const [index, item] of node.items.entries()) {
        if (index > 0) this.json += ",";
        outline.elements.push(this.write(item, place, depth + 1));
      }
      this.json += "]";
    } else this.json += scalarJson(node, place);
    return outline;
  }

  #note(node: Scalar | YAMLMap | YAMLSeq): void {
    if (node.anchor === undefined || this.#noted.has(node)) return;
    this.#noted.add(node);
    this.#anchors.set(node.anchor, node);
  }

  #target(alias: Alias, at: number): Node {
    const target = this.#targets.get(alias) ?? this.#anchors.get(alias.source);
    if (target === undefined) throw new Unwritable(`There is no anchor ${alias.source} before this alias`, at);
    this.#targets.set(alias, target);
    return target;
  }

  #writeMap(map: YAMLMap, outline: Outline, depth: number): void {
    this.json += "{";
    for (const [index, { key, value }] of map.items.entries()) {
      const at = (key as Node | null)?.range?.[0] ?? outline.at;
      if (isScalar(key)) this.#note(key);
      const name = nameOf(isAlias(key) ? this.#target(key, at) : key);
      if (name === undefined) throw new Unwritable("The name of a field must be a string", at);
      this.json += `${index > 0 ? "," : ""}${JSON.stringify(name)}:`;
      outline.members.push({ name, at, value: this.write(value, at, depth + 1) });
    }
    this.json += "}";
  }
}

/** A name is what is written, also where it would be a number as a value: `200`, `1.0`. */
function nameOf(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  return typeof key.value === "string" ? key.value : key.source;
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function scalarJson(node: unknown, at: number): string {
  if (!isScalar(node)) return "null";
  const { value, source } = node;
  if (typeof value !== "number") return JSON.stringify(value) ?? "null";
  // As it is written: it may have more digits than a double holds.
  if (source !== undefined && JSON_NUMBER.test(source)) return source;
  if (!Number.isFinite(value)) throw new Unwritable(`${source ?? value} is no number that JSON has`, at);
  return JSON.stringify(value);
}
