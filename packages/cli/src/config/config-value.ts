import { resolve } from "node:path";
import { Suggestions } from "@pawl/asl";

/** What is wrong with a configuration. */
export interface ConfigFault {
  /** Names of members and positions in lists, from the top. */
  readonly path: readonly string[];
  readonly message: string;
}

/** Where a configuration's faults are gathered, so that all are told at once. */
export interface ConfigSource {
  /** Relative paths start here: the folder of the file. */
  readonly folder: string;
  readonly faults: ConfigFault[];
}

/**
 * A value of a configuration and its place there. What reads it gives the value in the wanted form, or notes a fault and gives
 * undefined: where there are faults, the configuration is refused as a whole.
 */
export class ConfigValue {
  readonly #value: unknown;
  readonly #path: readonly string[];
  readonly #source: ConfigSource;

  constructor(value: unknown, source: ConfigSource, path: readonly string[] = []) {
    this.#value = value;
    this.#source = source;
    this.#path = path;
  }

  /** The name of the member that the value is. */
  get name(): string {
    return this.#path.at(-1) ?? "";
  }

  get isText(): boolean {
    return typeof this.#value === "string";
  }

  get isList(): boolean {
    return Array.isArray(this.#value);
  }

  /** Notes a fault of this value: what is allowed, as in `must be a number`. The first one says enough. */
  wrong(message: string): undefined {
    const { faults } = this.#source;
    if (!faults.some(({ path }) => path === this.#path)) faults.push({ path: this.#path, message });
  }

  /** The members of an object, which can have no others than these. */
  members<Name extends string>(allowed: readonly Name[]): Partial<Record<Name, ConfigValue>> {
    const found: Partial<Record<Name, ConfigValue>> = {};
    for (const [name, value] of this.entries() ?? []) {
      const known = allowed.find((each) => each === name);
      if (known === undefined) value.#unknown(name, allowed);
      else found[known] = value;
    }
    return found;
  }

  /** The members of an object whose names are free. Those that are undefined, as a module may write it, are absent. */
  entries(): [string, ConfigValue][] | undefined {
    const value = this.#value;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return this.#not("an object");
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, this.#child(member, name)]);
  }

  items(): ConfigValue[] | undefined {
    if (!Array.isArray(this.#value)) return this.#not("a list");
    return this.#value.map((item, index) => this.#child(item, String(index)));
  }

  /** @param what as in `a text that is not empty` */
  text(what = "a text that is not empty"): string | undefined {
    return typeof this.#value === "string" && this.#value !== "" ? this.#value : this.#not(what);
  }

  texts(): string[] | undefined {
    return this.items()?.flatMap((item) => item.text() ?? []);
  }

  /** Texts by names that are free. */
  textsByName(): Record<string, string> | undefined {
    const entries = this.entries();
    if (entries === undefined) return undefined;
    return Object.fromEntries(
      entries.map(([name, value]) => [
        name,
        typeof value.#value === "string" ? value.#value : (value.#not("a text") ?? ""),
      ]),
    );
  }

  flag(): boolean | undefined {
    return typeof this.#value === "boolean" ? this.#value : this.#not("true or false");
  }

  oneOf<Choice extends string>(choices: readonly Choice[]): Choice | undefined {
    const choice = choices.find((each) => each === this.#value);
    return choice ?? this.#not(`one of ${choices.map((each) => JSON.stringify(each)).join(", ")}`);
  }

  number(least: number, most = Number.POSITIVE_INFINITY): number | undefined {
    const value = this.#value;
    if (typeof value === "number" && value >= least && value <= most) return value;
    return this.#not(
      most === Number.POSITIVE_INFINITY ? `a number of at least ${least}` : `a number from ${least} to ${most}`,
    );
  }

  wholeNumber(least: number, most = Number.POSITIVE_INFINITY): number | undefined {
    if (typeof this.#value === "number" && !Number.isInteger(this.#value)) return this.#not("a whole number");
    return this.number(least, most);
  }

  /** An absolute path; a relative one starts at the configuration's folder. */
  file(): string | undefined {
    const text = this.text("the path of a file or folder");
    return text === undefined ? undefined : this.pathOf(text);
  }

  /** The absolute path for one that is relative to the configuration's folder. */
  pathOf(path: string): string {
    return resolve(this.#source.folder, path);
  }

  /** An `http` or `https` address. */
  url(): string | undefined {
    const what = "an address such as http://127.0.0.1:8080";
    const text = this.text(what);
    if (text === undefined) return undefined;
    return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) ? text : this.#not(what);
  }

  #child(value: unknown, name: string): ConfigValue {
    return new ConfigValue(value, this.#source, [...this.#path, name]);
  }

  #not(what: string): undefined {
    return this.wrong(`must be ${what}, not ${described(this.#value)}`);
  }

  #unknown(name: string, allowed: readonly string[]): void {
    const meant = new Suggestions().nearest(name, allowed);
    const question = meant === undefined ? "" : `; did you mean '${meant}'?`;
    this.wrong(`is not known here, allowed are ${allowed.join(", ")}${question}`);
  }
}

/** A value in a sentence. Texts are not shown: one in the wrong place may be a secret. */
function described(value: unknown): string {
  if (value === "") return "an empty text";
  if (typeof value === "string") return "a text";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "function" ? "a function" : String(value);
}
