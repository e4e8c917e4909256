import { basename, relative } from "node:path";
import type { Diagnostic } from "@pawl/asl";
import { oneLine, styled } from "./screen.js";
import { positionsIn } from "./text-position.js";

/**
 * The name of the state machine that a file defines: the file's own without `.asl.json` or `.json`, with what names may
 * not hold replaced by `-`, at most 80 characters.
 */
export function machineName(file: string): string {
  const name = basename(file).replace(/(?:\.asl)?\.json$|\.asl$/i, "");
  return name.replace(/[^A-Za-z0-9_.-]/g, "-").slice(0, 80);
}

/** One diagnostic as compilers print it: `FILE:LINE:COLUMN: error CODE: message (location)`. */
export interface LocatedDiagnostic extends Diagnostic {
  readonly file: string;
  /** Absent where the fault has no place in the text. */
  readonly line?: number;
  readonly column?: number;
}

/** Finds the places of a definition's diagnostics in its file's text. */
export function located(file: string, text: string, diagnostics: readonly Diagnostic[]): LocatedDiagnostic[] {
  if (diagnostics.length === 0) {
    return [];
  }
  const positionOf = positionsIn(text);
  return diagnostics.map((diagnostic) => ({ file: shown(file), ...diagnostic, ...positionOf(diagnostic.location) }));
}

export function diagnosticLine({ file, line, column, severity, code, message, location }: LocatedDiagnostic): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(":");
  const grade = severity === "ERROR" ? styled("red", "error") : styled("yellow", "warning");
  const where = location === undefined ? "" : styled("dim", ` (${oneLine(location)})`);
  return `${styled("bold", place)}: ${grade} ${code}: ${oneLine(message)}${where}`;
}

/** A file's path as short as it can be said from here. */
export function shown(file: string): string {
  const path = relative(process.cwd(), file);
  return path === "" || path.startsWith("..") ? file : path;
}
