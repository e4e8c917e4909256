import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Api } from "./api.js";
import { openFunctionEndpoint } from "./function-endpoint.js";
import { Load } from "./load.js";
import { type PawlOptions, PawlProcess } from "./pawl-process.js";
import { SeededRandom } from "./seeded-random.js";
import { running, verdict } from "./verdict.js";

/** How often something goes wrong in a trial; more find more. */
export const rounds = Number(process.env.PAWL_DURABILITY_ROUNDS ?? 3);

/** Of what is chosen by chance. It does not make a trial repeat itself: processes and connections have their own time. */
export const seed = Number(process.env.PAWL_DURABILITY_SEED ?? Date.now() % 2 ** 31);

export const timeout = 120_000 + rounds * 10_000;

/** A data folder, clients that load whatever process serves it, and the verdict on what came of it. */
export interface Trial {
  /** The data folder. */
  readonly data: string;
  readonly random: SeededRandom;
  /** The process that serves the folder, or is about to. */
  readonly pawl: PawlProcess;
  /** All processes that there were. */
  readonly processes: readonly PawlProcess[];
  /** Waits until the process serves. */
  served(): Promise<void>;
  /** Kills the process, or finds it ended, and starts the next one, which nobody waits for. */
  crash(): Promise<void>;
  /**
   * Ends the load, lets everything end in the process that runs, and once more after an orderly stop. Gives what is wrong: nothing
   * where every promise was kept.
   */
  judge(): Promise<string[]>;
  /** How many executions were asked for, and how many starts were acknowledged. */
  counts(): { readonly started: number; readonly acknowledged: number };
  /** Ends everything and removes the folder. */
  close(): Promise<void>;
  /** Nothing more is started. */
  endStarting(): Promise<void>;
}

export interface TrialOptions extends Pick<PawlOptions, "environment" | "nodeOptions"> {
  /** Whether clients take the answer 500 for what it is on a full disk: nothing was promised. */
  readonly isFailureExpected?: boolean;
  /** Default: {@link seed}. */
  readonly seed?: number;
  /** Told what a trial came to; default: console.log. */
  readonly say?: (line: string) => void;
}

export async function openTrial(options: TrialOptions = {}): Promise<Trial> {
  const { isFailureExpected = false, seed: ownSeed = seed, say = console.log, ...processOptions } = options;
  const random = new SeededRandom(ownSeed);
  const data = mkdtempSync(join(tmpdir(), "pawl-durability-"));
  const api = new Api({ isFailureExpected });
  const load: Load = new Load(api, random);
  const functions = await openFunctionEndpoint(random, (token, input) => {
    setTimeout(() => void load.report(token, input), random.below(200));
  });
  const processes: PawlProcess[] = [];
  const open = (): PawlProcess => {
    const pawl = new PawlProcess({ ...processOptions, data, lambdaEndpoint: functions.url });
    processes.push(pawl);
    return pawl;
  };

  const trial: Trial & { pawl: PawlProcess } = {
    data,
    random,
    processes,
    pawl: open(),
    async served() {
      api.url = await trial.pawl.served();
    },
    async crash() {
      await trial.pawl.kill();
      api.url = undefined;
      trial.pawl = open();
    },
    endStarting: () => load.endStarting(),
    counts: () => ({
      started: load.started.length,
      acknowledged: load.started.filter(({ executionArn }) => executionArn !== undefined).length,
    }),
    async close() {
      api.url = undefined;
      await Promise.all(processes.map((each) => each.kill()));
      api.close();
      await functions.close();
      rmSync(data, { recursive: true, force: true });
    },
    async judge() {
      await load.endStarting();
      await trial.served();
      // Whatever was begun ends: nothing waits for something that went with a process.
      // What could not be read is looked at again after half a minute.
      const deadline = Date.now() + 120_000;
      let left = await running(api, load);
      while (left.length > 0 && Date.now() < deadline) {
        await pause(200);
        left = await running(api, load);
      }
      if (left.length > 0) return left.map(({ name }) => `${name}: never ends`);
      // Express executions are listed nowhere. They wait for a second and try again every second.
      await pause(3000);
      const faults = await verdict(api, load, functions);

      // An orderly end, and one more process: all is as it was.
      const clientsEnded = load.end();
      await trial.pawl.kill("SIGTERM");
      const code = await trial.pawl.ended;
      if (code !== 0) faults.push(`the orderly end gave ${code}`);
      await clientsEnded;
      trial.pawl = open();
      await trial.served();
      faults.push(...(await verdict(api, load, functions)));
      await trial.pawl.kill();
      const { started, acknowledged } = trial.counts();
      say(`${acknowledged} of ${started} starts acknowledged (PAWL_DURABILITY_SEED=${ownSeed})`);
      return faults;
    },
  };
  await trial.served();
  await load.begin();
  return trial;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
