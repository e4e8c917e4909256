import type { Fields } from "../fields.js";
import type { ItemReader, Scope } from "../program.js";
import type { Evaluate, QueryLanguage } from "../query-language/query-language.js";
import { compileMapLimit } from "./limit.js";

const CONFIG_FIELDS = {
  both: [
    "InputType",
    "Transformation",
    "CSVHeaderLocation",
    "CSVHeaders",
    "CSVDelimiter",
    "ManifestType",
    "ItemsPointer",
    "MaxItems",
  ],
  JSONPath: ["MaxItemsPath"],
};

const MOST_ITEMS = 100_000_000;

/** ItemReader of a Map state: the dataset that the items come from. Undefined where the state has none. */
export function compileItemReader(
  state: Fields,
  language: QueryLanguage,
  input: Evaluate,
): ((scope: Scope) => ItemReader) | undefined {
  const reader = state.child("ItemReader");
  if (reader === undefined) return undefined;
  reader.support(
    { both: ["Resource", "ReaderConfig"], JSONPath: ["Parameters"], JSONata: ["Arguments"] },
    language.name,
  );
  reader.require("Resource");
  const resource = reader.string("Resource") ?? "";
  if (reader.has("Resource") && !/^arn:[\w-]+:states:::s3:(getObject|listObjectsV2)$/.test(resource)) {
    reader.refuse("The field 'Resource' does not match any of the allowed values", reader.at("Resource"));
  }
  const parameters = language.payload(reader, input);
  const config = reader.child("ReaderConfig");
  if (config !== undefined) checkConfig(config, language);
  const maxItems = config && compileMapLimit(config, "MaxItems", { minimum: 0, maximum: MOST_ITEMS }, language, input);
  return (scope) => ({
    resource,
    parameters: parameters?.(scope) ?? {},
    config: config?.object ?? {},
    ...(maxItems === undefined ? {} : { maxItems: maxItems(scope) }),
  });
}

function checkConfig(config: Fields, language: QueryLanguage): void {
  config.support(CONFIG_FIELDS, language.name);
  const type = config.choice("InputType", ["CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"]);
  const manifest = config.choice("ManifestType", ["ATHENA_DATA", "S3_INVENTORY"]);
  config.choice("Transformation", ["NONE", "LOAD_AND_FLATTEN"]);
  config.choice("CSVDelimiter", ["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"]);
  config.string("ItemsPointer");
  const location = config.choice("CSVHeaderLocation", ["FIRST_ROW", "GIVEN"]);
  config.strings("CSVHeaders");
  if (type === "CSV" && manifest === undefined && !config.has("CSVHeaderLocation")) {
    config.refuse("The field 'CSVHeaderLocation' is required");
  }
  if (type === "JSON" && config.has("CSVHeaderLocation")) config.refuse("Field 'CSVHeaderLocation' is not supported");
  if (location === "GIVEN") config.require("CSVHeaders");
}
