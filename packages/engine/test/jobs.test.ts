import { describe, expect, it } from "vitest";
import { AwsClients } from "../src/tasks/aws/aws-clients.js";
import { clientFolders, isInstalled, notInstalled } from "./installed-clients.js";
import { JOB_EXAMPLES, type JobExample } from "./job-examples.js";
import { openServiceEndpoint, type ServiceAnswer, type ServiceRequest } from "./service-endpoint.js";
import { eventTypes, openTestEngine } from "./test-engine.js";

const installed = JOB_EXAMPLES.filter(({ client }) => isInstalled(client));
const absent = JOB_EXAMPLES.filter(({ client }) => !isInstalled(client));

/** `RunTask` of protocols that name the action in a header, else method and path. */
function callOf({ method, path, headers }: ServiceRequest): string {
  const target = headers["x-amz-target"];
  return typeof target === "string" ? (target.split(".").at(-1) ?? "") : `${method} ${path.split("?", 1)[0]}`;
}

function answerOf(answer: JobExample["answers"][number] | undefined): ServiceAnswer {
  if (!Array.isArray(answer)) return { body: answer };
  const [status, error] = answer as [number, string];
  return { status, headers: { "x-amzn-errortype": error }, body: { __type: error, message: "no such thing" } };
}

async function open({ resource, parameters }: JobExample, answer: (calls: number) => ServiceAnswer | undefined) {
  const endpoint = await openServiceEndpoint(() => answer(endpoint.requests.length));
  const aws = new AwsClients({
    environment: { HOME: "/nowhere" },
    endpoints: { "*": endpoint.url },
    folders: clientFolders,
  });
  const test = await openTestEngine({ aws, pollMilliseconds: 1 });
  const task = { Type: "Task", Resource: `arn:aws:states:::${resource}`, Parameters: parameters, End: true };
  const executionArn = await test.start(await test.machine({ StartAt: "Job", States: { Job: task } }));
  return { ...test, endpoint, executionArn };
}

describe("a task that waits for its job", () => {
  it.each(installed)("$resource starts it and ends with it", async (example) => {
    const { answers, sent, result } = example;
    const { engine, endpoint, executionArn } = await open(example, (calls) => answerOf(answers[calls - 1]));
    const { output, error, cause } = await engine.executions.ended(executionArn);
    expect({ error, cause }).toEqual({ error: undefined, cause: undefined });
    expect(JSON.parse(output ?? "")).toMatchObject(result);
    expect(endpoint.requests.map(callOf)).toEqual([sent[0]?.[0], sent[1]?.[0], sent[1]?.[0]]);
    for (const [index, [, body]] of sent.entries()) {
      const request = JSON.parse(endpoint.requests[index]?.body || "{}") as object;
      if (body !== undefined) expect(request).toMatchObject(body);
    }
    expect(await eventTypes(engine, executionArn)).toEqual([
      "ExecutionStarted",
      "TaskStateEntered",
      "TaskScheduled",
      "TaskStarted",
      "TaskSubmitted",
      "TaskSucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ]);
  });

  const stopped = installed.filter(({ stop }) => stop !== undefined);
  it.each(stopped)("$resource stops it with the execution", async (example) => {
    const { answers, stop } = example;
    let seen = (): void => {};
    const followed = new Promise<void>((resolve) => {
      seen = resolve;
    });
    let ended = (): void => {};
    const stopCalled = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const { engine, endpoint, executionArn } = await open(example, (calls) => {
      if (calls === 2) seen();
      const [call] = stop ?? [];
      const latest = endpoint.requests.at(-1);
      if (latest !== undefined && callOf(latest) === call) ended();
      return answerOf(answers[Math.min(calls - 1, 1)]);
    });
    await followed;
    await engine.executions.stop({ executionArn });
    await stopCalled;
    const latest = endpoint.requests.at(-1);
    const [, body] = stop ?? [];
    if (body !== undefined) expect(JSON.parse(latest?.body ?? "")).toMatchObject(body);
    expect((await engine.executions.describe(executionArn)).status).toBe("ABORTED");
  });

  for (const { resource, client } of absent) {
    it.skip(`${resource}: ${notInstalled(client)}`);
  }
});

const ecs = JOB_EXAMPLES.find(({ client }) => client === "ecs") as JobExample;
const taskOf = (more: object): object => ({ tasks: [{ taskArn: "t", lastStatus: "STOPPED", ...more }] });

describe("a job that does not succeed", () => {
  it("fails the task with what the service tells of it", async () => {
    const failed = taskOf({ containers: [{ name: "n", exitCode: 1 }], stoppedReason: "Essential container exited" });
    const { engine, executionArn } = await open(ecs, (calls) => ({ body: calls === 1 ? ecs.answers[0] : failed }));
    const { error, cause } = await engine.executions.ended(executionArn);
    expect(error).toBe("States.TaskFailed");
    expect(JSON.parse(cause ?? "")).toMatchObject({
      TaskArn: "t",
      StoppedReason: "Essential container exited",
      Containers: [{ ExitCode: 1 }],
    });
  });

  it("fails the task where it could not be started", async () => {
    const failures = { tasks: [], failures: [{ arn: "a", reason: "RESOURCE:MEMORY" }] };
    const { engine, executionArn } = await open(ecs, () => ({ body: failures }));
    expect(await engine.executions.ended(executionArn)).toMatchObject({
      error: "AmazonECS.Unknown",
      cause: '{"Failures":[{"Arn":"a","Reason":"RESOURCE:MEMORY"}]}',
    });
  });

  it("is looked at again where its service fails for a while", async () => {
    const done = taskOf({ containers: [] });
    const { engine, executionArn } = await open(ecs, (calls) => {
      if (calls === 1) return { body: ecs.answers[0] };
      return calls < 6 ? { status: 503, body: { __type: "ServerException" } } : { body: done };
    });
    expect(await engine.executions.ended(executionArn)).toMatchObject({ status: "SUCCEEDED" });
  });

  it("fails the task where the service refuses to tell of it", async () => {
    const { engine, executionArn } = await open(ecs, (calls) =>
      calls === 1 ? { body: ecs.answers[0] } : answerOf([400, "ClusterNotFoundException"]),
    );
    expect(await engine.executions.ended(executionArn)).toMatchObject({
      error: "ECS.ClusterNotFoundException",
      cause: expect.stringMatching(
        /^no such thing \(Service: AmazonECS; Status Code: 400; Error Code: ClusterNotFoundException; Request ID: .*; Proxy: null\)$/,
      ),
    });
  });
});
