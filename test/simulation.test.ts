import { expect, it } from "vitest";
import type { Store } from "../packages/engine/src/index.js";
import { storeSuite } from "../packages/engine/test/store-suite.js";
import { SeededRandom } from "../simulation/random.js";
import { simulate } from "../simulation/run.js";
import { Schedule, settled } from "../simulation/schedule.js";
import { SimulatedDisk } from "../simulation/simulated-disk.js";
import { SimulatedStore } from "../simulation/simulated-store.js";
import { NO_FAULTS } from "../simulation/world.js";

// What is simulated must be what is real.
storeSuite("simulated store", true, async () => {
  const disk = new SimulatedDisk();
  return {
    async open() {
      const schedule = new Schedule(0);
      const { store } = new SimulatedStore(disk, schedule, new SeededRandom(1), NO_FAULTS.disk);
      const commit: Store["commit"] = async (changes) => {
        const committed = store.commit(changes);
        let isOver = false;
        committed.then(
          () => (isOver = true),
          () => (isOver = true),
        );
        while (!isOver) {
          await settled();
          schedule.step();
        }
        return committed;
      };
      return { ...store, commit };
    },
    dispose: async () => {},
  };
});

it("a seed is the same run, to the last line", async () => {
  const seed = 15;
  const [one, other] = [await simulate(seed), await simulate(seed)];
  expect(one.faults).toEqual([]);
  expect(one.trace.length).toBeGreaterThan(5);
  expect(other).toEqual(one);
});
