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
  /** The query language of the definition itself: states inside others have this one too, unless they name theirs. */
  readonly language: QueryLanguageName;
  readonly states: Map<string, State>;
  readonly names: Set<string>;
  readonly graphs: GraphShape[];
  /** The locations of states in JSONata. */
  readonly jsonata: string[];
}

/** What the checks of transitions need to know of a graph: the names in it and what leads where. */
export interface GraphShape {
  readonly fields: Fields;
  readonly start: string;
  readonly states: Map<string, StateShape>;
}

export interface StateShape {
  readonly location: string;
  readonly terminal: boolean;
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

const TYPE_NAMES = Object.keys(TYPES) as (keyof typeof TYPES)[];

/** Compiles `StartAt` and `States` of the machine, a branch or an item processor. */
export function compileGraph(fields: Fields, machine: Machine): Graph | undefined {
  const complete = fields.require("States", "StartAt");
  const startAt = fields.string("StartAt");
  const states = fields.child("States");
  if (states === undefined) return undefined;
  if (Object.keys(states.object).length === 0) states.refuse("Value cannot be empty");
  const shape: GraphShape = { fields, start: startAt ?? "", states: new Map() };
  for (const name of Object.keys(states.object)) {
    if (name.length > 80) states.refuse(`State name is too long: ${name}`, states.at(name), "INVALID_STATE_NAME");
    if (machine.names.has(name)) {
      states.refuse(`Duplicate State name: ${name}`, states.at(name), "DUPLICATE_STATE_NAME");
    }
    machine.names.add(name);
    const state = states.child(name);
    if (state === undefined) continue;
    const compiled = compileState(name, state, shape, machine);
    if (compiled !== undefined) machine.states.set(name, compiled);
  }
  if (!complete || startAt === undefined) return undefined;
  machine.graphs.push(shape);
  return { startAt };
}

function compileState(name: string, state: Fields, graph: GraphShape, machine: Machine): State | undefined {
  const language = stateLanguage(state, machine);
  if (!state.require("Type")) return undefined;
  const type = state.choice("Type", TYPE_NAMES);
  if (type === undefined) return undefined;
  if (language.name === "JSONata") machine.jsonata.push(state.location);
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
  };
  const { fields, compile } = TYPES[type];
  state.support(fields, language.name);
  state.string("Comment");
  return compile(state, context);
}

/** A state may leave JSONPath for JSONata, but not the other way round. */
function stateLanguage(state: Fields, machine: Machine): QueryLanguage {
  const own = state.choice("QueryLanguage", ["JSONPath", "JSONata"]);
  if (own === "JSONPath" && machine.language === "JSONata") {
    state.refuse("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine");
    return JSONPATH;
  }
  return (own ?? machine.language) === "JSONata" ? JSONATA : JSONPATH;
}
