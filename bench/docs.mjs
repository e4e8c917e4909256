// Writes what was measured into docs/performance.md, between its markers, and the plots beside it.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { plot } from "./plots.mjs";
import { markdownRows } from "./rows.mjs";

const docs = fileURLToPath(new URL("../docs", import.meta.url));

/**
 * @param result of a run of the bench
 * @param chosen its measurements
 * @param machine a line about the machine
 */
export function writeDocs(result, chosen, machine) {
  const file = join(docs, "performance.md");
  let text = readFileSync(file, "utf8");
  text = between(text, "table", [
    `${machine}. ${result.environment.date.slice(0, 10)}; ${(result.seconds / 60).toFixed(0)} minutes in all.`,
    "",
    ...markdownRows(result.rows),
  ]);
  const more = chosen.filter(({ lines }) => lines !== undefined);
  text = between(
    text,
    "details",
    more.flatMap(({ name, lines }, index) => [...(index === 0 ? [] : [""]), ...lines(result[name])]),
  );
  mkdirSync(join(docs, "performance"), { recursive: true });
  const curves = chosen.flatMap(({ name, curves: of }) => of?.(result[name]) ?? []);
  for (const curve of curves) writeFileSync(join(docs, "performance", `${curve.file}.svg`), plot(curve));
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
