// Writes what was measured into docs/performance.md, between its markers, and the plots beside it. The figures themselves stand in
// docs/performance/figures.json: a run of some measurements leaves those of the others as they were.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { machineOf } from "./bench-run.mjs";
import { plot } from "./plots.mjs";
import { markdownRows } from "./rows.mjs";

const docs = fileURLToPath(new URL("../docs", import.meta.url));
const folder = join(docs, "performance");

/**
 * @param result of a run of the bench
 * @param measurements all that the page shows, in its order
 */
export function writeDocs(result, measurements) {
  mkdirSync(folder, { recursive: true });
  const figures = join(folder, "figures.json");
  const before = existsSync(figures) ? JSON.parse(readFileSync(figures, "utf8")) : {};
  const known = { environment: result.environment };
  for (const { name } of measurements) known[name] = result[name] ?? before[name];
  writeFileSync(figures, `${JSON.stringify(known, undefined, 2)}\n`);

  const shown = measurements.filter(({ name }) => known[name] !== undefined);
  const { environment } = result;
  const file = join(docs, "performance.md");
  let text = readFileSync(file, "utf8");
  text = between(text, "table", [
    `${machineOf(environment)}. ${environment.date.slice(0, 10)}.`,
    "",
    ...markdownRows(shown.flatMap(({ name, rows }) => rows(known[name]))),
  ]);
  const more = shown.filter(({ lines }) => lines !== undefined);
  text = between(
    text,
    "details",
    more.flatMap(({ name, lines }, index) => [...(index === 0 ? [] : [""]), ...lines(known[name])]),
  );
  const curves = shown.flatMap(({ name, curves: of }) => of?.(known[name]) ?? []);
  for (const curve of curves) writeFileSync(join(folder, `${curve.file}.svg`), plot(curve));
  text = between(
    text,
    "plots",
    curves
      .flatMap(({ file: name, title, words }) => [words, "", `![${title}](performance/${name}.svg)`, ""])
      .slice(0, -1),
  );
  writeFileSync(file, text);
}

/** The text with what stands between two markers replaced. */
function between(text, name, lines) {
  const [begin, end] = [`<!-- bench: ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no '${begin}' before '${end}'`);
  return `${text.slice(0, from + begin.length)}\n${lines.join("\n")}\n${text.slice(to)}`;
}
