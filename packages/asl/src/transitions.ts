import type { Faults } from "./faults.js";
import type { GraphShape } from "./graph.js";

/** Checks that every transition leads to a state of its graph, that the graph can end and that every state can be reached. */
export function checkTransitions(graph: GraphShape, faults: Faults): void {
  const missing = (target: string, location: string, from?: string) => {
    if (graph.states.has(target)) return;
    const suggestion = faults.suggest(target, others(graph.states.keys(), from));
    faults.refuse("MISSING_TRANSITION_TARGET", `Missing 'Next' target: ${target}`, location, suggestion);
  };
  missing(graph.start, graph.fields.at("StartAt"));
  const shapes = [...graph.states.values()];
  for (const [name, { transitions }] of graph.states) {
    for (const { target, location } of transitions) missing(target, location, name);
  }
  // Where a state's type is not known, neither is where it leads.
  if (shapes.some(({ terminal }) => terminal === undefined)) return;
  if (!shapes.some(({ terminal }) => terminal)) {
    faults.refuse("MISSING_END_STATE", "Workflow has no terminal state");
    return;
  }
  const reached = reachable(graph);
  for (const [name, { location }] of graph.states) {
    if (!reached.has(name)) faults.refuse("MISSING_TRANSITION_TARGET", `State "${name}" is not reachable.`, location);
  }
}

/** A state seldom leads to itself: it is not what a misspelt target means. */
function* others(names: Iterable<string>, own: string | undefined): Iterable<string> {
  for (const name of names) if (name !== own) yield name;
}

function reachable(graph: GraphShape): Set<string> {
  const reached = new Set([graph.start]);
  for (const name of reached) {
    for (const { target } of graph.states.get(name)?.transitions ?? []) reached.add(target);
  }
  return reached;
}
