import {
  type Elsewhere,
  type EvaluationRequest,
  type EvaluationResult,
  isLongerThan,
  type Json,
  limitExceeded,
  StatesError,
} from "@pawl/asl";
import type { Branch, EvaluationResults, Stage } from "../execution.js";
import type { Turn } from "./turn.js";

/**
 * Expressions that take too long for a transition. The stage in which one is met ends there, before anything of it is
 * recorded; the branch waits for the evaluation, and then does the stage again from its beginning with the result at hand,
 * and with those of the expressions before it.
 */

/** Thrown by a stage that needs an evaluation. */
export class Deferral {
  readonly request: EvaluationRequest;
  readonly place: string;
  /** Everything that was evaluated before: it is not done again. */
  readonly results: EvaluationResults;

  constructor(request: EvaluationRequest, place: string, results: EvaluationResults) {
    this.request = request;
    this.place = place;
    this.results = results;
  }
}

/** Steps of one expression: about 10 ms. */
const STEPS_OF_AN_EXPRESSION = 100_000;

/** Steps of all expressions of one transition: about 30 ms. */
const STEPS_OF_A_TRANSITION = 300_000;

/** Characters of the results that a state waits with, as JSON: those of JSONata's longest strings, a few times. */
const MOST_CHARACTERS = 16_777_216;

/** How much longer the expressions of a transition may take. */
export interface StepBudget {
  left: number;
}

export function stepBudget(): StepBudget {
  return { left: STEPS_OF_A_TRANSITION };
}

/** The evaluations of one run of a stage. */
export class StageEvaluations implements Elsewhere {
  readonly #results: EvaluationResults;
  readonly #budget: StepBudget;
  /** How often each field was evaluated: that of an item's input is for every item. */
  readonly #met = new Map<string, number>();
  /** What was evaluated in this run. */
  readonly #done = new Map<string, EvaluationResult>();

  constructor(results: EvaluationResults, budget: StepBudget = stepBudget()) {
    this.#results = results;
    this.#budget = budget;
  }

  get steps(): number {
    return Math.max(0, Math.min(STEPS_OF_AN_EXPRESSION, this.#budget.left));
  }

  result(field: string): EvaluationResult | undefined {
    const count = (this.#met.get(field) ?? 0) + 1;
    this.#met.set(field, count);
    return this.#results[placeOf(field, count)];
  }

  done(field: string, value: Json, steps: number): void {
    this.#budget.left -= steps;
    this.#done.set(this.#place(field), { value });
  }

  ask(request: EvaluationRequest): never {
    this.#budget.left -= this.steps;
    const results = { ...this.#results, ...Object.fromEntries(this.#done) };
    // They are stored until the state goes on.
    if (areTooLarge(results)) throw tooMuchMemory(request);
    throw new Deferral(request, this.#place(request.field), results);
  }

  #place(field: string): string {
    return placeOf(field, this.#met.get(field) ?? 1);
  }
}

function areTooLarge(results: EvaluationResults): boolean {
  // They are JSON, as they are stored.
  return isLongerThan(results as unknown as Json, MOST_CHARACTERS);
}

function tooMuchMemory(request: EvaluationRequest): StatesError {
  const result = limitExceeded(request, "memory");
  const { error, cause } = "error" in result ? result : { error: "States.QueryEvaluationError", cause: "" };
  return new StatesError(error, cause, request.field);
}

/** The number comes first, so that no field's name can be that of a member of Object.prototype. */
function placeOf(field: string, count: number): string {
  return `${count} ${field}`;
}

export const NO_RESULTS: EvaluationResults = {};

/** The evaluations of the stage that is being run. */
export function evaluationsOf(turn: Turn): StageEvaluations {
  turn.evaluations ??= new StageEvaluations(turn.results, turn.steps);
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
    defer(turn, branch, stage, error);
    return undefined;
  } finally {
    turn.results = outerResults;
    turn.evaluations = outerEvaluations;
  }
}

function defer(turn: Turn, branch: Branch, stage: Stage, { request, place, results }: Deferral): void {
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
