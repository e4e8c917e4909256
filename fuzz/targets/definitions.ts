import { readdirSync, readFileSync } from "node:fs";
import { compile } from "@pawl/asl";
import { drawMachine } from "../../simulation/machines.js";
import { SeededRandom } from "../../simulation/random.js";
import { Workers } from "../../simulation/workers.js";
import { NO_FAULTS, World } from "../../simulation/world.js";
import { mutateJson, mutateText } from "../mutation.js";
import type { Target } from "../target.js";

/** Longest that a definition's execution is followed: a loop ends at 25,000 events. */
const SIMULATED_MILLISECONDS = 1_000_000_000;

/** State machines: what is accepted must run, what is not must be refused with diagnostics, and nothing else may happen. */
export const definitions: Target = {
  name: "definitions",
  limit: 10_000,
  async open() {
    const examples = readdirSync("examples")
      .filter((file) => file.endsWith(".asl.json"))
      .map((file) => JSON.parse(readFileSync(`examples/${file}`, "utf8")) as unknown);
    return {
      draw(random) {
        const surroundings = { activities: [], nested: undefined, endless: undefined, mayBeExpress: true };
        const valid = random.chance(0.6) ? drawMachine("m", random, surroundings).definition : random.pick(examples);
        const mutated = JSON.stringify(random.chance(0.9) ? mutateJson(valid, random) : valid) ?? "null";
        return random.chance(0.1) ? mutateText(mutated, random) : mutated;
      },
      mutate(text, random) {
        const value = parsed(text);
        const mutated = JSON.stringify(value === undefined ? undefined : mutateJson(value, random));
        return mutated === undefined || random.chance(0.1) ? mutateText(mutated ?? text, random) : mutated;
      },
      async run(text) {
        const type = text.length % 2 === 0 ? "STANDARD" : "EXPRESS";
        const { program, diagnostics } = compile(text, { type });
        const isRefused = diagnostics.some(({ severity }) => severity === "ERROR");
        if (isRefused === (program !== undefined)) throw new Error("refused and compiled, or neither");
        JSON.stringify(diagnostics);
        if (program !== undefined) await runToItsEnd(text, type);
      },
      close: async () => {},
    };
  },
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function runToItsEnd(definition: string, type: "STANDARD" | "EXPRESS"): Promise<void> {
  const workers = new Workers();
  const world = new World({ random: new SeededRandom(1), faults: NO_FAULTS, tasks: workers.tasks, trace: () => {} });
  await world.open();
  const { engine } = world;
  if (engine === undefined) throw new Error("no engine");
  const roleArn = "arn:aws:iam::123456789012:role/pawl";
  let failure: unknown;
  let isOver = false;
  const all = (async () => {
    const request = { name: "m", definition, roleArn, type, tags: [] } as const;
    const { stateMachineArn } = await world.request((to) => to.stateMachines.create(request));
    await world.request((to) => to.executions.start({ stateMachineArn, input: '{"n":1,"items":[1,2],"a":{"b":"c"}}' }));
  })().then(
    () => {
      isOver = true;
    },
    (error) => {
      failure = error;
      isOver = true;
    },
  );
  await world.passUntil(() => isOver, SIMULATED_MILLISECONDS);
  await all;
  await world.passUntil(
    () => world.disk.executions().every(({ status }) => status !== "RUNNING"),
    SIMULATED_MILLISECONDS,
  );
  await world.stop();
  if (failure !== undefined && (failure as Error).name !== "ServiceError") throw failure;
}
