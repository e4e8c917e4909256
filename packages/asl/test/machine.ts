import { type Compilation, compile, type Json, type JsonObject, type Program, type State } from "../src/index.js";

/** Compiles a definition given as a value. */
export function compileValue(definition: Json, type: "STANDARD" | "EXPRESS" = "STANDARD"): Compilation {
  return compile(JSON.stringify(definition), { type });
}

/** The program of a machine that must be right. */
export function programOf(definition: Json): Program {
  const { program, diagnostics } = compileValue(definition);
  if (program === undefined) throw new Error(JSON.stringify(diagnostics));
  return program;
}

/** A machine of one state, which ends it where its type takes an end. */
export function machineOf(state: JsonObject): JsonObject {
  const ends = !["Choice", "Succeed", "Fail"].includes(String(state.Type)) && !("Next" in state);
  const others: JsonObject = {};
  if (state.Type === "Choice") others.Yes = others.No = { Type: "Pass", End: true };
  return { StartAt: "S", States: { S: ends ? { ...state, End: true } : state, ...others } };
}

/** The compiled form of one state. */
export function stateOf<Type extends State["type"]>(type: Type, fields: JsonObject): Extract<State, { type: Type }> {
  const state = programOf(machineOf({ Type: type, ...fields })).states.get("S");
  if (state?.type !== type) throw new Error(`no ${type} state`);
  return state as Extract<State, { type: Type }>;
}

/** The faults of a machine as `code: message at location`. */
export function faultsOf(definition: Json, type: "STANDARD" | "EXPRESS" = "STANDARD"): string[] {
  return compileValue(definition, type).diagnostics.map(
    ({ severity, code, message, location }) => `${severity} ${code}: ${message} at ${location ?? null}`,
  );
}
