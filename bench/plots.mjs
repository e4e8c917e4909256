// Draws the curves of measurements as SVG files: both axes logarithmic, a line of slope one beside each curve, which is what a
// cost looks like that grows with the work and no faster. Legible in light and in dark pages: an SVG that a page shows as an image
// follows the reader's own setting.
import { scaleLog } from "d3-scale";
import { line } from "d3-shape";

const WIDTH = 640;
const HEIGHT = 380;
const MARGIN = { top: 48, right: 40, bottom: 52, left: 72 };

const STYLE = `
  text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #57606a }
  .title { font-size: 15px; font-weight: 600; fill: #1f2328 }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .slope { stroke: #8c959f; stroke-width: 1.5; stroke-dasharray: 5 4; fill: none }
  .curve { stroke-width: 2.5; fill: none; stroke-linejoin: round }
  .value { font-weight: 600; fill: #1f2328 }
  .c0 { stroke: #0969da; fill: #0969da } .c1 { stroke: #bc4c00; fill: #bc4c00 } .c2 { stroke: #1a7f37; fill: #1a7f37 }
  path.c0, path.c1, path.c2 { fill: none }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1 }
    .title, .value { fill: #f0f6fc }
    .grid { stroke: #3d444d }
    .slope { stroke: #656c76 }
    .c0 { stroke: #4493f8; fill: #4493f8 } .c1 { stroke: #db6d28; fill: #db6d28 } .c2 { stroke: #3fb950; fill: #3fb950 }
  }`;

/**
 * The SVG of a plot.
 * @param curve `title`, the axes' names `x` and `y`, and `series` of `name` and `points` [x, y], all above 0; `slope: false` in a
 *   series that has no line of slope one, because it is not to grow at all
 */
export function plot({ title, x, y, series }) {
  const across = scaleLog(extent(series, 0), [MARGIN.left, WIDTH - MARGIN.right]);
  const up = scaleLog(roomy(extent(series, 1)), [HEIGHT - MARGIN.bottom, MARGIN.top + 16]);
  const path = line(
    ([value]) => across(value),
    ([, value]) => up(value),
  ).digits(1);
  const body = [
    ...sizesOf(series).map((value) => {
      const at = round(across(value));
      return `<line class="grid" x1="${at}" x2="${at}" y1="${MARGIN.top + 16}" y2="${HEIGHT - MARGIN.bottom}"/>${label(at, HEIGHT - MARGIN.bottom + 18, short(value), "middle")}`;
    }),
    ...powersOfTen(up.domain()).map((value) => {
      const at = round(up(value));
      return `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at}" y2="${at}"/>${label(MARGIN.left - 8, at + 4, short(value), "end")}`;
    }),
    ...series.flatMap((each, index) => seriesLines(each, index, { path, across, up })),
    ...legend(series),
    label(MARGIN.left, 24, title, "start", "title"),
    label((MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 14, x, "middle"),
    `<text transform="translate(18 ${(HEIGHT - MARGIN.bottom + MARGIN.top) / 2}) rotate(-90)" text-anchor="middle">${escaped(y)}</text>`,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">
<title>${escaped(title)}</title>
<style>${STYLE}
</style>
${body.join("\n")}
</svg>
`;
}

function seriesLines({ points, slope = true }, index, { path, across, up }) {
  const [[firstX, firstY]] = points;
  const lines = [];
  if (slope) {
    // As far as the plot goes: a curve that stays below it grows slower than the work.
    const reach = Math.min(across.domain()[1], (firstX * up.domain()[1]) / firstY);
    const ends = [
      [firstX, firstY],
      [reach, (firstY * reach) / firstX],
    ];
    lines.push(`<path class="slope" d="${path(ends)}"/>`);
  }
  lines.push(`<path class="curve c${index}" d="${path(points)}"/>`);
  for (const [position, [x, y]] of points.entries()) {
    const [left, top] = [round(across(x)), round(up(y))];
    const anchor = position === 0 ? "start" : position === points.length - 1 ? "end" : "middle";
    lines.push(`<circle class="c${index}" cx="${left}" cy="${top}" r="3.5"/>`);
    lines.push(label(left, round(top + (index % 2 === 0 ? -9 : 18)), short(y), anchor, "value"));
  }
  return lines;
}

function legend(series) {
  const entries = series.map(({ name }, index) => [`curve c${index}`, name]);
  if (series.some(({ slope = true }) => slope)) entries.push(["slope", "slope one: grows with the work"]);
  let left = MARGIN.left;
  return entries.map(([kind, name]) => {
    const at = left;
    left += 46 + name.length * 6;
    return `<line class="${kind}" x1="${at}" x2="${at + 20}" y1="42" y2="42"/>${label(at + 26, 46, name, "start")}`;
  });
}

function label(x, y, text, anchor, kind) {
  const of = kind === undefined ? "" : ` class="${kind}"`;
  return `<text${of} x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escaped(text)}</text>`;
}

function extent(series, axis) {
  const values = series.flatMap(({ points }) => points.map((point) => point[axis]));
  return [Math.min(...values), Math.max(...values)];
}

/** Where something was measured. */
function sizesOf(series) {
  return [...new Set(series.flatMap(({ points }) => points.map(([size]) => size)))].sort((one, other) => one - other);
}

/** Whole powers of ten around what is shown. */
function roomy([least, most]) {
  return [10 ** Math.floor(Math.log10(least / 1.5)), 10 ** Math.ceil(Math.log10(most * 1.5))];
}

function powersOfTen([least, most]) {
  const powers = [];
  for (let power = Math.ceil(Math.log10(least) - 1e-9); 10 ** power <= most * 1.000001; power++)
    powers.push(10 ** power);
  return powers;
}

/** Three digits. */
function short(value) {
  return value >= 1 && Number.isInteger(value)
    ? value.toLocaleString("en-US")
    : Number(value.toPrecision(value >= 100 ? 3 : 2)).toLocaleString("en-US", { maximumFractionDigits: 6 });
}

const round = (value) => Number(value.toFixed(1));

function escaped(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
