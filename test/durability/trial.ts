import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { Api } from "./api.js";
import { openFunctionEndpoint } from "./function-endpoint.js";
import { Load } from "./load.js";
import { PawlProcess } from "./pawl-process.js";
import { SeededRandom } from "./seeded-random.js";
import { running, verdict } from "./verdict.js";

/** How often something goes wrong in a trial; more find more. */
export const rounds = Number(process.env.PAWL_DURABILITY_ROUNDS ?? 3);

/** Of what is chosen by chance. It does not make a trial repeat itself: processes and connections have their own time. */
export const seed = Number(process.env.PAWL_DURABILITY_SEED ?? Date.now() % 2 ** 31);

export const timeout = 120_000 + rounds * 10_000;

/** A data folder, clients that load whatever process serves it, and the verdict on what came of it. */
export interface Trial {
  readonly random: SeededRandom;
  /** The process that serves the folder, or is about to. */
  readonly pawl: PawlProcess;
  /** All processes that there were. */
  readonly processes: readonly PawlProcess[];
  /** Waits until the process serves. */
  served(): Promise<void>;
  /** Kills the process and starts the next one, which nobody waits for. */
  crash(): Promise<void>;
  /** Ends the load; expects that everything ends in the process that runs, and that every promise was kept. */
  judge(): Promise<void>;
  /** Nothing more is started. */
  endStarting(): Promise<void>;
}

/** @param isFailureExpected whether clients take the answer 500 for what it is on a full disk: nothing was promised */
export async function openTrial({ isFailureExpected = false } = {}): Promise<Trial> {
  const random = new SeededRandom(seed);
  const data = mkdtempSync(join(tmpdir(), "pawl-durability-"));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const api = new Api({ isFailureExpected });
  const load: Load = new Load(api, random);
  const functions = await openFunctionEndpoint(random, (token, input) => {
    setTimeout(() => void load.report(token, input), random.below(200));
  });
  onTestFinished(() => functions.close());
  const processes: PawlProcess[] = [];
  const open = (): PawlProcess => {
    const pawl = new PawlProcess({ data, lambdaEndpoint: functions.url });
    processes.push(pawl);
    onTestFinished(() => pawl.kill());
    return pawl;
  };

  const trial = {
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
    async judge() {
      await load.endStarting();
      await trial.served();
      // Whatever was begun ends: nothing waits for something that went with a process.
      const deadline = Date.now() + 60_000;
      let left = await running(api, load);
      while (left.length > 0 && Date.now() < deadline) {
        await pause(200);
        left = await running(api, load);
      }
      expect(left).toEqual([]);
      // Express executions are listed nowhere. They wait for a second and try again every second.
      await pause(3000);
      expect(await verdict(api, load, functions)).toEqual([]);

      // An orderly end, and one more process: all is as it was.
      const clientsEnded = load.end();
      await trial.pawl.kill("SIGTERM");
      expect(await trial.pawl.ended).toBe(0);
      await clientsEnded;
      trial.pawl = open();
      await trial.served();
      expect(await verdict(api, load, functions)).toEqual([]);
      await trial.pawl.kill();
      api.close();

      const acknowledged = load.started.filter(({ executionArn }) => executionArn !== undefined).length;
      console.log(`${acknowledged} of ${load.started.length} starts acknowledged (PAWL_DURABILITY_SEED=${seed})`);
      expect(acknowledged).toBeGreaterThan(rounds);
    },
  };
  await trial.served();
  await load.begin();
  return trial;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
