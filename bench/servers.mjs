// What measurements over HTTP have in common: servers on fresh data folders, loads with processor times, memory at rest.
import { rmSync } from "node:fs";
import { call, countExecutions } from "./api.mjs";
import { startBare, startLoad, startPawl } from "./processes.mjs";

/** Pawl on a fresh data folder, the bare server and a load generator, for as long as `action` runs. */
export async function withServers(plan, action, { options = [] } = {}) {
  const data = plan.dataFolder();
  const processes = [];
  try {
    const pawl = await startPawl(data, [], options);
    processes.push(pawl);
    const bare = await startBare();
    processes.push(bare);
    const load = startLoad();
    processes.push(load);
    return await action({ pawl, bare, load, data });
  } finally {
    await Promise.all(processes.map((process) => process.stop()));
    rmSync(data, { recursive: true, force: true });
  }
}

/**
 * Runs a load job on a server, and says how much processor time of the server's one answer took, in microseconds: of the
 * process, and of the main thread alone, which is what limits it. Where other work takes the processors, these change less
 * than rates do.
 */
export async function measured(server, load, job) {
  const before = server.cpuSeconds();
  const result = await load.run({ ...job, port: server.port });
  const after = server.cpuSeconds();
  const perAnswer = (thread) =>
    before === undefined || after === undefined ? null : ((after[thread] - before[thread]) / result.answered) * 1e6;
  return { ...result, cpuMicroseconds: perAnswer("process"), mainThreadMicroseconds: perAnswer("mainThread") };
}

/** Memory is read once the garbage of what went before has had its chance to go. */
export function settle({ settleSeconds }) {
  return pause(settleSeconds * 1000);
}

/**
 * Milliseconds from `began` until none of a state machine's executions runs any more. Asked for so seldom that asking costs next to nothing,
 * and so often that what it misses is a hundredth.
 */
export async function untilNoneRuns(url, stateMachineArn, began = performance.now()) {
  while (await isAnyRunning(url, stateMachineArn)) await pause(Math.max(2, (performance.now() - began) / 100));
  return performance.now() - began;
}

async function isAnyRunning(url, stateMachineArn) {
  const { executions } = await call(url, "ListExecutions", { stateMachineArn, statusFilter: "RUNNING", maxResults: 1 });
  return executions.length > 0;
}

/** Counted by listing them: nothing is assumed. */
export async function verifyCount(url, stateMachineArn, status, expected) {
  const { count } = await countExecutions(url, stateMachineArn, status);
  if (count !== expected) throw new Error(`${count} of ${expected} executions are ${status}`);
}

export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
