// The process of transitions.mjs: runs one job of its parent, { kind, states, folder, seconds, warmUpSeconds }, and answers with
// executions a second.
import { compile } from "@pawl/asl";
import { openEngine, openSqliteStore } from "../packages/engine/dist/index.js";
import { transition } from "../packages/engine/dist/transition/transition.js";

const INPUT = { id: 4711, customer: { name: "Ada Lovelace", age: 36 }, items: ["tea", "cups"] };

/** Every third state is a Choice; each second one of the others writes a result into its input. */
function chainOf(length) {
  const States = {};
  for (let index = 0; index < length; index++) {
    const next = index + 1 < length ? { Next: `S${index + 1}` } : { End: true };
    States[`S${index}`] =
      index % 3 === 2 && index + 1 < length
        ? {
            Type: "Choice",
            Choices: [{ Variable: "$.customer.age", NumericLessThan: 18, Next: `S${index + 1}` }],
            Default: `S${index + 1}`,
          }
        : { Type: "Pass", ...(index % 2 === 0 && { Result: { index }, ResultPath: "$.last" }), ...next };
  }
  return JSON.stringify({ StartAt: "S0", States });
}

const kinds = { alone: runAlone, durable: runDurable };

process.once("message", async (job) => {
  try {
    process.send({ executionsPerSecond: await kinds[job.kind](job) });
  } catch (error) {
    process.send({ error: error.stack });
  }
  process.disconnect();
});

/** The transition function with nothing around it. */
async function runAlone({ states, seconds, warmUpSeconds }) {
  const { program } = compile(chainOf(states));
  const facts = {
    now: Date.now(),
    random: () => 0.5,
    uuid: () => "",
    activityExists: () => false,
    isMocked: () => false,
  };
  const inputText = JSON.stringify(INPUT);
  const run = () => {
    const execution = {
      id: 1,
      arn: "arn:aws:states:us-east-1:123456789012:execution:m:e",
      name: "e",
      type: "STANDARD",
      stateMachineArn: "arn:aws:states:us-east-1:123456789012:stateMachine:m",
      stateMachineName: "m",
      roleArn: "arn:aws:iam::123456789012:role/r",
      region: "us-east-1",
      startDate: facts.now,
      startAt: program.startAt,
      input: INPUT,
      inputText,
      status: "RUNNING",
      lastEventId: 0,
      branches: new Map(),
      nextBranchId: 0,
      redriveCount: 0,
    };
    const { events } = transition(program, execution, { kind: "started" }, facts);
    if (execution.status !== "SUCCEEDED" || events.length !== 2 * states + 2) {
      throw new Error(`${execution.status} after ${events.length} events: ${execution.error} ${execution.cause}`);
    }
  };
  rate(run, warmUpSeconds);
  return rate(run, seconds);
}

function rate(run, seconds) {
  const began = performance.now();
  let runs = 0;
  let elapsed = 0;
  while (elapsed < seconds * 1000) {
    for (let index = 0; index < 20; index++) run();
    runs += 20;
    elapsed = performance.now() - began;
  }
  return (runs / elapsed) * 1000;
}

/** The engine on a store on disk, 64 callers that each start the next execution when theirs has ended and is durable. */
async function runDurable({ states, folder, seconds, warmUpSeconds }) {
  const engine = await openEngine({ store: await openSqliteStore({ folder }) });
  const { stateMachineArn } = await engine.stateMachines.create({
    name: "chain",
    definition: chainOf(states),
    roleArn: "arn:aws:iam::123456789012:role/bench",
    type: "STANDARD",
    tags: [],
  });
  const input = JSON.stringify(INPUT);
  let ended = 0;
  let stopped = false;
  const caller = async () => {
    while (!stopped) {
      await engine.executions.start({ stateMachineArn, input });
      ended += 1;
    }
  };
  const callers = Promise.all(Array.from({ length: 64 }, caller));
  await pause(warmUpSeconds);
  const [began, endedBefore] = [performance.now(), ended];
  await pause(seconds);
  const perSecond = ((ended - endedBefore) / (performance.now() - began)) * 1000;
  stopped = true;
  await callers;
  const { items } = await engine.executions.list({ stateMachineArn, status: "SUCCEEDED", maxResults: 1000 });
  if (items.length !== Math.min(ended, 1000)) throw new Error(`${items.length} of ${ended} executions have succeeded`);
  await engine.close();
  return perSecond;
}

function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
