import type { Fields } from "./fields.js";
import type { Graph, State } from "./program.js";
import { JSONATA } from "./query-language/jsonata.js";
import { JSONPATH } from "./query-language/jsonpath.js";
import type { QueryLanguage, QueryLanguageName } from "./query-language/query-language.js";
import { CHOICE_FIELDS, compileChoice } from "./states/choice.js";
import { compileFail, FAIL_FIELDS } from "./states/fail.js";
import { compileMap, MAP_FIELDS } from "./states/map.js";
import { compileParallel, PARALLEL_FIELDS } from "./states/parallel.js";
import { compilePass, PASS_FIELDS } from "./states/pass.js";
import type { StateContext } from "./states/state-context.js";
import { compileSucceed, SUCCEED_FIELDS } from "./states/succeed.js";
import { compileTask, TASK_FIELDS } from "./states/task.js";
import { compileWait, WAIT_FIELDS } from "./states/wait.js";

/** What the compilers of one definition share. */
export interface Machine {
  readonly type: "STANDARD" | "EXPRESS";
  /** The language of the definition itself: states within states have this one too, unless they name theirs. */
  readonly language: QueryLanguageName;
  /** Compiled states by name. */
  readonly states: Map<string, State>;
  /** Names of states and labels of Map states that are taken. */
  readonly names: Set<string>;
  readonly labels: Set<string>;
  readonly graphs: GraphShape[];
}

/** What the checks of transitions need to know of a graph: the names in it and what leads where. */
export interface GraphShape {
  readonly fields: Fields;
  readonly start: string;
  readonly states: Map<string, StateShape>;
}

export interface StateShape {
  readonly location: string;
  /** Undefined where the state's type is not known. */
  readonly terminal: boolean | undefined;
  readonly transitions: { readonly target: string; readonly location: string }[];
}

const TYPES = {
  Task: { fields: TASK_FIELDS, compile: compileTask },
  Wait: { fields: WAIT_FIELDS, compile: compileWait },
  Pass: { fields: PASS_FIELDS, compile: compilePass },
  Succeed: { fields: SUCCEED_FIELDS, compile: compileSucceed },
  Fail: { fields: FAIL_FIELDS, compile: compileFail },
  Choice: { fields: CHOICE_FIELDS, compile: compileChoice },
  Parallel: { fields: PARALLEL_FIELDS, compile: compileParallel },
  Map: { fields: MAP_FIELDS, compile: compileMap },
};

type StateType = keyof typeof TYPES;

const LONGEST_NAME = 80;

/** Compiles `StartAt` and `States` of the machine, a branch or an item processor. */
export function compileGraph(fields: Fields, machine: Machine): Graph | undefined {
  fields.require("States", "StartAt");
  const startAt = fields.string("StartAt");
  const states = fields.child("States");
  if (states === undefined) return undefined;
  const shape: GraphShape = { fields, start: startAt ?? "", states: new Map() };
  const names = Object.keys(states.object);
  if (names.length === 0) fields.refuse("Value cannot be empty", fields.at("States"));
  for (const name of names) {
    checkName(name, states, machine);
    shape.states.set(name, { location: states.at(name), terminal: undefined, transitions: [] });
    const state = states.child(name)?.asState();
    const compiled = state && compileState(name, state, shape, machine);
    if (compiled !== undefined) machine.states.set(name, compiled);
  }
  if (startAt === undefined || names.length === 0) return undefined;
  machine.graphs.push(shape);
  return { startAt, names };
}

function checkName(name: string, states: Fields, machine: Machine): void {
  if (name.length > LONGEST_NAME) {
    const message = `Invalid State name: State '${name}' exceeds the ${LONGEST_NAME}-character limit allowed by the service`;
    states.refuse(message, states.at(name), "INVALID_STATE_NAME");
  }
  if (machine.names.has(name)) {
    states.refuse(`Duplicate State name: ${name}`, states.at(name), "DUPLICATE_STATE_NAME");
  }
  machine.names.add(name);
}

function compileState(name: string, state: Fields, graph: GraphShape, machine: Machine): State | undefined {
  const language = stateLanguage(state, machine);
  const type = stateType(state);
  if (type === undefined) return undefined;
  const terminal = type === "Succeed" || type === "Fail" || state.value("End") === true;
  const shape: StateShape = { location: state.location, terminal, transitions: [] };
  graph.states.set(name, shape);
  const context: StateContext = {
    name,
    language,
    machineType: machine.type,
    graph: (fields) => compileGraph(fields, machine),
    transition(fields, field) {
      const target = fields.string(field);
      if (target !== undefined) shape.transitions.push({ target, location: fields.at(field) });
      return target;
    },
    claimLabel(label) {
      const free = !machine.labels.has(label);
      machine.labels.add(label);
      return free;
    },
  };
  const { fields, compile } = TYPES[type];
  state.support(fields, language.name);
  state.string("Comment");
  return compile(state, context);
}

function stateType(state: Fields): StateType | undefined {
  state.require("Type");
  const type = state.string("Type");
  if (type === undefined) return undefined;
  if (Object.hasOwn(TYPES, type)) return type as StateType;
  const names = Object.keys(TYPES);
  const message = `The field 'Type' should have one of these values: [${names.join(", ")}]`;
  state.refuseWord(message, state.at("Type"), type, names);
  return undefined;
}

/** A state may leave JSONPath for JSONata, but not the other way round. What is neither counts as JSONata. */
function stateLanguage(state: Fields, machine: Machine): QueryLanguage {
  state.choice("QueryLanguage", ["JSONPath", "JSONata"]);
  const name = state.has("QueryLanguage") ? state.value("QueryLanguage") : machine.language;
  if (name === "JSONPath" && machine.language === "JSONata") {
    state.refuse("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine");
  }
  return name === "JSONPath" ? JSONPATH : JSONATA;
}
