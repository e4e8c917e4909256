import type { Fields } from "../fields.js";
import type { Json } from "../json.js";
import type { MapRunEntry, MapState, Scope } from "../program.js";
import type { Evaluate, QueryLanguage } from "../query-language/query-language.js";
import { StatesError } from "../states-error.js";
import { compileCatch } from "./catcher.js";
import { compileItemBatcher } from "./item-batcher.js";
import { compileItemReader } from "./item-reader.js";
import { compileFractionalMapLimit, compileMapLimit } from "./limit.js";
import { compileNext } from "./next.js";
import { compileResultWriter } from "./result-writer.js";
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
  const maxConcurrency = compileMapLimit(state, "MaxConcurrency", { minimum: 0 }, language, input);
  const label = compileLabel(state, context);
  const enterRun = compileRun(state, language, input);
  const guarded = { retry: compileRetry(state, language.name), catch: compileCatch(state, context) };
  const next = compileNext(state, context);
  const exit = language.exit(state, "result");
  const processor = compileProcessor(state, context);
  if (processor === undefined) return undefined;
  const read = processor.mode === "DISTRIBUTED" && state.has("ItemReader");
  return {
    type: "Map",
    name: context.name,
    ...processor,
    ...(label === undefined ? {} : { label }),
    writesResults: processor.mode === "DISTRIBUTED" && state.child("ResultWriter")?.has("Resource") === true,
    next,
    ...guarded,
    inputItems: items,
    enter: (scope) => ({ items: read ? [] : items(scope), maxConcurrency: maxConcurrency?.(scope) ?? 0 }),
    enterRun,
    selectsInput: select !== undefined,
    itemInput: select === undefined ? (_scope, item) => item : (scope) => traced(scope, select(input(scope), scope)),
    exit,
  };
}

function traced(scope: Scope, item: Json): Json {
  scope.trace?.("afterItemSelector", item);
  return item;
}

function compileRun(state: Fields, language: QueryLanguage, input: Evaluate): MapState["enterRun"] {
  const tolerance = compileTolerance(state, language, input);
  const reader = compileItemReader(state, language, input);
  const batcher = compileItemBatcher(state, language, input);
  const writer = compileResultWriter(state, language, input);
  return (scope) => ({
    ...tolerance(scope),
    ...(reader === undefined ? {} : { reader: reader(scope) }),
    ...(batcher === undefined ? {} : { batcher: batcher(scope) }),
    ...(writer === undefined ? {} : { writer: writer(scope) }),
  });
}

function compileTolerance(state: Fields, language: QueryLanguage, input: Evaluate): (scope: Scope) => MapRunEntry {
  const count = compileMapLimit(state, "ToleratedFailureCount", { minimum: 0 }, language, input);
  const bounds = { minimum: 0, maximum: 100 };
  const percentage = compileFractionalMapLimit(state, "ToleratedFailurePercentage", bounds, language, input);
  return (scope) => {
    const toleratedFailureCount = count?.(scope);
    const toleratedFailurePercentage = percentage?.(scope);
    if (toleratedFailureCount !== undefined && toleratedFailureCount < 0) {
      throw new StatesError("States.Runtime", "ToleratedFailureCount cannot be negative.");
    }
    if (
      toleratedFailurePercentage !== undefined &&
      (toleratedFailurePercentage < 0 || toleratedFailurePercentage > 100)
    ) {
      throw new StatesError("States.Runtime", "ToleratedFailurePercentage must be between 0 and 100.");
    }
    return {
      ...(toleratedFailureCount === undefined ? {} : { toleratedFailureCount }),
      ...(toleratedFailurePercentage === undefined ? {} : { toleratedFailurePercentage }),
    };
  };
}

const LONGEST_LABEL = 40;

/** What a name of the service must not hold: white space, brackets, wildcards, special and control characters. */
const INVALID_LABEL = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\p{Cs}]|[\uFFFE\uFFFF]/u;

function compileLabel(state: Fields, context: StateContext): string | undefined {
  const label = state.string("Label");
  if (label === undefined) return undefined;
  const refuse = (code: string, message: string) => state.refuse(message, state.at("Label"), code);
  if (label.length > LONGEST_LABEL) {
    const fault = `exceeds the ${LONGEST_LABEL}-character limit allowed by the service`;
    refuse("INVALID_LABEL_NAME", `Invalid Label name: Label '${label}' ${fault}`);
  } else if (label === "" || INVALID_LABEL.test(label)) {
    refuse("INVALID_LABEL_NAME", `Invalid Label name: Label '${label}' contains invalid characters`);
  } else if (!context.claimLabel(label)) {
    refuse("DUPLICATE_LABEL_NAME", `Duplicate Label name: ${label}`);
  }
  return label;
}

/** ItemProcessor, or Iterator as it was called before. */
function compileProcessor(
  state: Fields,
  context: StateContext,
): Pick<MapState, "processor" | "mode" | "executionType"> | undefined {
  state.requireOneOf("ItemProcessor", "Iterator");
  state.exclusive("ItemProcessor", "Iterator");
  const fields = state.child("ItemProcessor") ?? state.child("Iterator");
  if (fields === undefined) return undefined;
  fields.support({ both: ["Comment", "StartAt", "States", "ProcessorConfig"] }, context.language.name);
  const config = compileProcessorConfig(fields.child("ProcessorConfig"), context);
  const processor = context.graph(fields);
  return processor && { processor, ...config };
}

function compileProcessorConfig(
  config: Fields | undefined,
  context: StateContext,
): Pick<MapState, "mode" | "executionType"> {
  if (config === undefined) return { mode: "INLINE" };
  config.support({ both: ["Mode", "ExecutionType"] }, context.language.name);
  const mode = config.choice("Mode", ["INLINE", "DISTRIBUTED"]);
  const executionType = config.choice("ExecutionType", ["STANDARD", "EXPRESS"]);
  if (mode === "INLINE" && config.has("ExecutionType")) config.refuse("Field 'ExecutionType' is not supported");
  if (mode === "DISTRIBUTED") {
    config.require("ExecutionType");
    if (context.machineType === "EXPRESS") {
      const message = "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines";
      config.refuse(message, config.at("Mode"));
    }
  }
  return { mode: mode ?? "INLINE", ...(executionType === undefined ? {} : { executionType }) };
}
