import { describe, expect, it } from "vitest";
import { AwsClients } from "../src/tasks/aws/aws-clients.js";
import { openServiceEndpoint, type ServiceAnswer, type ServiceRequest } from "./service-endpoint.js";
import { openTestEngine } from "./test-engine.js";

const json = (body: unknown, status = 200): ServiceAnswer => ({
  status,
  headers: { "content-type": "application/json" },
  body,
});

/** A task that calls a cluster's Kubernetes API, in whose place a server stands. */
async function open(resource: string, parameters: object, answer: (request: ServiceRequest) => ServiceAnswer) {
  const endpoint = await openServiceEndpoint(answer);
  const keys = { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "secret" };
  const aws = new AwsClients({ environment: { HOME: "/nowhere", ...keys } });
  const test = await openTestEngine({ aws, pollMilliseconds: 1 });
  const Parameters = { ClusterName: "main", CertificateAuthority: "", Endpoint: endpoint.url, ...parameters };
  const state = { Type: "Task", Resource: `arn:aws:states:::eks:${resource}`, Parameters, End: true };
  const executionArn = await test.start(await test.machine({ StartAt: "Call", States: { Call: state } }));
  return { ...test, endpoint, executionArn };
}

async function ended(opened: Awaited<ReturnType<typeof open>>) {
  const { output, error, cause } = await opened.engine.executions.ended(opened.executionArn);
  return { output: output === undefined ? undefined : JSON.parse(output), error, cause, endpoint: opened.endpoint };
}

describe("eks:call", () => {
  it("calls the cluster with a token for it", async () => {
    const parameters = {
      Method: "GET",
      Path: "/api/v1/namespaces/default/pods",
      QueryParameters: { labelSelector: ["job-name=pi"], limit: ["2"] },
    };
    const { output, endpoint } = await ended(await open("call", parameters, () => json({ kind: "PodList" })));
    expect(output).toMatchObject({ ResponseBody: { kind: "PodList" }, StatusCode: 200, StatusText: "OK" });
    const [request] = endpoint.requests;
    expect(request?.path).toBe("/api/v1/namespaces/default/pods?labelSelector=job-name%3Dpi&limit=2");
    const [, token = ""] = /^Bearer k8s-aws-v1\.(.*)$/.exec(request?.headers.authorization ?? "") ?? [];
    const address = new URL(Buffer.from(token, "base64url").toString());
    expect(address.host).toBe("sts.us-east-1.amazonaws.com");
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      Action: "GetCallerIdentity",
      "X-Amz-Expires": "60",
      "X-Amz-SignedHeaders": "host;x-k8s-aws-id",
      "X-Amz-Signature": expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it("fails with the cluster's status and answer", async () => {
    const missing = json({ kind: "Status", reason: "NotFound" }, 404);
    expect(await ended(await open("call", { Method: "GET", Path: "/api/v1/pods/x" }, () => missing))).toMatchObject({
      error: "EKS.404",
      cause: '{"kind":"Status","reason":"NotFound"}',
    });
  });

  it("never leaves the cluster", async () => {
    const { endpoint } = await ended(await open("call", { Path: "//elsewhere.example/x" }, () => json({})));
    expect(endpoint.requests).toHaveLength(1);
  });
});

describe("eks:runJob.sync", () => {
  const jobs = "/apis/batch/v1/namespaces/batch/jobs";
  const parameters = { Namespace: "batch", Job: { metadata: { name: "pi" } }, LogOptions: { RetrieveLogs: true } };
  const job = (condition?: string) => ({
    metadata: { name: "pi" },
    status: condition === undefined ? { active: 1 } : { conditions: [{ type: condition, status: "True" }] },
  });

  it("ends with its job, and gives the logs of its pods", async () => {
    let looks = 0;
    const { output, error, endpoint } = await ended(
      await open("runJob.sync", parameters, ({ path, method }) => {
        if (method === "POST") return json(job(), 201);
        if (path === `${jobs}/pi`) return looks++ === 0 ? json(job()) : json(job("Complete"));
        if (path.includes("/log")) return { body: path.endsWith("container=one") ? '{"pi":3.14}' : "a\nb\n" };
        const spec = { containers: [{ name: "one" }, { name: "two" }] };
        return json({ items: [{ metadata: { name: "pi-1" }, spec }] });
      }),
    );
    expect(error).toBeUndefined();
    expect(output).toMatchObject({
      metadata: { name: "pi" },
      logs: { pods: { "pi-1": { containers: { one: { log: { pi: 3.14 } }, two: { log: ["a", "b"] } } } } },
    });
    expect(endpoint.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `POST ${jobs}`,
      `GET ${jobs}/pi`,
      `GET ${jobs}/pi`,
      "GET /api/v1/namespaces/batch/pods?labelSelector=job-name%3Dpi",
      "GET /api/v1/namespaces/batch/pods/pi-1/log?container=one",
      "GET /api/v1/namespaces/batch/pods/pi-1/log?container=two",
    ]);
  });

  it("fails with it", async () => {
    const answer = ({ method }: ServiceRequest) => json(method === "POST" ? job() : job("Failed"));
    const { error, cause } = await ended(await open("runJob.sync", parameters, answer));
    expect(error).toBe("States.TaskFailed");
    expect(JSON.parse(cause ?? "")).toEqual(job("Failed"));
  });

  it("deletes it with the execution", async () => {
    let followed = (): void => {};
    const looked = new Promise<void>((resolve) => {
      followed = resolve;
    });
    let deleted = (_path: string): void => {};
    const deletion = new Promise<string>((resolve) => {
      deleted = resolve;
    });
    const { engine, executionArn } = await open("runJob.sync", parameters, ({ method, path }) => {
      if (method === "GET") followed();
      if (method === "DELETE") deleted(path);
      return json(job());
    });
    await looked;
    await engine.executions.stop({ executionArn });
    expect(await deletion).toBe(`${jobs}/pi?propagationPolicy=Background`);
  });
});
