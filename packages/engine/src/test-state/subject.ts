import {
  compile,
  compileState,
  type Graph,
  invalidDefinitionMessage,
  LONE_STATE,
  type Program,
  type State,
} from "@pawl/asl";
import { ServiceError } from "../service-error.js";
import type { TestStateRequest } from "./request.js";

/** The state that is tested, and where it stands. */
export interface Subject {
  readonly state: State;
  /** Names of the states that are nested in it, at any depth. */
  readonly nested: ReadonlySet<string>;
  /** True where it is part of what a Map state does for each item. */
  readonly isIterated: boolean;
}

/** @throws ServiceError InvalidDefinition; ValidationException where no state has the name */
export function subjectOf({ definition, stateName }: TestStateRequest): Subject {
  const { program, diagnostics } = stateName === undefined ? compileState(definition) : compile(definition);
  if (program === undefined) throw new ServiceError("InvalidDefinition", invalidDefinitionMessage(diagnostics));
  const state = program.states.get(stateName ?? LONE_STATE);
  if (state === undefined) throw new ServiceError("ValidationException", "State not found in definition");
  const isIterated = [...program.states.values()].some(
    (other) => other.type === "Map" && nestedNames(program, other).has(state.name),
  );
  return { state, nested: nestedNames(program, state), isIterated };
}

/** True where the outside ends the task: a job that it started, or the holder of its token. */
export function waitsForOutside(state: State): boolean {
  return state.type === "Task" && state.resource.kind === "service" && state.resource.pattern !== "";
}

function nestedNames(program: Program, state: State): ReadonlySet<string> {
  const names = new Set<string>();
  const states: (State | undefined)[] = [state];
  // Grows while it is walked.
  for (const outer of states) {
    for (const name of graphsOf(outer).flatMap((graph) => graph.names)) {
      names.add(name);
      states.push(program.states.get(name));
    }
  }
  return names;
}

function graphsOf(state: State | undefined): readonly Graph[] {
  if (state?.type === "Map") return [state.processor];
  return state?.type === "Parallel" ? state.branches : [];
}
