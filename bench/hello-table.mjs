// The table of the Hello measurement: rates, latencies and processor times by the number of connections.
import { count, milliseconds, perSecond } from "./rows.mjs";

/** Lines of Markdown. */
export function helloLines({ levels, verifiedExecutions }) {
  const rows = levels.map(({ connections, pawl, bare, ratio }) => [
    connections,
    perSecond(pawl.perSecond),
    perSecond(bare.perSecond),
    ratio.toFixed(2),
    milliseconds(pawl.p50),
    milliseconds(pawl.p99),
    `${microseconds(pawl.mainThreadMicroseconds)} / ${microseconds(bare.mainThreadMicroseconds)} µs`,
    `${percent(pawl.generatorCpu)} / ${percent(bare.generatorCpu)}`,
  ]);
  return [
    "| StartExecution of Hello, connections | Pawl | bare HTTP | ratio | p50 | p99 | thread, Pawl / bare | load generator |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...rows.map((cells) => `| ${cells.join(" | ")} |`),
    "",
    "`thread` is the processor time of the server's main thread for one answer, `load generator` its share of one processor.",
    `Every one of the ${count(verifiedExecutions)} answered starts was found SUCCEEDED afterwards.`,
  ];
}

const microseconds = (value) => (value === null ? "?" : Math.round(value));
const percent = (share) => `${Math.round(share * 100)} %`;
