// node bench/history.mjs: reading histories over HTTP, all pages and the first one as a console asks for it, newest first.
import { call, createStateMachine } from "./api.mjs";
import { runIfMain } from "./bench-run.mjs";
import { count, milliseconds, row } from "./rows.mjs";
import { withServers } from "./servers.mjs";
import { median } from "./statistics.mjs";

const EVENTS = [250, 2_500, 25_000];

export const history = {
  name: "history",
  full: { historyReads: 20, pageReads: 100 },
  quick: { historyReads: 2, pageReads: 5 },
  measure: measureHistory,
  rows: ({ sizes }) => {
    const { events, all, bytes, first } = sizes.at(-1);
    return [
      row({
        what: `history of ${count(events)} events (${(bytes / 1e6).toFixed(1)} MB): read all pages of 1,000`,
        value: all,
        as: milliseconds,
        atMost: 250,
        ratio: all / sizes[0].all / (events / sizes[0].events),
        beside: `of ${sizes[0].events} events, by event`,
      }),
      row({
        what: "the same: the page of the newest 100 events",
        value: first,
        as: milliseconds,
        atMost: 20,
        ratio: first / sizes[0].first,
        beside: `of ${sizes[0].events} events`,
      }),
    ];
  },
  curves: ({ sizes }) => [
    {
      file: "history",
      title: "Reading a history",
      x: "events",
      y: "milliseconds",
      series: [
        { name: "all pages", points: sizes.map(({ events, all }) => [events, all]) },
        { name: "newest 100 events", points: sizes.map(({ events, first }) => [events, first]), slope: false },
      ],
      words: "All pages of a history, and the page that a console asks for, by the history's length.",
    },
  ],
};

/** Counts until the history has as many events as the input says. */
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
      Parameters: { "count.$": "States.MathAdd($.count, 1)", "turns.$": "$.turns", "order.$": "$.order" },
      Next: "More",
    },
    Done: { Type: "Succeed" },
  },
};

export async function measureHistory(plan) {
  return withServers(plan, async ({ pawl }) => {
    const stateMachineArn = await createStateMachine(pawl.url, "history", machine);
    const sizes = [];
    for (const wanted of EVENTS) {
      plan.progress(`History of ${count(wanted)} events`);
      const executionArn = await run(pawl.url, stateMachineArn, Math.ceil(wanted / 4));
      const all = [];
      const first = [];
      let read;
      for (let round = 0; round < plan.historyReads; round++) {
        const began = performance.now();
        read = await readAll(pawl.url, executionArn);
        all.push(performance.now() - began);
      }
      const page = { executionArn, reverseOrder: true, maxResults: 100 };
      for (let round = 0; round < plan.pageReads; round++) {
        const began = performance.now();
        const { events } = await call(pawl.url, "GetExecutionHistory", page);
        first.push(performance.now() - began);
        if (events.length !== 100 || events[0].id !== read.events) throw new Error(`page of ${events.length} events`);
      }
      sizes.push({ ...read, all: median(all), first: median(first) });
    }
    return { sizes };
  });
}

async function run(url, stateMachineArn, turns) {
  const order = { id: 4711, customer: { name: "Ada Lovelace", city: "London" }, items: ["tea", "cups"] };
  const input = JSON.stringify({ count: 0, turns, order });
  const { executionArn } = await call(url, "StartExecution", { stateMachineArn, input });
  while ((await call(url, "DescribeExecution", { executionArn })).status === "RUNNING");
  return executionArn;
}

/** Reads a history as a client does, parsing included. */
async function readAll(url, executionArn) {
  let events = 0;
  let bytes = 0;
  let nextToken;
  do {
    const page = await call(url, "GetExecutionHistory", { executionArn, maxResults: 1000, nextToken }, (length) => {
      bytes += length;
    });
    for (const { id } of page.events) {
      events += 1;
      if (id !== events) throw new Error(`event ${id} stands where ${events} should`);
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return { events, bytes };
}

await runIfMain(import.meta.url, history);
