// node bench/loop.mjs: one execution's own speed. A Choice and a Pass that counts, until the history is full, one execution at a
// time; from the request to the answer that says that it has ended.
import { call, createStateMachine } from "./api.mjs";
import { runIfMain } from "./bench-run.mjs";
import { count, perSecond, row } from "./rows.mjs";
import { withServers } from "./servers.mjs";
import { median } from "./statistics.mjs";

/** Transitions a second that the real service gave one execution; the aim is a hundred times as many. */
const OF_THE_SERVICE = 260;

/** Turns of the loop: each is two states, four events. */
const TURNS = [62, 625, 6250];

export const loop = {
  name: "loop",
  full: { loopRuns: 20, loopWarmUpRuns: 5 },
  quick: { loopRuns: 2, loopWarmUpRuns: 1 },
  measure: measureLoop,
  rows: ({ sizes }) => {
    const { transitionsPerSecond, events } = sizes.at(-1);
    return [
      row({
        what: `one execution's own transitions a second, a Choice loop to the history's cap of ${count(events)} events`,
        value: transitionsPerSecond,
        as: perSecond,
        atLeast: 100 * OF_THE_SERVICE,
        ratio: transitionsPerSecond / OF_THE_SERVICE,
        beside: `the service's ${OF_THE_SERVICE}/s`,
      }),
    ];
  },
  curves: ({ sizes }) => [
    {
      file: "loop",
      title: "One execution that loops until its history is full",
      x: "events in its history",
      y: "seconds from start to end",
      series: [{ name: "one execution", points: sizes.map(({ events, seconds }) => [events, seconds]) }],
      words: "Start to end of one execution, by the length of its history.",
    },
  ],
};

/** Counts to the number in the input; the largest one it never reaches. */
const machine = {
  StartAt: "More",
  States: {
    More: {
      Type: "Choice",
      Choices: [{ Variable: "$.count", NumericLessThanPath: "$.turns", Next: "Count" }],
      Default: "Done",
    },
    Count: {
      Type: "Pass",
      Parameters: { "count.$": "States.MathAdd($.count, 1)", "turns.$": "$.turns" },
      Next: "More",
    },
    Done: { Type: "Succeed" },
  },
};

export async function measureLoop(plan) {
  return withServers(plan, async ({ pawl }) => {
    const stateMachineArn = await createStateMachine(pawl.url, "loop", machine);
    const sizes = [];
    for (const turns of TURNS) {
      plan.progress(`Choice loop of ${turns} turns`);
      const times = [];
      let events;
      for (let run = 0; run < plan.loopRuns + plan.loopWarmUpRuns; run++) {
        const began = performance.now();
        const input = JSON.stringify({ count: 0, turns });
        const { executionArn } = await call(pawl.url, "StartExecution", { stateMachineArn, input });
        let status;
        do {
          ({ status } = await call(pawl.url, "DescribeExecution", { executionArn }));
        } while (status === "RUNNING");
        if (run >= plan.loopWarmUpRuns) times.push((performance.now() - began) / 1000);
        const reverse = { executionArn, reverseOrder: true, maxResults: 1 };
        const [last] = (await call(pawl.url, "GetExecutionHistory", reverse)).events;
        events = last.id;
        const wanted = turns === TURNS.at(-1) ? "ExecutionFailed" : "ExecutionSucceeded";
        if (last.type !== wanted || (wanted === "ExecutionFailed" && events !== 25_000)) {
          throw new Error(`${executionArn} has ended with ${last.type}, event ${events}`);
        }
      }
      const seconds = median(times);
      // Each state is an event for its entry and one for its exit.
      sizes.push({ turns, events, seconds, transitionsPerSecond: Math.floor(events / 2) / seconds });
    }
    return { sizes };
  });
}

await runIfMain(import.meta.url, loop);
