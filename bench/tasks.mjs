// node bench/tasks.mjs: durable transitions a second of machines whose every state is a task: of an activity, whose workers poll
// over HTTP, and of a Lambda function in processes of Pawl's.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { call, createStateMachine, requestText } from "./api.mjs";
import { runIfMain } from "./bench-run.mjs";
import { startActivityWorkers } from "./processes.mjs";
import { count, perSecond, row } from "./rows.mjs";
import { measured, untilNoneRuns, verifyCount, withServers } from "./servers.mjs";

/** States of each execution. */
const TASKS = 10;

const KINDS = { activity: "an activity task", lambda: "a Lambda function" };

export const tasks = {
  name: "tasks",
  full: { taskExecutions: [30, 300, 3_000], workers: 256 },
  quick: { taskExecutions: [3, 6, 12], workers: 4 },
  measure: measureTasks,
  rows: ({ kinds, bare }) =>
    Object.entries(KINDS).map(([kind, words]) => {
      const { transitionsPerSecond } = kinds[kind].at(-1);
      return row({
        what: `durable transitions a second with ${words} between each`,
        value: transitionsPerSecond,
        as: perSecond,
        atLeast: 5000,
        ratio: transitionsPerSecond / bare.perSecond,
        beside: "requests of bare HTTP",
      });
    }),
  curves: ({ kinds }) => [
    {
      file: "tasks",
      title: `Executions of ${TASKS} tasks, one after the other`,
      x: "executions under way at once",
      y: "seconds until the last has ended",
      series: Object.entries(kinds).map(([kind, sizes]) => ({
        name: KINDS[kind],
        points: sizes.map(({ executions, seconds }) => [executions, seconds]),
      })),
      words: `Time for all of them, by their number; each makes ${count(TASKS)} calls, one after the other.`,
    },
  ],
};

export async function measureTasks(plan) {
  const folder = plan.dataFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "echo.mjs"), "export const handler = async (event) => event;\n");
  const config = join(folder, "pawl.config.json");
  writeFileSync(config, JSON.stringify({ functions: { echo: "./echo.mjs#handler" } }));
  const kinds = {};
  let bare;
  try {
    for (const kind of Object.keys(KINDS)) {
      await withServers(
        plan,
        async (servers) => {
          kinds[kind] = await measureKind(plan, kind, servers);
          const request = requestText("SendTaskSuccess", { taskToken: "t".repeat(200), output: INPUT });
          bare ??= await measured(servers.bare, servers.load, {
            request,
            connections: plan.workers,
            seconds: plan.seconds,
          });
        },
        { options: ["--config", config] },
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { tasks: TASKS, kinds, bare };
}

const INPUT = JSON.stringify({ order: 4711, customer: "Ada Lovelace" });

async function measureKind(plan, kind, { pawl, load }) {
  const { activityArn } = await call(pawl.url, "CreateActivity", { name: "work" });
  const resource = kind === "activity" ? activityArn : "arn:aws:lambda:us-east-1:123456789012:function:echo";
  const workers =
    kind === "activity" ? startActivityWorkers({ port: pawl.port, activityArn, connections: plan.workers }) : undefined;
  try {
    // Once, so that workers and functions are there.
    await measureSize(pawl, load, "warm-up", resource, plan.taskExecutions[0]);
    const sizes = [];
    for (const executions of plan.taskExecutions) {
      plan.progress(`${count(executions)} executions of ${TASKS} tasks: ${KINDS[kind]}`);
      sizes.push(await measureSize(pawl, load, `tasks-${executions}`, resource, executions));
    }
    return sizes;
  } finally {
    await workers?.stop();
  }
}

async function measureSize(pawl, load, name, resource, executions) {
  const stateMachineArn = await createStateMachine(pawl.url, name, chainOf(resource));
  const request = requestText("StartExecution", { stateMachineArn, input: INPUT });
  const before = pawl.cpuSeconds();
  const began = performance.now();
  await load.run({ port: pawl.port, request, connections: Math.min(64, executions), count: executions });
  const seconds = (await untilNoneRuns(pawl.url, stateMachineArn, began)) / 1000;
  const after = pawl.cpuSeconds();
  await verifyCount(pawl.url, stateMachineArn, "SUCCEEDED", executions);
  const transitions = executions * TASKS;
  return {
    executions,
    seconds,
    transitionsPerSecond: transitions / seconds,
    mainThreadMicroseconds: before === undefined ? null : ((after.mainThread - before.mainThread) / transitions) * 1e6,
  };
}

function chainOf(resource) {
  const States = {};
  for (let index = 1; index <= TASKS; index++) {
    States[`Task${index}`] = {
      Type: "Task",
      Resource: resource,
      ...(index < TASKS ? { Next: `Task${index + 1}` } : { End: true }),
    };
  }
  return { StartAt: "Task1", States };
}

await runIfMain(import.meta.url, tasks);
