import type { Faults } from "./faults.js";
import { isObject, type Json, type JsonObject, numberOf } from "./json.js";

/** Names of the fields that an object may have: in both query languages, and in one of them only. */
export interface FieldNames {
  readonly both: readonly string[];
  readonly JSONPath?: readonly string[];
  readonly JSONata?: readonly string[];
}

/** Bounds of a number, both included. */
export interface Bounds {
  readonly minimum?: number;
  readonly maximum?: number;
}

/**
 * One object of a definition, read field by field: a read checks what it reads and reports what is wrong where it stands.
 * A read gives undefined where the field is absent or wrong.
 */
export class Fields {
  readonly object: JsonObject;
  /** Where the object stands: `/States/Hello/Retry[0]`; `/` is the definition itself. */
  readonly location: string;
  readonly #faults: Faults;
  /** Length of the location of the state that the object belongs to. */
  readonly #state: number;

  constructor(object: JsonObject, location: string, faults: Faults, state = 0) {
    this.object = object;
    this.location = location;
    this.#faults = faults;
    this.#state = state;
  }

  /** The same object as that of a state: what is in it has its place in the state. */
  asState(): Fields {
    return new Fields(this.object, this.location, this.#faults, this.location.length);
  }

  /** The location of a field. The service writes names as they are: nothing is escaped. */
  at(name: string): string {
    return this.location === "/" ? `/${name}` : `${this.location}/${name}`;
  }

  /** The place of a field in its state, as EvaluationFailed events tell it: `Catch[0]/Output`. */
  inState(name: string): string {
    return this.at(name).slice(this.#state + 1);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.object, name);
  }

  value(name: string): Json | undefined {
    return this.has(name) ? this.object[name] : undefined;
  }

  /** Reports a fault of the object (or of the place given) that refuses the definition. */
  refuse(message: string, location = this.location, code = "SCHEMA_VALIDATION_FAILED", suggestion?: string): void {
    this.#faults.refuse(code, message, location, suggestion);
  }

  /** Reports a word that is none of those that can stand there, with the one that was probably meant. */
  refuseWord(message: string, location: string, word: string, candidates: Iterable<string>): void {
    this.refuse(message, location, undefined, this.#faults.suggest(word, candidates));
  }

  /** Reports something that looks wrong but does not refuse the definition. */
  warn(code: string, message: string, location = this.location): void {
    this.#faults.warn(code, message, location);
  }

  /** Reports every field that the object must not have. */
  support(names: FieldNames, language: "JSONPath" | "JSONata"): void {
    const other = language === "JSONPath" ? "JSONata" : "JSONPath";
    // A field that is there already was not meant.
    let candidates: string[] | undefined;
    for (const name of Object.keys(this.object)) {
      if (names.both.includes(name) || names[language]?.includes(name)) continue;
      if (names[other]?.includes(name)) {
        this.refuse(
          `The QueryLanguage is set to '${language}', but field '${name}' is only supported for the '${other}' QueryLanguage`,
        );
      } else {
        candidates ??= [...names.both, ...(names[language] ?? [])].filter((candidate) => !this.has(candidate));
        this.refuseWord(`Field '${name}' is not supported`, this.location, name, candidates);
      }
    }
  }

  /** Reports the fields that are missing, all in one fault. True where none is. */
  require(...names: readonly string[]): boolean {
    const missing = names.filter((name) => !this.has(name));
    if (missing.length > 0) this.refuse(`These fields are required: [${missing.join(", ")}]`);
    return missing.length === 0;
  }

  /** Reports fields that exclude each other. */
  exclusive(...names: readonly string[]): void {
    if (names.filter((name) => this.has(name)).length > 1) {
      this.refuse(`There should only be one of the following fields: [${names.join(", ")}]`);
    }
  }

  /** Reports that none of the fields is there. True where one is. */
  requireOneOf(...names: readonly string[]): boolean {
    const present = names.some((name) => this.has(name));
    if (!present) this.refuse(`This object should have only one of the following fields: [${names.join(", ")}]`);
    return present;
  }

  string(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === "string") return value;
    this.refuse("Expected value of type String", this.at(name));
    return undefined;
  }

  boolean(name: string): boolean | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === "boolean") return value;
    this.refuse("Expected value of type Boolean", this.at(name));
    return undefined;
  }

  integer(name: string, bounds: Bounds = {}): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const number = numberOf(value);
    if (number !== undefined && Number.isInteger(number)) return this.#within(name, number, bounds, String);
    this.refuse("Expected value of type Integer", this.at(name));
    return undefined;
  }

  number(name: string, bounds: Bounds = {}): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const print = (bound: number) => (Number.isInteger(bound) ? bound.toFixed(1) : String(bound));
    const number = numberOf(value);
    if (number !== undefined && Number.isFinite(number)) return this.#within(name, number, bounds, print);
    this.refuse("Expected value of type Double", this.at(name));
    return undefined;
  }

  #within(name: string, value: number, { minimum, maximum }: Bounds, print: (bound: number) => string) {
    if (minimum !== undefined && value < minimum) this.refuse(`Minimum value is ${print(minimum)}`, this.at(name));
    else if (maximum !== undefined && value > maximum) this.refuse(`Maximum value is ${print(maximum)}`, this.at(name));
    else return value;
    return undefined;
  }

  /** A string that is one of a few words. */
  choice<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const value = this.string(name);
    const word = words.find((candidate) => candidate === value);
    if (value !== undefined && word === undefined) {
      this.refuseWord(`Value should be one of the following: [${words.join(", ")}]`, this.at(name), value, words);
    }
    return word;
  }

  child(name: string): Fields | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (isObject(value)) return this.#nested(value, this.at(name));
    this.refuse("Expected value of type Object", this.at(name));
    return undefined;
  }

  array(name: string): readonly Json[] | undefined {
    const value = this.value(name);
    if (value === undefined || Array.isArray(value)) return value;
    this.refuse("Expected value of type Array", this.at(name));
    return undefined;
  }

  /** The objects of an array. An element that is no object is reported and left out. */
  children(name: string): Fields[] | undefined {
    return this.array(name)?.flatMap((value, index) => {
      const location = `${this.at(name)}[${index}]`;
      if (isObject(value)) return [this.#nested(value, location)];
      this.refuse("Expected value of type Object", location);
      return [];
    });
  }

  strings(name: string): readonly string[] | undefined {
    return this.array(name)?.flatMap((value, index) => {
      if (typeof value === "string") return [value];
      this.refuse("Expected value of type String", `${this.at(name)}[${index}]`);
      return [];
    });
  }

  #nested(object: JsonObject, location: string): Fields {
    return new Fields(object, location, this.#faults, this.#state);
  }
}
