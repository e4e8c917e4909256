import { resolve } from "node:path";
import { shown } from "../definition-file.js";
import { exitCode } from "../exit-code.js";
import { type OutputOptions, wantsJson, writeDocument, writeLine } from "../screen.js";

export interface CheckOptions extends OutputOptions {
  /** A data folder that no server uses. */
  readonly data: string;
}

/** Compares a backup, or what a data folder holds, with its checksums. Exit code 1 where something is damaged. */
export async function check(file: string | undefined, options: CheckOptions): Promise<number> {
  const { checkData } = await import("@pawl/engine");
  const path = resolve(file ?? options.data);
  const { executions, rows, faults } = await checkData(path);
  if (wantsJson(options)) {
    writeDocument({ path, executions, rows, faults });
  } else {
    for (const fault of faults) writeLine(fault);
    const verdict =
      faults.length === 0 ? "whole" : `damaged in ${faults.length} ${faults.length === 1 ? "place" : "places"}`;
    writeLine(`${shown(path)} is ${verdict}: ${executions} executions, ${rows} rows`);
  }
  return faults.length === 0 ? exitCode.ok : exitCode.no;
}
