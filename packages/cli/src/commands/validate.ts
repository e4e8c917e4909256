import { compile } from "@pawl/asl";
import { diagnosticLine, readDefinition, shown } from "../definition-file.js";
import { exitCode } from "../exit-code.js";
import { styled, writeDocument, writeLine } from "../screen.js";
import { readTextFile } from "../text-file.js";

export interface ValidateOptions {
  readonly type: "STANDARD" | "EXPRESS";
  readonly json?: boolean;
}

/**
 * Checks definitions. Unlike the commands that print data it is text in a pipe too, as compilers are: what reads it there
 * is a build's log.
 */
export async function validate(files: readonly string[], options: ValidateOptions): Promise<number> {
  const results = [];
  for (const file of files) {
    const { json, faults, located } = await readDefinition(file, await readTextFile(file));
    const { program, diagnostics } = json === undefined ? { diagnostics: [] } : compile(json, { type: options.type });
    results.push({
      file: shown(file),
      result: program === undefined ? "FAIL" : "OK",
      diagnostics: [...faults, ...located(diagnostics)],
    });
  }
  if (options.json === true) {
    writeDocument(results);
  } else {
    for (const { file, result, diagnostics } of results) {
      for (const diagnostic of diagnostics) {
        writeLine(diagnosticLine(diagnostic));
      }
      if (result === "OK") {
        writeLine(`${styled("bold", file)}: ${styled("green", "valid")}`);
      }
    }
  }
  return results.every(({ result }) => result === "OK") ? exitCode.ok : exitCode.no;
}
