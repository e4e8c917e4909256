import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openFunctionEndpoint } from "../function-endpoint.js";
import { temporaryFolder } from "../test-engine.js";
import { moduleFunction, openFunctions } from "./function-engine.js";

/** A module that tells its process and, where told to, waits until a file is there. */
function gate() {
  const folder = temporaryFolder();
  const module = join(folder, "gate.mjs");
  const opened = join(folder, "opened");
  writeFileSync(
    module,
    `import { appendFileSync, existsSync } from "node:fs";
     export const handler = async (event) => {
       appendFileSync(${JSON.stringify(join(folder, "begun"))}, "x");
       while (event.waits && !existsSync(${JSON.stringify(opened)})) await new Promise((resolve) => setTimeout(resolve, 5));
       return process.pid;
     };`,
  );
  return {
    folder,
    settings: { kind: "module", module, handler: "handler", timeoutSeconds: 60 } as const,
    open: () => writeFileSync(opened, ""),
    begun: () => {
      try {
        return readFileSync(join(folder, "begun"), "utf8").length;
      } catch {
        return 0;
      }
    },
  };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("the processes of a function", () => {
  it("are used again, and there are no more than needed", async () => {
    const { payload } = await openFunctions({ f: gate().settings });
    const first = await payload("f");
    expect(await payload("f")).toBe(first);
    expect(first).not.toBe(process.pid);
  });

  it("are as many as may run at a time, and what comes then waits", async () => {
    const { settings, open, begun } = gate();
    const { start } = await openFunctions({ f: { ...settings, concurrency: 2 } });
    const calls = await Promise.all([1, 2, 3, 4].map(() => start("f", { waits: true })));
    await until(() => begun() === 2);
    open();
    const ended = await Promise.all(calls.map(({ ended }) => ended));
    expect(new Set(ended.map(({ output }) => output?.Payload)).size).toBe(2);
  });

  it("refuse what comes beyond a reserved concurrency", async () => {
    const { settings, open, begun } = gate();
    const { start, call, engine } = await openFunctions({ f: { ...settings, concurrency: 1, maxQueued: 0 } });
    const { ended } = await start("f", { waits: true });
    await until(() => begun() === 1);
    expect(await call("f")).toMatchObject({
      error: "Lambda.TooManyRequestsException",
      cause: expect.stringMatching(
        /^Rate Exceeded\. \(Service: AWSLambda; Status Code: 429; Error Code: TooManyRequestsException; Request ID: [0-9a-f-]{36}; Proxy: null\)$/,
      ),
    });
    open();
    expect((await ended).status).toBe("SUCCEEDED");
    expect((await call("f")).status).toBe("SUCCEEDED");
    expect(engine.metrics().functions).toEqual({ returned: 2, failed: 0, throttled: 1, processes: 1, waiting: 0 });
  });

  it("of one function do not hold up another's", async () => {
    const { settings, open, begun } = gate();
    const { start, payload } = await openFunctions({ slow: { ...settings, concurrency: 1 }, f: moduleFunction() });
    const calls = await Promise.all(Array.from({ length: 50 }, () => start("slow", { waits: true })));
    await until(() => begun() === 1);
    expect(await payload("f", { mode: "echo", value: 1 })).toBe(1);
    open();
    for (const { ended } of calls) expect((await ended).status).toBe("SUCCEEDED");
  });

  it("go on when nobody waits any more, and what waited in the queue is never begun", async () => {
    const { settings, open, begun } = gate();
    const { engine, start, payload } = await openFunctions({ f: { ...settings, concurrency: 1 } });
    const running = await start("f", { waits: true });
    await until(() => begun() === 1);
    const queued = await start("f", { waits: true });
    for (const { executionArn, ended } of [queued, running]) {
      await engine.executions.stop({ executionArn });
      expect((await ended).status).toBe("ABORTED");
    }
    open();
    await payload("f");
    expect(begun()).toBe(2);
  });

  it("are new ones where the code has changed", async () => {
    const { settings, folder } = gate();
    const { payload } = await openFunctions({ f: settings });
    const first = (await payload("f")) as number;
    writeFileSync(join(folder, "data.txt"), "not code");
    writeFileSync(join(folder, "gate.mjs"), "export const handler = async () => 'new';");
    await until(async () => (await payload("f")) === "new");
    await until(() => !isAlive(first));
  });

  it("can be there before the first call, and end when there is no work", async () => {
    const { settings } = gate();
    const { payload } = await openFunctions({ f: { ...settings, warm: 1 }, g: { ...settings, idleSeconds: 0.01 } });
    const warm = await payload("f");
    const idle = (await payload("g")) as number;
    await until(() => !isAlive(idle));
    expect(await payload("f")).toBe(warm);
  });

  it("end with the engine", async () => {
    const { settings } = gate();
    const { payload, engine, start } = await openFunctions({ f: settings });
    const pid = (await payload("f")) as number;
    await start("f", { waits: true });
    await engine.close();
    expect(isAlive(pid)).toBe(false);
  });
});

describe("the environment of a function", () => {
  it("has what Lambda sets and what is configured, and nothing of Pawl's secrets", async () => {
    const before = { ...process.env };
    Object.assign(process.env, {
      AWS_SECRET_ACCESS_KEY: "secret",
      PAWL_ACCESS_KEYS: "ID:SECRET",
      OF_PAWL: "1",
      MY_ONE: "1",
      MY_TWO: "2",
    });
    try {
      const { payload } = await openFunctions({
        f: moduleFunction({ environment: { STAGE: "test", TZ: "Europe/Berlin" }, passEnvironment: ["MY_*"] }),
        local: moduleFunction({ environment: { AWS_ENDPOINT_URL: "http://127.0.0.1:4566" } }),
      });
      const environment = (await payload("f", { mode: "environment" })) as Record<string, string>;
      expect(environment).toMatchObject({
        _HANDLER: "handlers.handler",
        AWS_REGION: "us-east-1",
        AWS_DEFAULT_REGION: "us-east-1",
        AWS_LAMBDA_FUNCTION_NAME: "f",
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1024",
        LAMBDA_TASK_ROOT: expect.stringMatching(/functions$/),
        STAGE: "test",
        TZ: "Europe/Berlin",
        MY_ONE: "1",
        MY_TWO: "2",
        PATH: process.env.PATH,
      });
      for (const name of ["AWS_SECRET_ACCESS_KEY", "PAWL_ACCESS_KEYS", "OF_PAWL"]) {
        expect(environment).not.toHaveProperty(name);
      }
      expect(await payload("local", { mode: "environment" })).toMatchObject({
        AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
      });
    } finally {
      process.env = before;
    }
  });
});

describe("which function is meant", () => {
  it("says the most precise entry", async () => {
    const answers = (value: string) => moduleFunction({ environment: { VALUE: value } });
    const far = "arn:aws:lambda:eu-west-1:210987654321:function:f";
    const { payload } = await openFunctions({
      f: answers("name"),
      "f:blue": answers("alias"),
      [far]: answers("far"),
      [`${far}:blue`]: answers("far alias"),
    });
    const answerOf = async (name: string, parameters?: object) =>
      ((await payload(name, { mode: "environment" }, parameters)) as { VALUE: string }).VALUE;
    expect(await answerOf("f")).toBe("name");
    expect(await answerOf("f:$LATEST")).toBe("name");
    expect(await answerOf("f", { Qualifier: "blue" })).toBe("alias");
    expect(await answerOf("f:blue", { Qualifier: "blue" })).toBe("alias");
    expect(await answerOf("123456789012:function:f:blue")).toBe("alias");
    expect(await answerOf("arn:aws:lambda:us-east-1:123456789012:function:f")).toBe("name");
    expect(await answerOf(far)).toBe("far");
    expect(await answerOf(`${far}:blue`)).toBe("far alias");
    expect(await answerOf(`${far}:green`)).toBe("far");
  });

  it("is told where there is none, with what was probably meant", async () => {
    const { call, log } = await openFunctions({ hello: moduleFunction() });
    for (const name of ["helo", "helo"]) {
      expect(await call(name)).toMatchObject({
        error: "Lambda.ResourceNotFoundException",
        cause: expect.stringMatching(
          /^Function not found: arn:aws:lambda:us-east-1:123456789012:function:helo:\$LATEST \(Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; Request ID: [0-9a-f-]{36}; Proxy: null\)$/,
        ),
      });
    }
    expect(log).toEqual(["the configuration names no function 'helo'; did you mean 'hello'?"]);
  });

  it("must have one qualifier", async () => {
    const { call } = await openFunctions({ f: moduleFunction() });
    expect(await call("f:one", {}, { Qualifier: "two" })).toMatchObject({
      error: "Lambda.InvalidParameterValueException",
      cause: expect.stringContaining(
        "The derived qualifier from the function name does not match the specified qualifier.",
      ),
    });
  });

  it("is asked of the endpoint where the configuration does not name it", async () => {
    const endpoint = await openFunctionEndpoint(({ response }) => void response.end('"of the endpoint"'));
    const { payload } = await openFunctions({ f: moduleFunction() }, { lambdaEndpoint: endpoint.url });
    expect(await payload("f", { mode: "echo", value: 1 })).toBe(1);
    expect(await payload("g")).toBe("of the endpoint");
    expect(endpoint.invocations).toMatchObject([{ functionName: "g" }]);
  });
});

describe("invocation types", () => {
  it("Event answers at once, and the function runs", async () => {
    const { settings, open, begun } = gate();
    const { call } = await openFunctions({ f: settings });
    expect((await call("f", { waits: true }, { InvocationType: "Event" })).output).toMatchObject({ StatusCode: 202 });
    await until(() => begun() === 1);
    open();
  });

  it("Event is told to the operator where it fails or is lost", async () => {
    const { call, log, engine } = await openFunctions({ f: moduleFunction() });
    await call("f", { mode: "throw" }, { InvocationType: "Event" });
    await until(() => log.length > 0);
    await engine.close();
    expect(log).toEqual([
      "an event for the function f failed, the next try is in 60 seconds: RangeError",
      "events for functions (InvocationType Event) that had not been worked off and are lost: 1",
    ]);
  });

  it("Event is kept in a folder until the function has run, also by the next process", async () => {
    const { settings, open, begun, folder } = gate();
    const functionEventFolder = join(folder, "events");
    const first = await openFunctions({ f: settings }, { functionEventFolder });
    await first.call("f", { waits: true }, { InvocationType: "Event" });
    expect(readdirSync(functionEventFolder)).toHaveLength(1);
    await until(() => begun() === 1);
    await first.engine.close();
    writeFileSync(join(functionEventFolder, "x.json.half"), '{"func');
    writeFileSync(join(functionEventFolder, "y.json"), "{");
    const second = await openFunctions({ f: settings }, { functionEventFolder });
    await until(() => begun() === 2);
    open();
    await until(() => readdirSync(functionEventFolder).length === 1);
    expect(readdirSync(functionEventFolder)).toEqual(["y.json"]);
    expect([...first.log, ...second.log]).toEqual([expect.stringContaining("y.json: ")]);
  });

  it("Event that cannot be kept is refused", async () => {
    const { settings, folder } = gate();
    const { call } = await openFunctions({ f: settings }, { functionEventFolder: join(folder, "gate.mjs", "x") });
    expect((await call("f", {}, { InvocationType: "Event" })).error).toBe("Lambda.ServiceException");
  });

  it("DryRun runs nothing, others are refused", async () => {
    const { settings, begun } = gate();
    const { call } = await openFunctions({ f: settings });
    expect((await call("f", {}, { InvocationType: "DryRun" })).output).toMatchObject({ StatusCode: 204 });
    expect(begun()).toBe(0);
    expect((await call("f", {}, { InvocationType: "Later" })).error).toBe("Lambda.InvalidParameterValueException");
  });
});
