// node bench/waiting.mjs: executions that wait: how long it takes to start them, what memory they take, live and in a new
// process, and how fast they wake where many are due at once.
import { statSync } from "node:fs";
import { join } from "node:path";
import { createStateMachine, requestText } from "./api.mjs";
import { runIfMain } from "./bench-run.mjs";
import { helloInput, waiting as machine } from "./machines.mjs";
import { startLoad, startPawl } from "./processes.mjs";
import { count, megabytes, milliseconds, row, seconds } from "./rows.mjs";
import { pause, settle, untilNoneRuns, verifyCount } from "./servers.mjs";

export const waiting = {
  name: "waiting",
  full: {
    waitingExecutions: [10_000, 100_000, 1_000_000],
    dueAtOnce: [100, 1_000, 10_000],
    pushingOut: 11_000,
    startsPerSecond: 2_000,
  },
  quick: { waitingExecutions: [100, 200, 400], dueAtOnce: [10, 20, 40], pushingOut: 10, startsPerSecond: 200 },
  measure: measureWaiting,
  rows: ({ idleMemory, sizes, restarted, wakes, secondsToFirstAnswer }) => {
    const { executions, memory } = sizes.at(-1);
    const wake = wakes.at(-1);
    const many = `${count(executions)} executions waiting`;
    return [
      row({
        what: `${many}: memory of the process that started them`,
        value: memory,
        as: megabytes,
        atMost: 300e6,
        ratio: memory / idleMemory,
        beside: `idle, ${megabytes(idleMemory)}`,
      }),
      row({
        what: `${many}: memory of a new process`,
        value: restarted.memory,
        as: megabytes,
        atMost: 300e6,
        ratio: restarted.memory / idleMemory,
        beside: `idle, ${megabytes(idleMemory)}`,
      }),
      row({
        what: `${many}: the last of ${count(wake.due)} others that are due at once has ended after`,
        value: wake.milliseconds,
        as: milliseconds,
        atMost: 2000,
        ratio: wake.milliseconds / wakes[0].milliseconds,
        beside: `${count(wakes[0].due)} of them`,
      }),
      row({
        what: `${many}: start of a process to its first answer`,
        value: secondsToFirstAnswer.waiting,
        as: seconds,
        ratio: secondsToFirstAnswer.waiting / secondsToFirstAnswer.empty,
        beside: "with none",
      }),
    ];
  },
  curves: ({ idleMemory, sizes, wakes }) => [
    {
      file: "waiting-start",
      title: "Starting executions that wait",
      x: "executions",
      y: "seconds",
      series: [{ name: "to start them all", points: sizes.map((size) => [size.executions, size.secondsToStart]) }],
      words: "Time to start executions that wait, each on disk, by their number.",
    },
    {
      file: "waiting-memory",
      title: "Memory with executions that wait",
      x: "executions",
      y: "MB",
      series: [
        {
          name: "resident memory",
          points: sizes.map(({ executions, memory }) => [executions, memory / 1e6]),
          slope: false,
        },
        {
          name: "idle",
          points: sizes.map(({ executions }) => [executions, idleMemory / 1e6]),
          slope: false,
        },
      ],
      words: "Resident memory of the process that started them, beside the idle one.",
    },
    {
      file: "waking",
      title: "Waking executions that are due at once",
      x: "executions due",
      y: "milliseconds until the last has ended",
      series: [{ name: "woken", points: wakes.map(({ due, milliseconds: time }) => [due, time]) }],
      words: `Time from when they are due until the last one's end is on disk, while ${count(sizes.at(-1).executions)} others wait.`,
    },
  ],
};

/** Waits until the time in its input. */
const alarm = {
  StartAt: "Wait",
  States: { Wait: { Type: "Wait", TimestampPath: "$.until", Next: "Done" }, Done: { Type: "Succeed" } },
};

export async function measureWaiting(plan) {
  const data = plan.dataFolder();
  const load = startLoad();
  let pawl = await startPawl(data);
  try {
    const empty = pawl.secondsToFirstAnswer;
    const stateMachineArn = await createStateMachine(pawl.url, "waiting", machine);
    await settle(plan);
    const idleMemory = pawl.memory();
    const request = requestText("StartExecution", { stateMachineArn, input: helloInput });
    const sizes = [];
    let started = 0;
    let secondsToStart = 0;
    for (const executions of plan.waitingExecutions) {
      plan.progress(`Starting executions that wait, up to ${count(executions)}`);
      const job = { port: pawl.port, request, connections: 64, count: executions - started };
      secondsToStart += (await load.run(job)).seconds;
      started = executions;
      await settle(plan);
      sizes.push({ executions, secondsToStart, memory: pawl.memory(), peakMemory: pawl.peakMemory() });
    }
    const wakes = [];
    for (const due of plan.dueAtOnce) {
      plan.progress(`Waking ${count(due)} that are due at once`);
      wakes.push(await wake(plan, pawl, load, due, request));
      started += plan.pushingOut;
    }
    plan.progress(`Counting ${count(started)} executions`);
    await verifyCount(pawl.url, stateMachineArn, "RUNNING", started);
    await pawl.stop();
    const fileBytes = statSync(join(data, "pawl.db")).size;

    plan.progress("Start of a new process with them");
    pawl = await startPawl(data);
    const waitingStart = pawl.secondsToFirstAnswer;
    await settle(plan);
    const restarted = { memory: pawl.memory() };
    await verifyCount(pawl.url, stateMachineArn, "RUNNING", started);
    return {
      idleMemory,
      sizes,
      wakes,
      restarted,
      fileBytes,
      startedPerSecond: started / secondsToStart,
      secondsToFirstAnswer: { empty, waiting: waitingStart },
    };
  } finally {
    await Promise.all([pawl.stop(), load.stop()]);
  }
}

/**
 * Starts executions that are all due at one time, and others that come after them to the memory for those that wait, so that the first
 * have to be read back.
 * @returns milliseconds from when they are due until the last has ended
 */
async function wake(plan, pawl, load, due, others) {
  const stateMachineArn = await createStateMachine(pawl.url, `alarm-${due}`, alarm);
  const until = Math.ceil(Date.now() / 1000 + 2 + (due + plan.pushingOut) / plan.startsPerSecond);
  const input = JSON.stringify({ until: new Date(until * 1000).toISOString() });
  const request = requestText("StartExecution", { stateMachineArn, input });
  await load.run({ port: pawl.port, request, connections: 64, count: due });
  await load.run({ port: pawl.port, request: others, connections: 64, count: plan.pushingOut });
  const left = until * 1000 - Date.now();
  if (left < 0) throw new Error(`starting these executions took ${-left} ms longer than thought`);
  await pause(left);
  const milliseconds = await untilNoneRuns(pawl.url, stateMachineArn);
  await verifyCount(pawl.url, stateMachineArn, "SUCCEEDED", due);
  return { due, milliseconds };
}

await runIfMain(import.meta.url, waiting);
