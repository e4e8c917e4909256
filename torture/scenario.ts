import { pause, type Trial, type TrialOptions } from "../test/durability/trial.js";

/** One kind of fault, done again and again to a process under load. */
export interface Scenario {
  readonly name: string;
  /** What happens in a cycle, in a few words. */
  readonly what: string;
  readonly options?: () => TrialOptions;
  /** Why it cannot be done on this machine; undefined where it can. */
  readonly impossible?: () => string | undefined;
  cycle(trial: Trial, round: number): Promise<void>;
  /** After the last cycle, before the verdict: the faults end. */
  end?(trial: Trial): Promise<void>;
  /** Sentences of the verdict that this fault explains. */
  readonly allowed?: RegExp;
}

/** The process has work for a while. */
export async function underLoad(trial: Trial, least: number, most: number): Promise<void> {
  await trial.served();
  await pause(least + trial.random.below(most - least));
}
