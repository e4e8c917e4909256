import { describe, expect, it } from "vitest";
import { commandFunction, folder, openFunctions } from "./function-engine.js";

describe("a command that speaks the Lambda Runtime API", () => {
  it("gets events with their headers and gives results", async () => {
    const { start, lines } = await openFunctions({ f: commandFunction() });
    const trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";
    const context = { ClientContext: btoa('{"custom":1}'), LogType: "Tail" };
    for (const value of [1, 2]) {
      const { executionArn, ended } = await start("f:7", { value }, context, trace);
      const { output } = await ended;
      const metadata = output?.SdkResponseMetadata as { RequestId: string } | undefined;
      expect(output?.Payload).toEqual({
        event: { value },
        id: metadata?.RequestId,
        arn: "arn:aws:lambda:us-east-1:123456789012:function:f:7",
        trace,
        context: '{"custom":1}',
        deadline: true,
        folder: folder.replace(/\/$/, ""),
      });
      expect(output?.ExecutedVersion).toBe("7");
      expect(lines.at(-1)).toEqual({ functionName: "f", stream: "stderr", text: "event for f", executionArn });
    }
  });

  it("fails as it says, word by word", async () => {
    const { call, payload } = await openFunctions({ f: commandFunction() });
    expect(await call("f", { mode: "fail" })).toMatchObject({
      error: "ValueError",
      cause: '{"errorMessage": "no", "errorType": "ValueError", "stackTrace": ["  File \\"app.py\\", line 4\\n"]}',
    });
    expect(await call("f", { mode: "fail by header" })).toMatchObject({
      error: "Runtime.Odd",
      cause: '{"errorType":"Runtime.Odd","errorMessage":"no"}',
    });
    expect(await payload("f", { value: 1 })).toMatchObject({ event: { value: 1 } });
  });

  it("that ends, hangs or forgets to answer fails that one invocation", async () => {
    const { call, payload } = await openFunctions({ f: commandFunction({ timeoutSeconds: 0.5 }) });
    const exited = await call("f", { mode: "exit", code: 7 });
    expect(exited.error).toBe("Runtime.ExitError");
    expect(exited.cause).toContain("Runtime exited with error: exit status 7");
    expect((await call("f", { mode: "hang" })).error).toBe("Sandbox.Timedout");
    expect((await call("f", { mode: "forget" })).error).toBe("Runtime.Unknown");
    expect(await payload("f", { value: 1 })).toMatchObject({ event: { value: 1 } });
  });

  it("that cannot begin fails each call with its reason", async () => {
    const { call } = await openFunctions({
      broken: commandFunction({}, "broken"),
      idle: commandFunction({ initSeconds: 0.5 }, "idle"),
      ends: { kind: "command", command: [process.execPath, "-e", "process.exit(4)"], cwd: folder },
      nowhere: { kind: "command", command: ["/there/is/no/such/program"], cwd: folder },
      noFolder: { kind: "command", command: [process.execPath], cwd: "/there/is/no/such/folder" },
    });
    expect(await call("broken")).toMatchObject({
      error: "Settings.Missing",
      cause: '{"errorMessage":"no settings","errorType":"Settings.Missing","stackTrace":[]}',
    });
    expect((await call("idle")).error).toBe("Sandbox.Timedout");
    expect((await call("ends")).cause).toContain("exit status 4");
    expect((await call("nowhere")).error).toBe("Runtime.InvalidEntrypoint");
    expect((await call("noFolder")).error).toBe("Runtime.InvalidEntrypoint");
  });

  it("returns 6 MB at most", async () => {
    const { call } = await openFunctions({ f: commandFunction({ timeoutSeconds: 30 }) });
    expect((await call("f", { mode: "large", size: 6_291_555 })).error).toBe("Function.ResponseSizeTooLarge");
    expect((await call("f", { mode: "large", size: 6_291_554 })).error).toBe("States.DataLimitExceeded");
  });

  it("is told what is no request of that API, and a browser's page is refused", async () => {
    const { payload } = await openFunctions({ f: commandFunction() });
    expect(await payload("f", { mode: "strange" })).toEqual([400, 404, 403]);
  });
});
