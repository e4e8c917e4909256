// node bench/express.mjs: express executions a second over HTTP, asynchronous and synchronous, beside a bare Node HTTP server.
import { createStateMachine, requestText } from "./api.mjs";
import { runIfMain } from "./bench-run.mjs";
import { hello, helloInput } from "./machines.mjs";
import { milliseconds, perSecond, row, times } from "./rows.mjs";
import { measured, withServers } from "./servers.mjs";
import { median } from "./statistics.mjs";

export const express = {
  name: "express",
  full: { connections: [1, 64, 256], warmUpSeconds: 1 },
  quick: { connections: [1, 4], warmUpSeconds: 0.1 },
  measure: measureExpress,
  rows: ({ levels }) =>
    Object.entries(OPERATIONS).map(([operation, { words, atLeast }]) => {
      const of = levels.filter((level) => level.operation === operation);
      const { connections, ratio } = of.reduce((one, other) => (other.perSecond > one.perSecond ? other : one));
      return row({
        what: `${words} Hello executions a second over HTTP, ${connections} connections, beside a bare HTTP server`,
        value: ratio,
        as: times,
        atLeast,
        ratio,
        beside: "bare HTTP",
      });
    }),
  lines: ({ levels }) => [
    "| Express, Hello, connections | Pawl | bare HTTP | ratio | p50 | p99 | thread, Pawl / bare |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...levels.map(
      (level) =>
        `| ${level.operation}, ${level.connections} | ${perSecond(level.perSecond)} | ${perSecond(level.barePerSecond)} | ${level.ratio.toFixed(2)} | ${milliseconds(level.p50)} | ${milliseconds(level.p99)} | ${microseconds(level.mainThreadMicroseconds)} / ${microseconds(level.bareMainThreadMicroseconds)} µs |`,
    ),
  ],
};

const OPERATIONS = {
  StartExecution: { words: "Express asynchronous", atLeast: 0.6 },
  StartSyncExecution: { words: "Express synchronous", atLeast: 0.5 },
};

const microseconds = (value) => (value === null ? "?" : Math.round(value));

/**
 * Pawl asynchronous, bare, Pawl synchronous, bare, so that all have the same noise; medians of the rounds.
 *
 * @returns `levels`: for each number of connections and each operation: answers a second, those of the bare server, their ratio, and the
 * processor time of the main thread for an answer of each, in microseconds
 */
export async function measureExpress(plan) {
  const { connections, rounds, seconds, warmUpSeconds } = plan;
  const levels = [];
  await withServers(plan, async ({ pawl, bare, load }) => {
    const stateMachineArn = await createStateMachine(pawl.url, "hello", hello, "EXPRESS");
    for (const count of connections) {
      for (const operation of Object.keys(OPERATIONS)) {
        plan.progress(`Express, ${operation}, ${count} connections`);
        const request = requestText(operation, { stateMachineArn, input: helloInput });
        const job = { request, connections: count, seconds, warmUpSeconds };
        const [ofPawl, ofBare] = [[], []];
        for (let round = 0; round < rounds; round++) {
          ofPawl.push(await measured(pawl, load, job));
          ofBare.push(await measured(bare, load, job));
        }
        const of = (list, name) => median(list.map((one) => one[name]));
        levels.push({
          operation,
          connections: count,
          perSecond: of(ofPawl, "perSecond"),
          barePerSecond: of(ofBare, "perSecond"),
          ratio: of(ofPawl, "perSecond") / of(ofBare, "perSecond"),
          p50: of(ofPawl, "p50"),
          p99: of(ofPawl, "p99"),
          mainThreadMicroseconds: of(ofPawl, "mainThreadMicroseconds"),
          bareMainThreadMicroseconds: of(ofBare, "mainThreadMicroseconds"),
        });
      }
    }
  });
  return { levels };
}

await runIfMain(import.meta.url, express);
