import { stripVTControlCharacters } from "node:util";
import { styled } from "./screen.js";

/** The lines of a table: a header, then one line a row, columns aligned. Cells may hold colours. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [header.map((title) => styled("bold", title)), ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ""))));
  return all.map((row) =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** The lines of a record: names and values side by side; values of several lines are indented below their name. */
export function record(fields: readonly (readonly [name: string, value: string | undefined])[]): string[] {
  const present = fields.filter((field): field is readonly [string, string] => field[1] !== undefined);
  const nameWidth = Math.max(...present.map(([name]) => name.length));
  return present.map(([name, value]) => {
    const indented = value.split("\n").join(`\n${" ".repeat(nameWidth + 2)}`);
    return `${styled("bold", name.padEnd(nameWidth))}  ${indented}`;
  });
}

function width(cell: string): number {
  return [...stripVTControlCharacters(cell)].length;
}

function padded(cell: string, to: number): string {
  return cell + " ".repeat(Math.max(0, to - width(cell)));
}
