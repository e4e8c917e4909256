// node bench/inline-map.mjs: one inline Map after the other, from the request to the answer that says that it has succeeded.
import { call, createStateMachine } from "./api.mjs";
import { runIfMain } from "./bench-run.mjs";
import { iterations, map } from "./machines.mjs";
import { perSecond, row } from "./rows.mjs";
import { withServers } from "./servers.mjs";
import { median } from "./statistics.mjs";

export const inlineMap = {
  name: "map",
  full: { mapRuns: 50, mapWarmUpRuns: 20 },
  quick: { mapRuns: 2, mapWarmUpRuns: 1 },
  measure: measureMap,
  rows: ({ iterationsPerSecond }) => [
    row({
      what: `inline Map of ${iterations} iterations, one after the other: iterations a second`,
      value: iterationsPerSecond,
      as: perSecond,
    }),
  ],
};

export async function measureMap(plan) {
  const times = [];
  await withServers(plan, async ({ pawl }) => {
    const stateMachineArn = await createStateMachine(pawl.url, "map", map);
    const input = JSON.stringify({ items: Array.from({ length: iterations }, (_, index) => index) });
    for (let run = 0; run < plan.mapRuns + plan.mapWarmUpRuns; run++) {
      if (run % 10 === 0) plan.progress(`Map of ${iterations} iterations, execution ${run + 1}`);
      const begun = performance.now();
      const { executionArn } = await call(pawl.url, "StartExecution", { stateMachineArn, input });
      let description;
      do {
        description = await call(pawl.url, "DescribeExecution", { executionArn });
      } while (description.status === "RUNNING");
      if (run >= plan.mapWarmUpRuns) times.push((performance.now() - begun) / 1000);
      if (description.status !== "SUCCEEDED" || JSON.parse(description.output).length !== iterations) {
        throw new Error(`${executionArn} is ${description.status}: ${description.error} ${description.cause}`);
      }
    }
  });
  const seconds = median(times);
  return { iterations, runs: times.length, seconds, iterationsPerSecond: iterations / seconds };
}

await runIfMain(import.meta.url, inlineMap);
