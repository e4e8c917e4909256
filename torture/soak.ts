import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Api } from "../test/durability/api.js";
import { openFunctionEndpoint } from "../test/durability/function-endpoint.js";
import { PawlProcess } from "../test/durability/pawl-process.js";
import { SeededRandom } from "../test/durability/seeded-random.js";
import { pause } from "../test/durability/trial.js";
import { SoakLoad } from "./soak-load.js";
import { judge, medianOf, type Sample } from "./soak-verdict.js";

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  say(line: string): void;
}

export interface Soak {
  /** Starts a second that were answered while as many were asked for as could be. */
  readonly highestLoad: number;
  /** Starts a second that were asked for from then on. */
  readonly load: number;
  readonly minutes: number;
  /** Seconds for which closed executions were kept. */
  readonly keptSeconds: number;
  readonly acknowledged: number;
  readonly samples: readonly Sample[];
  /** What was not as it should be, a sentence for each. */
  readonly faults: readonly string[];
}

/** Starts at a time while the highest load is found. */
const CONNECTIONS = 64;
const SATURATION_SECONDS = 10;
const SAMPLE_SECONDS = 5;
/** More is a fault of its own. */
const LARGEST_DATA = 8e9;

/** Half of the highest load for a long time, with executions of many kinds and closed ones that leave soon: nothing may grow but with what is kept. */
export async function soak({ minutes, seed, say }: SoakOptions): Promise<Soak> {
  const keptSeconds = Math.round(Math.min(Math.max((minutes * 60) / 10, 20), 300));
  const data = mkdtempSync(join(tmpdir(), "pawl-soak-"));
  const random = new SeededRandom(seed);
  const api = new Api();
  let load: SoakLoad | undefined;
  const functions = await openFunctionEndpoint(random, (token, input) => load?.report(token, input));
  const pawl = new PawlProcess({ data, lambdaEndpoint: functions.url, args: ["--keep-closed", `${keptSeconds}s`] });
  try {
    api.url = await pawl.served();
    load = new SoakLoad(api, random);
    await load.begin();
    const highestLoad = await saturate(load);
    const rate = Math.max(1, Math.round(highestLoad / 2));
    say(
      `soak: ${Math.round(highestLoad)} starts a second at most; ${rate} a second for ${minutes} minutes, closed executions are kept for ${keptSeconds} s`,
    );
    say("minute  starts/s  p50 ms  p99 ms  resident MB  heap MB  executions kept  data MB");
    const samples = await observe({ load, api, data, rate, seconds: minutes * 60, say });
    const faults = judge(samples, keptSeconds);
    if (dataSize(data) > LARGEST_DATA) faults.push(`the data has grown to ${dataSize(data)} bytes`);
    faults.push(...load.faults.slice(0, 20));
    faults.push(...(await load.end()));
    await pawl.kill("SIGTERM");
    const code = await pawl.ended;
    if (code !== 0) faults.push(`the orderly end gave ${code}`);
    if (pawl.stderr !== "") faults.push(`on stderr: ${pawl.stderr.slice(0, 1000)}`);
    for (const fault of faults) say(`  ${fault}`);
    say(faults.length === 0 ? "soak: memory, p99 and size of the data are flat" : `soak: ${faults.length} faults`);
    const { acknowledged } = load;
    return { highestLoad, load: rate, minutes, keptSeconds, acknowledged, samples, faults };
  } finally {
    await pawl.kill();
    api.close();
    await functions.close();
    rmSync(data, { recursive: true, force: true });
  }
}

/** As much as can be, and then until all of it is done. @returns starts a second that can be gone on with */
async function saturate(load: SoakLoad): Promise<number> {
  const until = performance.now() + SATURATION_SECONDS * 1000;
  const before = load.acknowledged;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() < until) await load.start();
    }),
  );
  const starts = load.acknowledged - before;
  // What waits and what was put off is part of the load. Those that wait on purpose do so for two seconds.
  await load.settled();
  const seconds = (performance.now() - began) / 1000 - 2;
  load.takeLatencies();
  return starts / Math.max(seconds, SATURATION_SECONDS);
}

interface Observation {
  readonly load: SoakLoad;
  readonly api: Api;
  readonly data: string;
  readonly rate: number;
  readonly seconds: number;
  say(line: string): void;
}

async function observe({ load, api, data, rate, seconds, say }: Observation): Promise<Sample[]> {
  const samples: Sample[] = [];
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  const starting = (async () => {
    // As many as the time asks for, whether those before are answered or not.
    for (let started = 0; elapsed() < seconds; await pause(5)) {
      for (; started < elapsed() * rate; started++) void load.start();
    }
  })();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  let kept = 0;
  let ofMinute: Sample[] = [];
  for (let next = SAMPLE_SECONDS; next <= seconds; next += SAMPLE_SECONDS) {
    await pause(Math.max(0, next - elapsed()) * 1000);
    const isMinute = next % 60 === 0 || next + SAMPLE_SECONDS > seconds;
    // Counting costs the server time: not oftener than it is told.
    if (isMinute || samples.length % 4 === 0) kept = await load.kept();
    const { p50, p99, count } = load.takeLatencies();
    const ownP99 = delay.percentile(99) / 1e6;
    delay.reset();
    const sample = { second: next, count, p50, p99, ownP99, kept, dataBytes: dataSize(data), ...(await memoryOf(api)) };
    samples.push(sample);
    ofMinute.push(sample);
    if (isMinute) {
      say(minuteLine(ofMinute, sample));
      ofMinute = [];
    }
    if (sample.dataBytes > LARGEST_DATA) break;
  }
  delay.disable();
  await starting;
  return samples;
}

function minuteLine(samples: readonly Sample[], last: Sample): string {
  const starts = samples.reduce((sum, { count }) => sum + count, 0) / (samples.length * SAMPLE_SECONDS);
  const cells = [
    (last.second / 60).toFixed(1).padStart(6),
    String(Math.round(starts)).padStart(8),
    medianOf(samples, "p50").toFixed(1).padStart(6),
    medianOf(samples, "p99").toFixed(1).padStart(6),
    (medianOf(samples, "residentBytes") / 1e6).toFixed(0).padStart(11),
    (medianOf(samples, "heapBytes") / 1e6).toFixed(0).padStart(7),
    String(last.kept).padStart(15),
    (last.dataBytes / 1e6).toFixed(0).padStart(7),
  ];
  return cells.join("  ");
}

function dataSize(data: string): number {
  return ["pawl.db", "pawl.db-wal"].reduce(
    (sum, name) => sum + (statSync(join(data, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

async function memoryOf(api: Api): Promise<{ residentBytes: number; heapBytes: number }> {
  const text = await (await fetch(`${api.url}/metrics`)).text();
  const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN);
  return { residentBytes: value("process_resident_memory_bytes"), heapBytes: value("nodejs_heap_used_bytes") };
}
