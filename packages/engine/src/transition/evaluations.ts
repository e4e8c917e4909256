import type { Elsewhere, EvaluationRequest, EvaluationResult } from "@pawl/asl";
import type { Branch, EvaluationResults, Stage } from "../execution.js";
import type { Turn } from "./turn.js";

/**
 * Expressions that take too long for a transition. The stage in which one is met ends there, before anything of it is
 * recorded; the branch waits for the evaluation, and then does the stage again from its beginning with the result at hand.
 */

/** Thrown by a stage that needs an evaluation. */
export class Deferral {
  readonly request: EvaluationRequest;
  readonly place: string;

  constructor(request: EvaluationRequest, place: string) {
    this.request = request;
    this.place = place;
  }
}

/** The evaluations of one run of a stage. */
export class StageEvaluations implements Elsewhere {
  readonly #results: EvaluationResults;
  /** How often each field was evaluated: that of an item's input is for every item. */
  readonly #met = new Map<string, number>();

  constructor(results: EvaluationResults) {
    this.#results = results;
  }

  result(field: string): EvaluationResult | undefined {
    const count = (this.#met.get(field) ?? 0) + 1;
    this.#met.set(field, count);
    return this.#results[placeOf(field, count)];
  }

  ask(request: EvaluationRequest): never {
    throw new Deferral(request, placeOf(request.field, this.#met.get(request.field) ?? 1));
  }
}

/** The number comes first, so that no field's name can be that of a member of Object.prototype. */
function placeOf(field: string, count: number): string {
  return `${count} ${field}`;
}

export const NO_RESULTS: EvaluationResults = {};

/** The evaluations of the stage that is being run. */
export function evaluationsOf(turn: Turn): StageEvaluations {
  turn.evaluations ??= new StageEvaluations(turn.results);
  return turn.evaluations;
}

/**
 * Runs a stage of a branch with the results that it has. Where the stage needs another one the branch waits for that.
 * @returns what the stage gives; undefined where the branch waits
 */
export function inStage<Result>(turn: Turn, branch: Branch, stage: Stage, run: () => Result): Result | undefined {
  const { results: outerResults, evaluations: outerEvaluations } = turn;
  const results = branch.waiting.kind === "evaluation" ? branch.waiting.results : NO_RESULTS;
  turn.results = results;
  turn.evaluations = undefined;
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Deferral)) throw error;
    defer(turn, branch, stage, results, error);
    return undefined;
  } finally {
    turn.results = outerResults;
    turn.evaluations = outerEvaluations;
  }
}

function defer(
  turn: Turn,
  branch: Branch,
  stage: Stage,
  results: EvaluationResults,
  { request, place }: Deferral,
): void {
  // Between two stages of a branch lies an event, between two evaluations of a stage a result.
  const evaluation = `${turn.execution.lastEventId}.${Object.keys(results).length}`;
  branch.waiting = { kind: "evaluation", evaluation, place, stage, results };
  turn.changed.add(branch);
  turn.effects.push({ kind: "evaluate", branchId: branch.id, evaluation, request });
}

/** A branch that waits for an evaluation. */
export type EvaluationBranch = Branch & { waiting: Extract<Branch["waiting"], { kind: "evaluation" }> };

export function isEvaluating(branch: Branch | undefined): branch is EvaluationBranch {
  return branch?.waiting.kind === "evaluation";
}

/** Keeps a result for when the branch's stage is done again. */
export function takeResult({ waiting }: EvaluationBranch, result: EvaluationResult): EvaluationBranch["waiting"] {
  return { ...waiting, results: { ...waiting.results, [waiting.place]: result } };
}
