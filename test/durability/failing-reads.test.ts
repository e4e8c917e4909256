import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type FailingFiles, failingFiles } from "../../torture/failing-files.js";
import { Api } from "./api.js";
import { PawlProcess } from "./pawl-process.js";

const files = failingFiles();

// Without Linux and a C compiler no read can be made to fail; `failingFiles` says which of them is missing.
it.runIf(typeof files !== "string")(
  "says that it cannot read, and not that nothing is there, and reads again once the disk can be read",
  { timeout: 60_000 },
  async () => {
    const { environment, fail, heal } = files as FailingFiles;
    const data = mkdtempSync(join(tmpdir(), "pawl-durability-"));
    const api = new Api();
    const open = async (): Promise<PawlProcess> => {
      const pawl = new PawlProcess({ data, environment: environment(data) });
      onTestFinished(() => pawl.kill());
      api.url = await pawl.served();
      return pawl;
    };
    onTestFinished(() => {
      heal();
      api.close();
      rmSync(data, { recursive: true, force: true });
    });

    const first = await open();
    const { stateMachineArn } = await api.call("CreateStateMachine", {
      name: "hello",
      definition: JSON.stringify({ StartAt: "A", States: { A: { Type: "Pass", End: true } } }),
      roleArn: "arn:aws:iam::123456789012:role/role",
    });
    const start = async (name: string, input = "{}"): Promise<string> =>
      String((await api.call("StartExecution", { stateMachineArn, name, input })).executionArn);
    // More than the store keeps in memory.
    const inputs = Array.from({ length: 400 }, (_, index) => JSON.stringify([index, "x".repeat(100_000)]));
    const executions = await Promise.all(inputs.map((input, index) => start(`e${index}`, input)));
    await first.kill();
    await first.ended;

    // What a new process has not read yet has to come from the disk.
    await open();
    fail(["reads"], "EIO", 1);
    for (const executionArn of executions.filter((_, index) => index % 20 === 0)) {
      for (const operation of ["GetExecutionHistory", "DescribeExecution"]) {
        const failure = await api.call(operation, { executionArn }).catch((error: unknown) => error);
        expect(failure).toMatchObject({ status: 500, code: "InternalFailure" });
      }
    }
    heal();
    for (const [index, executionArn] of executions.entries()) {
      const { events } = await api.call("GetExecutionHistory", { executionArn });
      expect(events).toHaveLength(4);
      const { input } = await api.call("DescribeExecution", { executionArn });
      expect(input === inputs[index]).toBe(true);
    }
    expect(await start("after")).toContain(":after");
  },
);
