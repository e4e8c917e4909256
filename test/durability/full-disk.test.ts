import { expect, it, onTestFinished } from "vitest";
import { setLargestFile } from "./process-limits.js";
import { openTrial, pause, rounds, seed, timeout } from "./trial.js";

// `prlimit` is Linux's (util-linux). Elsewhere `refusal.test.ts` fills the disk of a process from its start.
it.runIf(setLargestFile(process.pid, "unlimited"))(
  `keeps its promises on a disk that is full ${rounds} times under load (PAWL_DURABILITY_SEED=${seed})`,
  { timeout },
  async () => {
    const trial = await openTrial({ isFailureExpected: true });
    onTestFinished(() => trial.close());
    const { random } = trial;
    for (let round = 0; round < rounds; round += 1) {
      await trial.served();
      await pause(100 + random.below(800));
      setLargestFile(trial.pawl.pid, 4096);
      await pause(random.below(1500));
      // Some die of it, most live on.
      if (random.chance(0.1)) await trial.crash();
      else setLargestFile(trial.pawl.pid, "unlimited");
    }
    // No crash at last: what the full disk interrupted must go on in the process that met it.
    expect(await trial.judge()).toEqual([]);
    expect(trial.counts().acknowledged).toBeGreaterThan(rounds);
  },
);
