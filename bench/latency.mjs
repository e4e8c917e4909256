// node bench/latency.mjs: how long a StartExecution takes at half of the load that saturates the server, beside an fsync of the same
// disk, and how many fsyncs 1,000 executions cost.
import { runIfMain } from "./bench-run.mjs";
import { measureHalfLoad } from "./half-load.mjs";
import { count, milliseconds, row } from "./rows.mjs";

export const latency = {
  name: "latency",
  full: { loadConnections: 256, warmUpSeconds: 2 },
  quick: { loadConnections: 8, warmUpSeconds: 0.1 },
  measure({ rounds, seconds, warmUpSeconds, loadConnections, progress }) {
    progress("StartExecution at half load, beside an fsync");
    return measureHalfLoad({ connections: loadConnections, rounds, seconds, warmUpSeconds });
  },
  rows: ({ saturated, half, bare, fsync }) => [
    row({
      what: `StartExecution at half load (${count(half.perSecond)}/s), p99, beside the disk's fsync of ${milliseconds(fsync.p50)}`,
      value: half.p99 / fsync.p50,
      as: fsyncs,
      atMost: 5,
      ratio: half.p99 / fsync.p99,
      beside: "an fsync's p99",
    }),
    row({
      what: "the same of the bare HTTP server, which keeps nothing",
      value: bare.p99 / fsync.p50,
      as: fsyncs,
    }),
    row({
      what: `commits for 1,000 executions under load, each an fsync, ${saturated.connections} connections`,
      value: saturated.commitsPerThousand,
      as: (value) => value.toFixed(1),
      atMost: 20,
    }),
  ],
};

const fsyncs = (value) => `${value.toFixed(1)} fsyncs`;

await runIfMain(import.meta.url, latency);
