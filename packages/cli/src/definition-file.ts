import { basename, relative } from "node:path";
import { type Diagnostic, type PositionOf, positionAt, positionsIn, positionsOf } from "@pawl/asl";
import { oneLine, styled } from "./screen.js";

/**
 * The name of the state machine that a file defines: the file's own without `.asl.json`, `.json`, `.asl.yaml`, …, with
 * what names may not hold replaced by `-`, at most 80 characters.
 */
export function machineName(file: string): string {
  const name = definitionStem(file);
  return name.replace(/[^A-Za-z0-9_.-]/g, "-").slice(0, 80);
}

/** A definition file's name without the suffix that says what it is. */
export function definitionStem(file: string): string {
  return basename(file).replace(/(?:\.asl)?\.(?:json|ya?ml)$|\.asl$/i, "");
}

export function isYaml(file: string): boolean {
  return /\.ya?ml$/i.test(file);
}

/** One diagnostic as compilers print it: `FILE:LINE:COLUMN: error CODE: message; did you mean 'word'? (location)`. */
export interface LocatedDiagnostic extends Diagnostic {
  readonly file: string;
  /** Absent where the fault has no place in the text. */
  readonly line?: number;
  readonly column?: number;
}

/** A definition as the engine takes it, and the way back to its file. */
export interface Definition {
  /** JSON; undefined where the file is YAML and cannot be read. */
  readonly json: string | undefined;
  /** Why it cannot be read. */
  readonly faults: readonly LocatedDiagnostic[];
  /** Finds the places of diagnostics in the file's text. */
  located(diagnostics: readonly Diagnostic[]): LocatedDiagnostic[];
}

/** Reads what a definition file holds: YAML where its name says so, else JSON. */
export async function readDefinition(file: string, text: string): Promise<Definition> {
  if (!isYaml(file)) {
    return { json: text, faults: [], located: locating(file, () => positionsIn(text)) };
  }
  // Most definitions are JSON, and do not wait for it.
  const { readYaml } = await import("./yaml-definition.js");
  const read = readYaml(text);
  if ("json" in read) {
    return { json: read.json, faults: [], located: locating(file, () => positionsOf(text, read.outline)) };
  }
  const faults = read.map(
    ({ message, offset }): LocatedDiagnostic => ({
      file: shown(file),
      severity: "ERROR",
      code: "INVALID_YAML_DESCRIPTION",
      message,
      ...positionAt(text, offset),
    }),
  );
  return { json: undefined, faults, located: locating(file, () => () => undefined) };
}

function locating(file: string, positions: () => PositionOf): Definition["located"] {
  return (diagnostics) => {
    if (diagnostics.length === 0) {
      return [];
    }
    const positionOf = positions();
    return diagnostics.map((diagnostic) => ({ file: shown(file), ...diagnostic, ...positionOf(diagnostic.location) }));
  };
}

export function diagnosticLine(diagnostic: LocatedDiagnostic): string {
  const { file, line, column, severity, code, message, location, suggestion } = diagnostic;
  const place = [file, line, column].filter((part) => part !== undefined).join(":");
  const grade = severity === "ERROR" ? styled("red", "error") : styled("yellow", "warning");
  const where = location === undefined ? "" : styled("dim", ` (${oneLine(location)})`);
  const meant = suggestion === undefined ? "" : `; did you mean '${oneLine(suggestion)}'?`;
  return `${styled("bold", place)}: ${grade} ${code}: ${oneLine(message)}${meant}${where}`;
}

/** A file's path as short as it can be said from here. */
export function shown(file: string): string {
  const path = relative(process.cwd(), file);
  return path === "" || path.startsWith("..") ? file : path;
}
