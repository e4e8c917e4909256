import type { Fields } from "../fields.js";
import type { Retrier } from "../program.js";

/** The default of MaxAttempts, IntervalSeconds and BackoffRate (spec, "Retrying after error"). */
const DEFAULTS = { maxAttempts: 3, intervalSeconds: 1, backoffRate: 2 };

/** Retry: the retriers with their defaults filled in. */
export function compileRetry(state: Fields, language: "JSONPath" | "JSONata"): readonly Retrier[] {
  const retriers = state.children("Retry") ?? [];
  checkOrder(retriers);
  return retriers.map((retrier) => compileRetrier(retrier, language));
}

function compileRetrier(retrier: Fields, language: "JSONPath" | "JSONata"): Retrier {
  retrier.support(
    {
      both: [
        "Comment",
        "ErrorEquals",
        "IntervalSeconds",
        "MaxAttempts",
        "BackoffRate",
        "MaxDelaySeconds",
        "JitterStrategy",
      ],
    },
    language,
  );
  const intervalSeconds = retrier.integer("IntervalSeconds", { minimum: 0, maximum: 99_999_999 });
  const maxDelaySeconds = retrier.integer("MaxDelaySeconds", { minimum: 1, maximum: 31_622_400 });
  return {
    errorEquals: compileErrorEquals(retrier),
    intervalSeconds: intervalSeconds ?? DEFAULTS.intervalSeconds,
    maxAttempts: retrier.integer("MaxAttempts", { minimum: 0, maximum: 99_999_999 }) ?? DEFAULTS.maxAttempts,
    backoffRate: retrier.number("BackoffRate", { minimum: 1 }) ?? DEFAULTS.backoffRate,
    ...(maxDelaySeconds === undefined ? {} : { maxDelaySeconds }),
    jitterStrategy: retrier.choice("JitterStrategy", ["NONE", "FULL"]) ?? "NONE",
  };
}

/** ErrorEquals of a retrier or catcher. */
export function compileErrorEquals(fields: Fields): readonly string[] {
  fields.require("ErrorEquals");
  const errors = fields.strings("ErrorEquals") ?? [];
  if (fields.array("ErrorEquals")?.length === 0) fields.refuse("Value cannot be empty", fields.at("ErrorEquals"));
  return errors;
}

/** States.ALL stands alone, and only in the last retrier or catcher. */
export function checkOrder(list: readonly Fields[]): void {
  list.forEach((fields, index) => {
    const errors = fields.value("ErrorEquals");
    if (!Array.isArray(errors) || !errors.includes("States.ALL")) return;
    if (errors.length === 1 && index === list.length - 1) return;
    fields.refuse("States.ALL must appear alone and at end of list", fields.at("ErrorEquals"));
  });
}
