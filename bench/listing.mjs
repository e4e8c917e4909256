// node bench/listing.mjs: what listing and looking up cost with many executions stored, beside the same with few. Over HTTP, of
// the built server. The executions are written through the store, many with a commit.
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { call } from "./api.mjs";
import { runIfMain } from "./bench-run.mjs";
import { startPawl } from "./processes.mjs";
import { count, milliseconds, row } from "./rows.mjs";
import { median } from "./statistics.mjs";
import { executionArn, fill, stateMachineArn } from "./stored-executions.mjs";

export const listing = {
  name: "listing",
  full: { storedExecutions: [1_000, 30_000, 1_000_000], lookUps: 200, starts: 5 },
  quick: { storedExecutions: [50, 100, 200], lookUps: 3, starts: 1 },
  measure: measureListing,
  rows: ({ sizes }) => {
    const [few, many] = [sizes[0], sizes.at(-1)];
    const beside = `with ${count(few.stored)}`;
    const first = (size) => size.milliseconds[FIRST_PAGE];
    return [
      row({
        what: `ListExecutions, first page of 100, with ${count(many.stored)} executions`,
        value: first(many),
        as: milliseconds,
        atMost: 10,
        ratio: first(many) / first(few),
        beside,
      }),
      row({
        what: `start of a process to its first answer, with ${count(many.stored)} executions`,
        value: many.milliseconds[TO_FIRST_ANSWER],
        as: milliseconds,
        atMost: 1000,
        ratio: many.milliseconds[TO_FIRST_ANSWER] / few.milliseconds[TO_FIRST_ANSWER],
        beside,
      }),
    ];
  },
  lines: ({ sizes }) => {
    const [few, many] = [sizes[0], sizes.at(-1)];
    const rows = Object.keys(many.milliseconds).map((name) => {
      const [one, other] = [few.milliseconds[name], many.milliseconds[name]];
      return `| ${name} | ${one.toFixed(2)} | ${other.toFixed(2)} | ${(other / one).toFixed(2)} |`;
    });
    return [
      "Milliseconds over HTTP, medians, by the number of executions stored:",
      "",
      `| | ${count(few.stored)} stored | ${count(many.stored)} stored | ratio |`,
      "| --- | ---: | ---: | ---: |",
      ...rows,
      "",
      `The data file had ${count(many.fileBytes / 1e6)} MB; writing it took ${many.seconds.toFixed(0)} s.`,
    ];
  },
  curves: ({ sizes }) => [
    {
      file: "listing",
      title: "Lists and look-ups",
      x: "executions stored",
      y: "milliseconds",
      series: [FIRST_PAGE, DESCRIBE].map((name) => ({
        name,
        points: sizes.map((size) => [size.stored, size.milliseconds[name]]),
        slope: false,
      })),
      words: "Calls over HTTP, by the number of executions that are stored.",
    },
  ],
};

const FIRST_PAGE = "ListExecutions, first page of 100";
const DESCRIBE = "DescribeExecution";
const START = "StartExecution, on disk";

/** What is asked of each server. */
const QUESTIONS = {
  [FIRST_PAGE]: ({ list }) => list({}),
  "ListExecutions, page 500, or the last": ({ list, nextToken }) => list({ nextToken }),
  "ListExecutions, `statusFilter` FAILED (1 in 100)": ({ list }) => list({ statusFilter: "FAILED" }),
  "ListExecutions, `statusFilter` RUNNING (ten)": ({ list }) => list({ statusFilter: "RUNNING" }),
  "ListExecutions of an alias (1 in 10)": ({ list }) => list({ stateMachineArn: `${stateMachineArn}:live` }),
  [DESCRIBE]: ({ server, any }, index) => call(server.url, "DescribeExecution", { executionArn: any(index) }),
  GetExecutionHistory: ({ server, any }, index) =>
    call(server.url, "GetExecutionHistory", { executionArn: any(index) }),
  [START]: ({ server }, index) =>
    call(server.url, "StartExecution", { stateMachineArn, name: `new-${index}`, input: "{}" }),
};

const TO_FIRST_ANSWER = "start of the process to its first answer";

/** Every question is asked of one server after the other, so that all meet the same machine. */
export async function measureListing(plan) {
  const subjects = [];
  try {
    for (const wanted of plan.storedExecutions) {
      plan.progress(`Storing ${count(wanted)} executions`);
      const folder = plan.dataFolder();
      const { stored, seconds } = await fill(folder, wanted);
      const fileBytes = statSync(join(folder, "pawl.db")).size;
      subjects.push({ folder, stored, seconds, fileBytes, milliseconds: {}, starts: [] });
    }
    for (let round = 0; round < plan.starts; round++) {
      plan.progress(`Start of the process, ${round + 1} of ${plan.starts}`);
      for (const { folder, starts } of subjects) {
        const server = await startPawl(folder);
        starts.push(server.secondsToFirstAnswer * 1000);
        await server.stop();
      }
    }
    for (const subject of subjects) await open(subject, plan);
    for (const [name, ask] of Object.entries(QUESTIONS)) {
      plan.progress(name);
      const times = subjects.map(() => []);
      for (let index = 0; index < plan.lookUps; index++) {
        for (const [which, subject] of subjects.entries()) {
          const began = performance.now();
          await ask(subject, index);
          times[which].push(performance.now() - began);
        }
      }
      for (const [which, subject] of subjects.entries()) subject.milliseconds[name] = median(times[which]);
    }
    return {
      sizes: subjects.map(({ stored, seconds, fileBytes, milliseconds, starts }) => ({
        stored,
        seconds,
        fileBytes,
        milliseconds: { ...milliseconds, [TO_FIRST_ANSWER]: median(starts) },
      })),
    };
  } finally {
    for (const { folder, server } of subjects) {
      await server?.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

async function open(subject, { lookUps }) {
  const { folder, stored } = subject;
  subject.server = await startPawl(folder);
  subject.list = (request) =>
    call(subject.server.url, "ListExecutions", { stateMachineArn, maxResults: 100, ...request });
  /** The ARN of one of the stored executions, spread over all of them. */
  subject.any = (index) => executionArn(1 + Math.floor((index * (stored - 1)) / lookUps));
  for (let page = 1; page < Math.min(500, stored / 100); page++) {
    ({ nextToken: subject.nextToken } = await subject.list({ nextToken: subject.nextToken }));
  }
}

await runIfMain(import.meta.url, listing);
