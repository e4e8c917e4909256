import type { Fields } from "../fields.js";
import type { ResultWriter, Scope } from "../program.js";
import type { Evaluate, QueryLanguage } from "../query-language/query-language.js";

/** ResultWriter of a Map state: where the results of a map run go, and in which form. Undefined where the state has none. */
export function compileResultWriter(
  state: Fields,
  language: QueryLanguage,
  input: Evaluate,
): ((scope: Scope) => ResultWriter) | undefined {
  const writer = state.child("ResultWriter");
  if (writer === undefined) return undefined;
  writer.support(
    { both: ["Resource", "WriterConfig"], JSONPath: ["Parameters"], JSONata: ["Arguments"] },
    language.name,
  );
  const resource = writer.string("Resource");
  if (resource !== undefined && !/^arn:[\w-]+:states:::s3:putObject$/.test(resource)) {
    writer.refuse("The field 'Resource' does not match any of the allowed values", writer.at("Resource"));
  }
  const parameters = language.payload(writer, input);
  const config = writer.child("WriterConfig");
  config?.support({ both: ["Transformation", "OutputType"] }, language.name);
  config?.choice("Transformation", ["NONE", "COMPACT", "FLATTEN"]);
  config?.choice("OutputType", ["JSON", "JSONL"]);
  return (scope) => ({
    ...(resource === undefined ? {} : { resource }),
    ...(parameters === undefined ? {} : { parameters: parameters(scope) }),
    config: config?.object ?? {},
  });
}
