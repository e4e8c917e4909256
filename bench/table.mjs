// The result of a benchmark as text.

export function printTable({ environment, plan, hello, chain, map, waiting }) {
  const lines = [
    `Node ${environment.node}, ${environment.cpus} CPUs (${environment.cpuModel}), ${environment.platform}; ` +
      `one fsync takes ${fixed(environment.fsyncSeconds * 1000, 2)} ms; medians of ${plan.rounds} rounds of ${plan.seconds} s`,
    "",
  ];
  if (hello !== undefined) lines.push(...helloLines(hello), "");
  const rows = [];
  if (chain !== undefined) {
    rows.push([
      `State transitions a second (${chain.states} Pass states, ${chain.connections} connections)`,
      count(chain.transitionsPerSecond),
    ]);
  }
  if (map !== undefined) {
    rows.push([
      `Inline Map of ${count(map.iterations)} iterations, start to end`,
      `${fixed(map.seconds * 1000, 1)} ms`,
    ]);
    rows.push(["  iterations a second", count(map.iterationsPerSecond)]);
  }
  if (waiting !== undefined) rows.push(...waitingRows(waiting));
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  for (const [name, value] of rows) lines.push(`${name.padEnd(width)}  ${value.padStart(12)}`);
  return lines.join("\n");
}

function helloLines({ levels, verifiedExecutions }) {
  const head = [
    "connections",
    "Pawl",
    "p50",
    "p99",
    "thread",
    "bare HTTP",
    "p50",
    "p99",
    "thread",
    "ratio",
    "generator",
  ];
  const rows = levels.map(({ connections, pawl, bare, ratio }) => [
    String(connections),
    `${count(pawl.perSecond)}/s`,
    milliseconds(pawl.p50),
    milliseconds(pawl.p99),
    microseconds(pawl.mainThreadMicroseconds),
    `${count(bare.perSecond)}/s`,
    milliseconds(bare.p50),
    milliseconds(bare.p99),
    microseconds(bare.mainThreadMicroseconds),
    fixed(ratio, 2),
    `${percent(pawl.generatorCpu)} / ${percent(bare.generatorCpu)}`,
  ]);
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column].length)));
  return [
    "Hello (one Pass state): executions started, finished and on disk, against requests of a bare HTTP server",
    "",
    ...[head, ...rows].map((row) => row.map((cell, column) => cell.padStart(widths[column])).join("  ")),
    "",
    "thread: processor time of the server's main thread for one answer; generator: share of one CPU that the load generator took",
    `Every one of the ${count(verifiedExecutions)} answered starts was found SUCCEEDED afterwards.`,
  ];
}

function waitingRows({
  executions,
  secondsToStartThem,
  startedPerSecond,
  memoryBytes,
  dataFileBytes,
  secondsToFirstAnswer,
}) {
  const many = `${count(executions)} waiting executions`;
  return [
    [`Starting ${many}`, `${fixed(secondsToStartThem, 1)} s`],
    ["  a second", count(startedPerSecond)],
    ["  data file", megabytes(dataFileBytes)],
    ["Memory, idle", megabytes(memoryBytes.idle)],
    [`  with ${many}`, megabytes(memoryBytes.waiting)],
    ["  with them, in a new process", megabytes(memoryBytes.waitingAfterRestart)],
    ["First answer after process start, no data", `${fixed(secondsToFirstAnswer.empty * 1000, 0)} ms`],
    [`  with ${many}`, `${fixed(secondsToFirstAnswer.waiting * 1000, 0)} ms`],
    ["  bare HTTP server", `${fixed(secondsToFirstAnswer.bare * 1000, 0)} ms`],
  ];
}

const numbers = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const count = (value) => numbers.format(value);
const fixed = (value, digits) => value.toFixed(digits);
const milliseconds = (value) => `${value.toFixed(value < 10 ? 2 : 1)} ms`;
const microseconds = (value) => (value === null ? "?" : `${Math.round(value)} µs`);
const percent = (share) => `${Math.round(share * 100)} %`;
const megabytes = (bytes) => (bytes === undefined || bytes === null ? "?" : `${count(bytes / 2 ** 20)} MiB`);
