import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { EngineMetrics, HistogramReading } from "@pawl/engine";
import type { RequestCounts } from "./request-counts.js";

/** The content type of the text format of Prometheus. */
export const metricsType = "text/plain; version=0.0.4; charset=utf-8";

export interface ServerMetrics {
  readonly version: string;
  readonly engine: EngineMetrics;
  readonly requests: RequestCounts;
  readonly connections: number;
  readonly polls: number;
}

type Labels = Readonly<Record<string, string>>;

/**
 * Metrics in the text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/). Written by hand:
 * the format is a dozen lines, and what is counted are plain numbers of the engine, so that counting costs nothing; a
 * library would bring counters of its own, which look up their labels at each step.
 */
export function metricsText({ version, engine, requests, connections, polls }: ServerMetrics): string {
  const text = new MetricsText();
  text.metric("pawl_info", "gauge", "Version of this Pawl.", [[{ version }, 1]]);

  text.counts("pawl_executions_started_total", "Executions that were started.", "type", engine.started);
  text.counts("pawl_executions_ended_total", "Executions that have ended.", "status", engine.ended);
  text.counter("pawl_transitions_total", "Events that executions took: starts, results, timers.", engine.transitions);
  text.counter("pawl_history_events_total", "Events written to histories.", engine.historyEvents);
  text.histogram("pawl_commit_duration_seconds", "Time of a commit.", engine.commitTime);
  text.histogram("pawl_commit_batch_executions", "Executions in a commit.", engine.batchSize);
  text.counter("pawl_commit_failures_total", "Commits that failed.", engine.failedCommits);
  text.gauge("pawl_queue_events", "Events that are not stored yet.", engine.queueLength);
  text.gauge("pawl_executions_in_memory", "Executions that are in memory.", engine.liveExecutions);

  text.counts(
    "pawl_log_records_total",
    "Records of executions' histories, where state machines want them logged.",
    "outcome",
    engine.logRecords,
  );

  const { returned, failed, throttled, processes, waiting } = engine.functions;
  const outcomes = { returned, failed, throttled };
  text.counts("pawl_function_invocations_total", "Calls of functions in processes of Pawl.", "outcome", outcomes);
  text.gauge("pawl_function_processes", "Processes of functions.", processes);
  text.gauge("pawl_function_queue", "Calls of functions that wait for a process.", waiting);

  text.metric(
    "pawl_requests_total",
    "counter",
    "Requests of the API that were answered.",
    requests.read().map(({ operation, status, count }) => [{ operation, status: String(status) }, count]),
  );
  text.gauge("pawl_connections", "Open connections.", connections);
  text.gauge("pawl_polls", "Calls that wait for a task of an activity.", polls);

  const delay = eventLoopDelay();
  text.metric(
    "pawl_event_loop_delay_seconds",
    "gauge",
    "Delay of the event loop since these metrics were last asked for.",
    [
      [{ quantile: "0.5" }, delay.p50],
      [{ quantile: "0.99" }, delay.p99],
      [{ quantile: "1" }, delay.max],
    ],
  );
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  text.counter("process_cpu_seconds_total", "Processor time.", (user + system) / 1e6);
  text.gauge("process_resident_memory_bytes", "Memory in use.", rss);
  text.gauge(
    "process_start_time_seconds",
    "Start of the process, since the epoch.",
    Date.now() / 1000 - process.uptime(),
  );
  text.gauge("nodejs_heap_used_bytes", "Memory of JavaScript objects.", heapUsed);
  text.gauge("nodejs_external_memory_bytes", "Memory of buffers and native objects.", external);
  return text.lines.join("");
}

class MetricsText {
  readonly lines: string[] = [];

  metric(name: string, type: string, help: string, samples: readonly (readonly [Labels, number])[]): void {
    this.lines.push(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
    for (const [labels, value] of samples) {
      this.#sample(name, labels, value);
    }
  }

  counter(name: string, help: string, value: number): void {
    this.metric(name, "counter", help, [[{}, value]]);
  }

  gauge(name: string, help: string, value: number): void {
    this.metric(name, "gauge", help, [[{}, value]]);
  }

  counts(name: string, help: string, label: string, values: Readonly<Record<string, number>>): void {
    this.metric(
      name,
      "counter",
      help,
      Object.entries(values).map(([of, value]) => [{ [label]: of }, value]),
    );
  }

  histogram(name: string, help: string, { buckets, count, sum }: HistogramReading): void {
    this.metric(name, "histogram", help, []);
    for (const { bound, count: atMost } of buckets) {
      this.#sample(`${name}_bucket`, { le: String(bound) }, atMost);
    }
    this.#sample(`${name}_bucket`, { le: "+Inf" }, count);
    this.#sample(`${name}_sum`, {}, sum);
    this.#sample(`${name}_count`, {}, count);
  }

  /** Label values are names of our own: nothing in them needs to be escaped. */
  #sample(name: string, labels: Labels, value: number): void {
    const pairs = Object.entries(labels).map(([label, of]) => `${label}="${of}"`);
    this.lines.push(`${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`);
  }
}

const resolutionMs = 20;
let histogram: IntervalHistogram | undefined;

/** Seconds. Measured from the first time on that somebody asks: it wakes the process fifty times a second. */
function eventLoopDelay(): { p50: number; p99: number; max: number } {
  if (histogram === undefined || histogram.count === 0) {
    histogram ??= monitorEventLoopDelay({ resolution: resolutionMs });
    histogram.enable();
    return { p50: 0, p99: 0, max: 0 };
  }
  const read = {
    p50: delaySeconds(histogram.percentile(50)),
    p99: delaySeconds(histogram.percentile(99)),
    max: delaySeconds(histogram.max),
  };
  histogram.reset();
  return read;
}

/** Node gives the time between two of its looks, which includes the time that it meant to wait. */
function delaySeconds(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - resolutionMs) / 1000;
}
