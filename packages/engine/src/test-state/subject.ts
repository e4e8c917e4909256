import { compile, compileState, invalidDefinitionMessage, LONE_STATE, type State } from "@pawl/asl";
import { ServiceError } from "../service-error.js";
import type { TestStateRequest } from "./request.js";

/** The state that is tested, and the names of all states of the definition it stands in. */
export interface Subject {
  readonly state: State;
  readonly names: ReadonlySet<string>;
}

/** @throws ServiceError InvalidDefinition; ValidationException where no state has the name */
export function subjectOf({ definition, stateName }: TestStateRequest): Subject {
  const { program, diagnostics } = stateName === undefined ? compileState(definition) : compile(definition);
  if (program === undefined) throw new ServiceError("InvalidDefinition", invalidDefinitionMessage(diagnostics));
  const state = program.states.get(stateName ?? LONE_STATE);
  if (state === undefined) throw new ServiceError("ValidationException", "State not found in definition");
  return { state, names: new Set(program.states.keys()) };
}

/** True where the outside ends the task: a job that it started, or the holder of its token. */
export function waitsForOutside(state: State): boolean {
  return state.type === "Task" && state.resource.kind === "service" && state.resource.pattern !== "";
}
