import type { Diagnostic } from "./diagnostic.js";
import { findDuplicateNames } from "./duplicate-names.js";
import { Faults } from "./faults.js";
import { Fields } from "./fields.js";
import { compileGraph, type Machine } from "./graph.js";
import { isObject, type Json, JsonDepthError, type JsonObject, parseJson } from "./json.js";
import type { Program } from "./program.js";
import { checkTransitions } from "./transitions.js";

export interface CompileOptions {
  /** The type of the state machine: STANDARD where it is not given. Express machines take fewer resources. */
  readonly type?: "STANDARD" | "EXPRESS";
}

export interface Compilation {
  /** Present exactly when no diagnostic is an ERROR. */
  readonly program?: Program;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Checks and compiles a definition in Amazon States Language. Every fault is found in one go, with the code, the message
 * and the location that the ValidateStateMachineDefinition API gives. Never throws, whatever the text.
 */
export function compile(definition: string, { type = "STANDARD" }: CompileOptions = {}): Compilation {
  const faults = new Faults();
  const machine = parseDefinition(definition, faults);
  const program = machine && compileMachine(new Fields(machine, "/", faults), type, faults);
  const { diagnostics } = faults;
  return program === undefined || faults.fatal ? { diagnostics } : { program, diagnostics };
}

/** What the service calls the state of a definition that is a state and no machine. */
export const LONE_STATE = "StateName";

/**
 * The same for the definition of one state, whatever state it leads to: the program starts at it, by the name
 * {@link LONE_STATE}. The faults are those of a machine that has this state only.
 */
export function compileState(definition: string): Compilation {
  const faults = new Faults();
  // Alone first: what is not JSON must not become JSON by what stands around it.
  if (parseDefinition(definition, faults) === undefined) return { diagnostics: faults.diagnostics };
  const machine = parseDefinition(`{"StartAt":"${LONE_STATE}","States":{"${LONE_STATE}":${definition}}}`, faults);
  const program = machine && compileMachine(new Fields(machine, "/", faults), "STANDARD", faults, true);
  const { diagnostics } = faults;
  return program === undefined || faults.fatal ? { diagnostics } : { program, diagnostics };
}

function parseDefinition(definition: string, faults: Faults): JsonObject | undefined {
  if (definition.trim() === "") {
    faults.refuse("SCHEMA_VALIDATION_FAILED", "Definition must be a valid JSON object");
    return undefined;
  }
  let machine: Json;
  try {
    machine = parseJson(definition);
  } catch (error) {
    if (error instanceof JsonDepthError) {
      faults.refuse("TOO_DEEPLY_NESTED", "The states are too deeply nested.");
      return undefined;
    }
    faults.refuse("INVALID_JSON_DESCRIPTION", error instanceof Error ? error.message : String(error));
    return undefined;
  }
  if (!isObject(machine)) {
    faults.refuse("SCHEMA_VALIDATION_FAILED", "Definition must be a valid JSON object");
    return undefined;
  }
  for (const { name, path } of findDuplicateNames(definition)) {
    if (!isStates(path)) continue;
    const location = path.reduce<string>(
      (all, part) => all + (typeof part === "number" ? `[${part}]` : `/${part}`),
      "",
    );
    faults.refuse("DUPLICATE_STATE_NAME", `Duplicate State name: ${name}`, `${location}/${name}`);
  }
  return machine;
}

/** True for the way to `States` of the machine, of a branch or of an item processor. */
function isStates(path: readonly (string | number)[]): boolean {
  if (path.at(-1) !== "States") return false;
  if (path.length === 1) return true;
  const branch = typeof path.at(-2) === "number" && path.at(-3) === "Branches";
  if (!branch && path.at(-2) !== "ItemProcessor" && path.at(-2) !== "Iterator") return false;
  // Before that comes the name of the state, and before the name the states that it is one of.
  return isStates(path.slice(0, branch ? -4 : -3));
}

function compileMachine(
  fields: Fields,
  type: "STANDARD" | "EXPRESS",
  faults: Faults,
  open = false,
): Program | undefined {
  fields.support({ both: ["Comment", "StartAt", "States", "Version", "TimeoutSeconds", "QueryLanguage"] }, "JSONPath");
  const comment = fields.string("Comment");
  fields.choice("Version", ["1.0"]);
  const timeoutSeconds = fields.integer("TimeoutSeconds", { minimum: 0, maximum: 99_999_999 });
  fields.choice("QueryLanguage", ["JSONPath", "JSONata"]);
  const machine: Machine = {
    type,
    language: (fields.value("QueryLanguage") ?? "JSONPath") === "JSONPath" ? "JSONPath" : "JSONata",
    states: new Map(),
    names: new Set(),
    labels: new Set(),
    graphs: [],
  };
  const graph = compileGraph(fields, machine);
  // The machine's own graph comes last.
  for (const shape of open ? machine.graphs.slice(0, -1) : machine.graphs) checkTransitions(shape, faults);
  return (
    graph && {
      ...graph,
      states: machine.states,
      // The service takes 0, which limits nothing.
      ...(timeoutSeconds ? { timeoutSeconds } : {}),
      ...(comment === undefined ? {} : { comment }),
    }
  );
}
