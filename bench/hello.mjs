// node bench/hello.mjs: durable executions of the smallest machine a second over HTTP, beside a bare HTTP server.
import { call, countExecutions, createStateMachine, requestText } from "./api.mjs";
import { runIfMain } from "./bench-run.mjs";
import { helloLines } from "./hello-table.mjs";
import { helloInput, hello as machine } from "./machines.mjs";
import { row, times } from "./rows.mjs";
import { measured, withServers } from "./servers.mjs";
import { medians } from "./statistics.mjs";

export const hello = {
  name: "hello",
  full: { warmUpSeconds: 1.5, connections: [1, 16, 64, 256] },
  quick: { warmUpSeconds: 0.1, connections: [1, 16] },
  measure: measureHello,
  rows: ({ levels }) => {
    const best = levels.reduce((one, other) => (other.pawl.perSecond > one.pawl.perSecond ? other : one));
    return [
      row({
        what: `durable Hello executions a second over HTTP, ${best.connections} connections, beside a bare HTTP server`,
        value: best.ratio,
        as: times,
        atLeast: 0.5,
        ratio: best.ratio,
        beside: "bare HTTP",
      }),
    ];
  },
  lines: helloLines,
};

/**
 * Executions a second of the smallest machine at every number of connections, and the bare server's requests a second for
 * the same request: Pawl, bare, Pawl, bare, so that both have the same noise.
 */
export async function measureHello(plan) {
  const levels = plan.connections.map((connections) => ({ connections, pawl: [], bare: [] }));
  let verified = 0;
  for (let round = 1; round <= plan.rounds; round++) {
    await withServers(plan, async ({ pawl, bare, load }) => {
      const stateMachineArn = await createStateMachine(pawl.url, "hello", machine);
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
    if (status !== "SUCCEEDED" || output !== JSON.stringify(machine.States.Hello.Result) || stopDate === undefined) {
      throw new Error(`${executionArn} is ${status} with ${output}`);
    }
  }
}

await runIfMain(import.meta.url, hello);
