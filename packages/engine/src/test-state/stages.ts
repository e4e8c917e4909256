import { randomUUID } from "node:crypto";
import {
  type Elsewhere,
  type EvaluationResult,
  type Json,
  type JsonObject,
  type Scope,
  type TraceStep,
  workOfState,
} from "@pawl/asl";
import type { EvaluationResults } from "../execution.js";
import type { EvaluateExpression } from "../runtime/evaluation-threads.js";
import { Deferral, NO_RESULTS, StageEvaluations } from "../transition/evaluations.js";
import type { Inspection, Trace } from "./inspection.js";

/** What the expressions of a tested state see. */
interface View {
  readonly input: Json;
  readonly variables: JsonObject;
  readonly context: JsonObject;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly random: () => number;
}

/** A scope; where `context` is given, with members of the context object that only this scope has. */
export type ScopeOf = (context?: JsonObject) => Scope;

type Compute<Result> = (scope: Scope, scopeOf: ScopeOf) => Result;

/** Runs the closures of a state, tells an inspection what they traced, and has long expressions evaluated elsewhere. */
export class Stages {
  readonly #view: View;
  readonly #inspection: Inspection;
  readonly #evaluate: EvaluateExpression;

  constructor(view: View, inspection: Inspection, evaluate: EvaluateExpression) {
    this.#view = view;
    this.#inspection = inspection;
    this.#evaluate = evaluate;
  }

  /**
   * @param compute done again from its beginning whenever a long expression has been evaluated
   * @throws StatesError what `compute` throws
   */
  run<Result>(compute: Compute<Result>): Promise<Result> {
    return this.#run(compute, (trace, complete) => this.#inspection.take(trace, complete));
  }

  /** The same for what is not inspected. */
  runUntold<Result>(compute: Compute<Result>): Promise<Result> {
    return this.#run(compute, () => {});
  }

  async #run<Result>(compute: Compute<Result>, tell: (trace: Trace, complete: boolean) => void): Promise<Result> {
    let results: EvaluationResults = NO_RESULTS;
    for (;;) {
      const trace: [TraceStep, Json][] = [];
      const elsewhere = new StageEvaluations(results);
      const scopeOf: ScopeOf = (context) => this.#scope(elsewhere, (step, value) => trace.push([step, value]), context);
      try {
        const result = compute(scopeOf(), scopeOf);
        tell(trace, true);
        return result;
      } catch (error) {
        if (!(error instanceof Deferral)) {
          tell(trace, false);
          throw error;
        }
        const result: EvaluationResult = await this.#evaluate(error.request);
        results = { ...error.results, [error.place]: result };
      }
    }
  }

  #scope(elsewhere: Elsewhere, trace: (step: TraceStep, value: Json) => void, extra: JsonObject = {}): Scope {
    const { input, variables, context, now, random } = this.#view;
    return {
      input,
      variables,
      context: () => ({ ...context, ...extra }),
      now,
      random,
      uuid: randomUUID,
      elsewhere,
      work: workOfState(),
      trace,
    };
  }
}
