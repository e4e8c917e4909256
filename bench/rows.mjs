// The rows of the table: what was measured, what it should be, and beside what it stands.

/**
 * One row.
 * @param what in words
 * @param value the figure; its form is `as`'s
 * @param atLeast, atMost the aim, where there is one
 * @param ratio the figure beside a baseline of the same run, which `beside` names
 */
export function row({ what, value, as, atLeast, atMost, ratio, beside }) {
  const aim = atLeast ?? atMost;
  return {
    what,
    value,
    measured: as(value),
    ...(aim === undefined
      ? {}
      : {
          aim: `${atLeast === undefined ? "at most" : "at least"} ${as(aim)}`,
          met: atLeast === undefined ? value <= aim : value >= aim,
        }),
    ...(ratio === undefined ? {} : { ratio, beside }),
  };
}

const numbers = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** How figures look. */
export const count = (value) => numbers.format(value);
export const perSecond = (value) => `${count(value)}/s`;
export const times = (value) => `${value.toFixed(2)} ×`;
export const seconds = (value) => (value < 1 ? `${count(value * 1000)} ms` : `${value.toFixed(2)} s`);
/** Of a number of milliseconds. */
export const milliseconds = (value) => `${value < 10 ? Number(value.toFixed(2)) : count(value)} ms`;
/** Millions of bytes, of a number of bytes. */
export const megabytes = (value) => `${count(value / 1e6)} MB`;

/** The rows in columns, as text for a terminal. */
export function printRows(rows) {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((each) => each[column].length)));
  return cells.map((each) =>
    each
      .map((cell, column) => cell.padEnd(widths[column]))
      .join("  ")
      .trimEnd(),
  );
}

/** The same as lines of Markdown. */
export function markdownRows(rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(HEAD), line(["---", "---", "---:", "---", "---"]), ...rows.map((each) => line(cellsOf(each)))];
}

const HEAD = ["what", "aim", "measured", "ratio", "met"];

function cellsOf({ what, aim = "", measured, ratio, beside, met }) {
  return [
    what,
    aim,
    measured,
    ratio === undefined ? "" : `${ratio >= 100 ? count(ratio) : Number(ratio.toPrecision(2))} × ${beside}`,
    met === undefined ? "" : met ? "yes" : "no",
  ];
}
