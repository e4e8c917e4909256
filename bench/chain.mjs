// node bench/chain.mjs: durable state transitions a second over HTTP, in a chain of Pass states.
import { createStateMachine, requestText } from "./api.mjs";
import { runIfMain } from "./bench-run.mjs";
import { helloInput, chain as machine } from "./machines.mjs";
import { perSecond, row } from "./rows.mjs";
import { measured, verifyCount, withServers } from "./servers.mjs";
import { medians } from "./statistics.mjs";

const states = Object.keys(machine.States).length;

export const chain = {
  name: "chain",
  full: { warmUpSeconds: 1.5 },
  quick: { warmUpSeconds: 0.1 },
  measure: measureChain,
  rows: ({ transitionsPerSecond, connections, pawl, bare }) => [
    row({
      what: `durable state transitions a second over HTTP, chain of ${states} Pass states, ${connections} connections`,
      value: transitionsPerSecond,
      as: perSecond,
      ratio: pawl.perSecond / bare.perSecond,
      beside: "bare HTTP, by executions",
    }),
  ],
};

/** State transitions a second: executions of a chain of Pass states, times its length. */
export async function measureChain(plan) {
  const rounds = { pawl: [], bare: [] };
  for (let round = 1; round <= plan.rounds; round++) {
    await withServers(plan, async ({ pawl, bare, load }) => {
      plan.progress(`Chain of ${states} states, round ${round} of ${plan.rounds}`);
      const stateMachineArn = await createStateMachine(pawl.url, "chain", machine);
      const request = requestText("StartExecution", { stateMachineArn, input: helloInput });
      const job = { request, connections: 16, seconds: plan.seconds, warmUpSeconds: plan.warmUpSeconds };
      const result = await measured(pawl, load, job);
      await verifyCount(pawl.url, stateMachineArn, "SUCCEEDED", result.answered);
      rounds.pawl.push(result);
      rounds.bare.push(await measured(bare, load, job));
    });
  }
  const [pawl, bare] = [medians(rounds.pawl), medians(rounds.bare)];
  return { states, connections: 16, transitionsPerSecond: pawl.perSecond * states, pawl, bare };
}

await runIfMain(import.meta.url, chain);
