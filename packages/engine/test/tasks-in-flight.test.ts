import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { folder, moduleFunction, openFunctions } from "./functions/function-engine.js";
import { openTestEngine } from "./test-engine.js";

const call = (name: string) => ({
  StartAt: "Call",
  States: {
    Call: { Type: "Task", Resource: `arn:aws:lambda:us-east-1:123456789012:function:${name}`, End: true },
  },
});
const MANY = 10_000;

/** Each call holds a connection. */
const files = Number(
  (process.report.getReport() as { userLimits: { open_files: { soft: unknown } } }).userLimits.open_files.soft,
);
const enoughFiles = Number.isNaN(files) || files > MANY + 500;

/** In a process of its own: the other ends of the connections are files, too. */
async function openSlowEndpoint() {
  const child = spawn(process.execPath, [`${folder}slow-endpoint.mjs`], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [port] = await once(child.stdout, "data");
  const url = `http://127.0.0.1:${Number(port)}`;
  return { url, ask: async (path: string) => (await fetch(`${url}/${path}`)).text() };
}

describe("many tasks in flight", () => {
  it.skipIf(!enoughFiles)(
    "at a slow service do not hold up others (needs 10,500 open files)",
    { timeout: 120_000 },
    async () => {
      const endpoint = await openSlowEndpoint();
      const { engine, machine, start } = await openTestEngine({ lambdaEndpoint: endpoint.url });
      const [slow, quick] = [await machine(call("slow")), await machine(call("quick"))];
      const executions = await Promise.all(Array.from({ length: MANY }, () => start(slow)));
      while ((await endpoint.ask("held")) !== String(MANY)) await new Promise((resolve) => setTimeout(resolve, 50));
      const other = await engine.executions.ended(await start(quick));
      expect(other).toMatchObject({ status: "SUCCEEDED", output: "2" });
      await endpoint.ask("release");
      for (const executionArn of executions) {
        expect((await engine.executions.ended(executionArn)).status).toBe("SUCCEEDED");
      }
    },
  );

  it("of a function that has too few processes do not hold up others, and leave when they are stopped", {
    timeout: 120_000,
  }, async () => {
    const functions = {
      slow: moduleFunction({ concurrency: 1, timeoutSeconds: 600 }),
      quick: moduleFunction(),
    };
    const { engine, machine, start, lines } = await openFunctions(functions);
    const stateMachineArn = await machine(call("slow"));
    const input = '{"mode":"hang"}';
    const executions = await Promise.all(
      Array.from({ length: MANY }, () => engine.executions.start({ stateMachineArn, input })),
    );
    const { ended } = await start("quick", { mode: "echo", value: 1 });
    expect((await ended).status).toBe("SUCCEEDED");
    await Promise.all(executions.map(({ executionArn }) => engine.executions.stop({ executionArn })));
    expect(lines).toEqual([]);
  });
});
