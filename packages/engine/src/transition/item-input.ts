import type { EvaluationResult, Json, MapState, Program } from "@pawl/asl";
import type { Branch, EvaluationResults, Execution } from "../execution.js";
import { Deferral, NO_RESULTS, type StepBudget } from "./evaluations.js";
import { type Facts, type MapItem, scopeOf, type Turn } from "./turn.js";

/** A Map state in distributed mode, as its ItemSelector sees it. */
export interface ItemSubject {
  readonly program: Program;
  readonly execution: Execution;
  readonly branch: Branch;
  readonly state: MapState;
}

/** An expression of an ItemSelector that takes too long to be evaluated at once. */
export interface SlowItem {
  readonly slow: Deferral;
}

/**
 * What the state's ItemSelector makes of an item; the item itself where there is none. Deterministic, as a transition is.
 * @param results what came of the expressions that took too long
 * @throws StatesError where it cannot be evaluated
 */
export function itemInput(
  { program, execution, branch, state }: ItemSubject,
  item: MapItem,
  facts: Facts,
  steps: StepBudget,
  results: EvaluationResults = NO_RESULTS,
): { readonly value: Json } | SlowItem {
  // A turn in which nothing happens: expressions are evaluated and that is all.
  const turn: Turn = {
    program,
    execution,
    facts,
    events: [],
    effects: [],
    characters: 0,
    changed: new Set(),
    deleted: [],
    results,
    steps,
    evaluations: undefined,
    ready: [],
    fallen: [],
    kept: [],
  };
  try {
    return { value: state.itemInput(scopeOf(turn, branch, { item }), item.value) };
  } catch (error) {
    if (error instanceof Deferral) return { slow: error };
    throw error;
  }
}

/** The results for the next try, after what was too slow has been evaluated. */
export function withResult({ place, results }: Deferral, result: EvaluationResult): EvaluationResults {
  return { ...results, [place]: result };
}
