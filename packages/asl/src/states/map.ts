import type { Fields } from "../fields.js";
import type { Graph, MapState, Scope } from "../program.js";
import type { Evaluate, QueryLanguage } from "../query-language/query-language.js";
import { StatesError } from "../states-error.js";
import { compileCatch } from "./catcher.js";
import { compileFractionalLimit, compileLimit } from "./limit.js";
import { compileNext } from "./next.js";
import { compileRetry } from "./retrier.js";
import type { StateContext } from "./state-context.js";

export const MAP_FIELDS = {
  both: [
    "Type",
    "Comment",
    "QueryLanguage",
    "Next",
    "End",
    "Assign",
    "Retry",
    "Catch",
    "ItemProcessor",
    "Iterator",
    "ItemSelector",
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "MaxConcurrency",
    "ToleratedFailureCount",
    "ToleratedFailurePercentage",
    "Label",
  ],
  JSONPath: [
    "InputPath",
    "OutputPath",
    "Parameters",
    "ItemsPath",
    "ResultSelector",
    "ResultPath",
    "MaxConcurrencyPath",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentagePath",
  ],
  JSONata: ["Items", "Output"],
};

/** Map: one run of the item processor for each item; the result is the array of their outputs. */
export function compileMap(state: Fields, context: StateContext): MapState | undefined {
  const { language } = context;
  const input = language.input(state);
  const items = language.items(state, input);
  state.exclusive("ItemSelector", "Parameters");
  const select = language.template(state, "ItemSelector") ?? language.template(state, "Parameters");
  const maxConcurrency = compileLimit(state, "MaxConcurrency", { minimum: 0 }, language, input);
  const tolerance = compileTolerance(state, language, input);
  const label = state.string("Label");
  const guarded = { retry: compileRetry(state, language.name), catch: compileCatch(state, context) };
  const next = compileNext(state, context);
  const exit = language.exit(state);
  const processor = compileProcessor(state, context);
  if (processor === undefined) return undefined;
  return {
    type: "Map",
    name: context.name,
    ...processor,
    ...(label === undefined ? {} : { label }),
    next,
    ...guarded,
    enter: (scope) => ({ items: items(scope), maxConcurrency: maxConcurrency?.(scope) ?? 0 }),
    tolerance,
    itemInput: select === undefined ? (_scope, item) => item : (scope) => select(input(scope), scope),
    exit,
  };
}

function compileTolerance(state: Fields, language: QueryLanguage, input: Evaluate): MapState["tolerance"] {
  const count = compileLimit(state, "ToleratedFailureCount", { minimum: 0 }, language, input);
  const bounds = { minimum: 0, maximum: 100 };
  const percentage = compileFractionalLimit(state, "ToleratedFailurePercentage", bounds, language, input);
  return (scope: Scope) => {
    const toleratedFailureCount = count?.(scope);
    const toleratedFailurePercentage = percentage?.(scope);
    if (toleratedFailureCount !== undefined && toleratedFailureCount < 0) {
      throw new StatesError("States.Runtime", "ToleratedFailureCount cannot be negative.");
    }
    if (
      toleratedFailurePercentage !== undefined &&
      !(toleratedFailurePercentage >= 0 && toleratedFailurePercentage <= 100)
    ) {
      throw new StatesError("States.Runtime", "ToleratedFailurePercentage must be between 0 and 100.");
    }
    return {
      ...(toleratedFailureCount === undefined ? {} : { toleratedFailureCount }),
      ...(toleratedFailurePercentage === undefined ? {} : { toleratedFailurePercentage }),
    };
  };
}

/** ItemProcessor, or Iterator as it was called before. */
function compileProcessor(
  state: Fields,
  context: StateContext,
): { readonly processor: Graph; readonly mode: MapState["mode"] } | undefined {
  state.exclusive("ItemProcessor", "Iterator");
  const fields = state.child("ItemProcessor") ?? state.child("Iterator");
  if (fields === undefined) {
    if (!state.has("Iterator")) state.require("ItemProcessor");
    return undefined;
  }
  fields.support({ both: ["Comment", "StartAt", "States", "ProcessorConfig"] }, context.language.name);
  const mode = compileProcessorConfig(fields.child("ProcessorConfig"));
  const processor = context.graph(fields);
  return processor && { processor, mode };
}

function compileProcessorConfig(config: Fields | undefined): MapState["mode"] {
  if (config === undefined) return "INLINE";
  config.support({ both: ["Mode", "ExecutionType"] }, "JSONPath");
  const mode = config.choice("Mode", ["INLINE", "DISTRIBUTED"]) ?? "INLINE";
  config.choice("ExecutionType", ["STANDARD", "EXPRESS"]);
  if (mode === "DISTRIBUTED") config.require("ExecutionType");
  return mode;
}
