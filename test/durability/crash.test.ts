import { expect, it, onTestFinished } from "vitest";
import { openTrial, pause, rounds, seed, timeout } from "./trial.js";

it(`keeps its promises through ${rounds} crashes under load (PAWL_DURABILITY_SEED=${seed})`, { timeout }, async () => {
  const trial = await openTrial();
  onTestFinished(() => trial.close());
  const { random } = trial;
  for (let round = 0; round < rounds; round += 1) {
    // Some die while they are still taking up what the one before left.
    if (random.chance(0.3)) {
      await pause(random.below(400));
    } else {
      await trial.served();
      await pause(100 + random.below(1500));
    }
    await trial.crash();
  }
  await trial.served();
  await pause(1000);
  // The last crash comes when nothing more is started: nothing but what was stored sets things going again.
  await trial.endStarting();
  await trial.crash();
  expect(await trial.judge()).toEqual([]);
  expect(trial.counts().acknowledged).toBeGreaterThan(rounds);
  expect(trial.processes.map(({ stderr }) => stderr).join("")).toBe("");
});
