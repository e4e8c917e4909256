import type { Fields } from "../fields.js";
import type { Graph } from "../program.js";
import type { QueryLanguage } from "../query-language/query-language.js";

/** What a state's compiler needs besides the state's own fields. */
export interface StateContext {
  readonly name: string;
  readonly language: QueryLanguage;
  readonly machineType: "STANDARD" | "EXPRESS";
  /** Compiles a branch or an item processor; undefined where it has no StartAt. */
  graph(fields: Fields): Graph | undefined;
  /** Notes that the state leads to another one: `fields[field]` is its name. */
  transition(fields: Fields, field: string): string | undefined;
  /** Takes a Map state's label; false where another Map state has it. */
  claimLabel(label: string): boolean;
}
