import type { Diagnostic } from "./diagnostic.js";
import { Fields } from "./fields.js";
import { compileGraph, type Machine } from "./graph.js";
import { isObject, type Json, parseJson } from "./json.js";
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

/** How deep the JSON of a definition may nest, arrays and objects together. */
const DEEPEST = 1000;

/**
 * Checks and compiles a definition in Amazon States Language. Every fault is found in one go, in the words of the
 * ValidateStateMachineDefinition API. Never throws, whatever the text.
 */
export function compile(definition: string, { type = "STANDARD" }: CompileOptions = {}): Compilation {
  const diagnostics: Diagnostic[] = [];
  const refuse = (code: string, message: string, location?: string) => {
    diagnostics.push({ severity: "ERROR", code, message, ...(location === undefined ? {} : { location }) });
    return { diagnostics };
  };
  if (definition.trim() === "") return refuse("SCHEMA_VALIDATION_FAILED", "Definition must be a valid JSON object");
  let json: Json;
  try {
    json = parseJson(definition);
  } catch (error) {
    return refuse("INVALID_JSON_DESCRIPTION", error instanceof Error ? error.message : String(error));
  }
  if (!isObject(json)) return refuse("SCHEMA_VALIDATION_FAILED", "Definition must be a valid JSON object");
  if (deeperThan(json, DEEPEST)) return refuse("TOO_DEEPLY_NESTED", "The states are too deeply nested.");

  const program = compileMachine(new Fields(json, "/", diagnostics), type, diagnostics);
  if (program === undefined || diagnostics.some(({ severity }) => severity === "ERROR")) return { diagnostics };
  return { program, diagnostics };
}

function compileMachine(fields: Fields, type: "STANDARD" | "EXPRESS", diagnostics: Diagnostic[]): Program | undefined {
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
    jsonata: [],
  };
  const graph = compileGraph(fields, machine);
  for (const shape of machine.graphs) checkTransitions(shape, diagnostics);
  const [jsonata] = machine.jsonata;
  if (jsonata !== undefined && !diagnostics.some(({ severity }) => severity === "ERROR")) {
    fields.refuse("QueryLanguage 'JSONata' is not supported yet", jsonata);
  }
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

/** Walks without recursion: the depth is what the text's author chose. */
function deeperThan(json: Json, limit: number): boolean {
  let level: Json[] = [json];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level.flatMap((value): Json[] =>
      Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [],
    );
  }
  return false;
}
