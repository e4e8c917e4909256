// What is measured, one function each. Every one starts the servers that it needs on a fresh data folder.
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { call, countExecutions, createStateMachine, requestText } from "./api.mjs";
import { chain, hello, helloInput, iterations, map, waiting } from "./machines.mjs";
import { startBare, startLoad, startPawl } from "./processes.mjs";
import { median, medians } from "./statistics.mjs";

/**
 * Executions a second of the smallest machine at every number of connections, and the bare server's requests a second for
 * the same request: Pawl, bare, Pawl, bare, so that both have the same noise.
 */
export async function measureHello(plan) {
  const levels = plan.connections.map((connections) => ({ connections, pawl: [], bare: [] }));
  let verified = 0;
  for (let round = 1; round <= plan.rounds; round++) {
    await withServers(plan, async ({ pawl, bare, load }) => {
      const stateMachineArn = await createStateMachine(pawl.url, "hello", hello);
      const request = requestText("StartExecution", { stateMachineArn, input: helloInput });
      let answered = 0;
      for (const level of levels) {
        plan.progress(`Hello, ${level.connections} connections, round ${round} of ${plan.rounds}`);
        const job = {
          request,
          connections: level.connections,
          seconds: plan.seconds,
          warmUpSeconds: plan.warmUpSeconds,
        };
        const ofPawl = await measured(pawl, load, job);
        answered += ofPawl.answered;
        level.pawl.push(ofPawl);
        level.bare.push(await measured(bare, load, job));
      }
      await verifyFinished(pawl.url, stateMachineArn, answered);
      verified += answered;
    });
  }
  return { levels: levels.map(summary), verifiedExecutions: verified };
}

function summary({ connections, pawl, bare }) {
  const [ofPawl, ofBare] = [medians(pawl), medians(bare)];
  return { connections, pawl: ofPawl, bare: ofBare, ratio: ofPawl.perSecond / ofBare.perSecond };
}

/** Every answered start is one finished execution with its result: counted and looked at, not assumed. */
async function verifyFinished(url, stateMachineArn, answered) {
  const { count, samples } = await countExecutions(url, stateMachineArn, "SUCCEEDED");
  if (count !== answered) throw new Error(`${answered} starts were answered, ${count} executions have succeeded`);
  for (const executionArn of samples) {
    const { status, output, stopDate } = await call(url, "DescribeExecution", { executionArn });
    if (status !== "SUCCEEDED" || output !== JSON.stringify(hello.States.Hello.Result) || stopDate === undefined) {
      throw new Error(`${executionArn} is ${status} with ${output}`);
    }
  }
}

/** State transitions a second: executions of a chain of Pass states, times its length. */
export async function measureChain(plan) {
  const { length } = Object.keys(chain.States);
  const rounds = [];
  for (let round = 1; round <= plan.rounds; round++) {
    await withServers(plan, async ({ pawl, load }) => {
      plan.progress(`Chain of ${length} states, round ${round} of ${plan.rounds}`);
      const stateMachineArn = await createStateMachine(pawl.url, "chain", chain);
      const request = requestText("StartExecution", { stateMachineArn, input: helloInput });
      const job = { request, connections: 16, seconds: plan.seconds, warmUpSeconds: plan.warmUpSeconds };
      const result = await measured(pawl, load, job);
      const { count } = await countExecutions(pawl.url, stateMachineArn, "SUCCEEDED");
      if (count !== result.answered) {
        throw new Error(`${result.answered} starts were answered, ${count} executions have succeeded`);
      }
      rounds.push(result);
    });
  }
  const result = medians(rounds);
  return { states: length, connections: 16, transitionsPerSecond: result.perSecond * length, pawl: result };
}

/** One inline Map after the other, each from the request to the first answer that says that it has succeeded. */
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

/**
 * Memory without work and with many executions that wait, and the time from the start of the process to its first answer on
 * an empty data folder and on that one.
 */
export async function measureWaiting(plan) {
  const emptyStarts = [];
  const bareStarts = [];
  for (let run = 1; run <= plan.startRuns; run++) {
    plan.progress(`Start on an empty data folder, ${run} of ${plan.startRuns}`);
    await withServers(plan, async ({ pawl, bare }) => {
      emptyStarts.push(pawl.secondsToFirstAnswer);
      bareStarts.push(bare.secondsToFirstAnswer);
    });
  }

  const data = plan.dataFolder();
  const load = startLoad();
  try {
    let pawl = await startPawl(data);
    const stateMachineArn = await createStateMachine(pawl.url, "waiting", waiting);
    await settle(plan);
    const idleMemory = pawl.memory();
    plan.progress(`Starting ${plan.waitingExecutions} executions that wait`);
    const request = requestText("StartExecution", { stateMachineArn, input: helloInput });
    const started = await load.run({ port: pawl.port, request, connections: 64, count: plan.waitingExecutions });
    await settle(plan);
    const waitingMemory = pawl.memory();
    await verifyWaiting(pawl.url, stateMachineArn, plan.waitingExecutions);
    await pawl.stop();
    const fileBytes = statSync(join(data, "pawl.db")).size;

    const fullStarts = [];
    const restartedMemories = [];
    for (let run = 1; run <= plan.startRuns; run++) {
      plan.progress(`Start with ${plan.waitingExecutions} executions, ${run} of ${plan.startRuns}`);
      pawl = await startPawl(data);
      fullStarts.push(pawl.secondsToFirstAnswer);
      await settle(plan);
      restartedMemories.push(pawl.memory());
      if (run === plan.startRuns) await verifyWaiting(pawl.url, stateMachineArn, plan.waitingExecutions);
      await pawl.stop();
    }
    return {
      executions: plan.waitingExecutions,
      secondsToStartThem: started.seconds,
      startedPerSecond: started.perSecond,
      dataFileBytes: fileBytes,
      memoryBytes: { idle: idleMemory, waiting: waitingMemory, waitingAfterRestart: median(restartedMemories) },
      secondsToFirstAnswer: { empty: median(emptyStarts), waiting: median(fullStarts), bare: median(bareStarts) },
    };
  } finally {
    await load.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

async function verifyWaiting(url, stateMachineArn, expected) {
  const { count } = await countExecutions(url, stateMachineArn, "RUNNING");
  if (count !== expected) throw new Error(`${count} of ${expected} executions are running`);
}

/** Memory is read once the garbage of what went before has had its chance to go. */
function settle({ settleSeconds }) {
  return new Promise((resolve) => setTimeout(resolve, settleSeconds * 1000));
}

/**
 * Runs a load job on a server, and says how much processor time of the server's one answer took, in microseconds: of the
 * process, and of the main thread alone, which is what limits it. Where other work takes the processors, these change less
 * than rates do.
 */
async function measured(server, load, job) {
  const before = server.cpuSeconds();
  const result = await load.run({ ...job, port: server.port });
  const after = server.cpuSeconds();
  const perAnswer = (thread) =>
    before === undefined || after === undefined ? null : ((after[thread] - before[thread]) / result.answered) * 1e6;
  return { ...result, cpuMicroseconds: perAnswer("process"), mainThreadMicroseconds: perAnswer("mainThread") };
}

/** Pawl on a fresh data folder, the bare server and a load generator, for as long as `action` runs. */
async function withServers(plan, action) {
  const data = plan.dataFolder();
  const processes = [];
  try {
    const pawl = await startPawl(data);
    processes.push(pawl);
    const bare = await startBare();
    processes.push(bare);
    const load = startLoad();
    processes.push(load);
    return await action({ pawl, bare, load });
  } finally {
    await Promise.all(processes.map((process) => process.stop()));
    rmSync(data, { recursive: true, force: true });
  }
}
