import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { Api } from "./api.js";
import { openFunctionEndpoint } from "./function-endpoint.js";
import { Load } from "./load.js";
import { PawlProcess } from "./pawl-process.js";
import { SeededRandom } from "./seeded-random.js";
import { running, verdict } from "./verdict.js";

const rounds = Number(process.env.PAWL_DURABILITY_ROUNDS ?? 5);
const seed = Number(process.env.PAWL_DURABILITY_SEED ?? Date.now() % 2 ** 31);

it(`keeps its promises through ${rounds} crashes under load (PAWL_DURABILITY_SEED=${seed})`, {
  timeout: 120_000 + rounds * 10_000,
}, async () => {
  const random = new SeededRandom(seed);
  const data = mkdtempSync(join(tmpdir(), "pawl-durability-"));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const api = new Api();
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

  let pawl = open();
  api.url = await pawl.served();
  await load.begin();
  for (let round = 0; round < rounds; round += 1) {
    // Some die while they are still taking up what the one before left.
    if (random.chance(0.3)) {
      await pause(random.below(400));
    } else {
      api.url = await pawl.served();
      await pause(100 + random.below(1500));
    }
    await pawl.kill();
    api.url = undefined;
    pawl = open();
  }
  api.url = await pawl.served();
  await pause(1000);
  await load.endStarting();
  // The last crash comes when nothing more is started: nothing but what was stored sets things going again.
  await pawl.kill();
  pawl = open();
  api.url = await pawl.served();

  // Whatever was begun ends: nothing waits for something that the crash took with it.
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
  await pawl.kill("SIGTERM");
  expect(await pawl.ended).toBe(0);
  await clientsEnded;
  pawl = open();
  api.url = await pawl.served();
  expect(await verdict(api, load, functions)).toEqual([]);
  await pawl.kill();
  api.close();
  expect(processes.map(({ stderr }) => stderr).join("")).toBe("");

  const acknowledged = load.started.filter(({ executionArn }) => executionArn !== undefined).length;
  console.log(`${rounds} crashes, ${acknowledged} of ${load.started.length} starts acknowledged, seed ${seed}`);
  expect(acknowledged).toBeGreaterThan(rounds);
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
