import { isObject, type Json, type JsonObject, numberOf, parseJson, printJson } from "@pawl/asl";
import { type AwsClients, AwsUnavailable } from "./aws/aws-clients.js";
import { targetOf } from "./aws/aws-sdk.js";
import { pause } from "./aws/job.js";
import { objectIn, textIn } from "./aws/optimized-call.js";
import { presigned } from "./aws/request-signing.js";
import { type HttpAnswer, type HttpExchange, SocketFault } from "./http/exchange.js";
import { textOf } from "./http/form.js";
import { failureOf, readBody } from "./http/http-task.js";
import { TaskError, type TaskHandler, type TaskRequest, unusableParameters } from "./task-handler.js";

export interface KubernetesOptions {
  readonly exchange: HttpExchange;
  readonly clients: AwsClients;
  /** Milliseconds between the first two looks at a job; they grow from there. */
  readonly pollMilliseconds: number;
}

/**
 * `eks:call`: any call of a cluster's Kubernetes API
 * (https://docs.aws.amazon.com/step-functions/latest/dg/connect-eks.html#connect-eks-kubernetes-apis).
 */
export function eksCallTask(options: KubernetesOptions): TaskHandler {
  return async (request, signal) => {
    const { parameters } = request;
    const answer = await callCluster(options, request, signal, {
      method: textIn(parameters, "Method") || "GET",
      path: textIn(parameters, "Path"),
      query: objectIn(parameters, "QueryParameters"),
      body: isObject(parameters) ? parameters.RequestBody : undefined,
    });
    return printJson(shown(answer));
  };
}

/**
 * `eks:runJob`: runs a job of Kubernetes; `.sync` waits for its end and, where `LogOptions` says so, gives the logs of its pods
 * (https://docs.aws.amazon.com/step-functions/latest/dg/connect-eks.html#connect-eks-job).
 */
export function eksRunJobTask(options: KubernetesOptions): TaskHandler {
  return async (request, signal) => {
    const { parameters, submitted, stops = false } = request;
    const jobs = `/apis/batch/v1/namespaces/${encodeURIComponent(textIn(parameters, "Namespace") || "default")}/jobs`;
    if (submitted === undefined) {
      // Its name may be the cluster's choice.
      if (stops) return "null";
      const body = isObject(parameters) ? parameters.Job : undefined;
      return printJson(shown(await callCluster(options, request, signal, { method: "POST", path: jobs, body })));
    }
    const started = objectIn(submitted, "ResponseBody");
    const path = `${jobs}/${encodeURIComponent(textIn(objectIn(started, "metadata"), "name"))}`;
    if (!stops) return printJson(await followJob(options, request, signal, path));
    const query = { propagationPolicy: ["Background"] };
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(30_000)]);
    // One that cannot be reached is asked again; one that refuses is not.
    await callCluster(options, request, inTime, { method: "DELETE", path, query }).catch(notPassing);
    return "null";
  };
}

async function followJob(
  options: KubernetesOptions,
  request: TaskRequest,
  signal: AbortSignal,
  path: string,
): Promise<JsonObject> {
  for await (const _ of pause(options.pollMilliseconds, signal)) {
    const job = await callCluster(options, request, signal, { method: "GET", path }).then(bodyOf, passing(signal));
    const status = objectIn(job, "status");
    const isOver = (type: string): boolean =>
      Array.isArray(status.conditions) &&
      status.conditions.some((each) => textIn(each, "type") === type && textIn(each, "status") === "True");
    const count = (name: string): number => numberOf(status[name] ?? 0) ?? 0;
    if (isOver("Complete") || (isOver("SuccessCriteriaMet") && count("succeeded") > 0)) {
      return { ...(job as JsonObject), ...(await logsOf(options, request, signal, path)) };
    }
    if (isOver("Failed")) throw new TaskError("States.TaskFailed", printJson(job ?? null));
  }
  throw signal.reason;
}

/** A cluster that cannot be reached for a while does not end the job. */
function passing(signal: AbortSignal): (error: unknown) => undefined {
  return (error) => {
    if (signal.aborted || !isPassing(error)) throw error;
  };
}

function notPassing(error: unknown): undefined {
  if (!(error instanceof TaskError) || isPassing(error)) throw error;
}

function isPassing(error: unknown): boolean {
  return error instanceof TaskError && /^EKS\.(SdkClientException|5\d\d|429)$/.test(error.error ?? "");
}

/** The logs of the job's pods, by pod and container, as texts or (where they are JSON and `RawLogs` does not say so) as JSON. */
async function logsOf(
  options: KubernetesOptions,
  request: TaskRequest,
  signal: AbortSignal,
  path: string,
): Promise<JsonObject> {
  const logOptions = objectIn(request.parameters, "LogOptions");
  if (logOptions.RetrieveLogs !== true) return {};
  const [, namespace = "", name = ""] = /^(.*)\/jobs\/(.*)$/.exec(path.replace("/apis/batch/v1", "/api/v1")) ?? [];
  const query = { labelSelector: [`job-name=${decodeURIComponent(name)}`] };
  const pods = bodyOf(await callCluster(options, request, signal, { method: "GET", path: `${namespace}/pods`, query }));
  const { items } = isObject(pods) ? pods : {};
  const logs: [string, Json][] = [];
  for (const pod of Array.isArray(items) ? items : []) {
    const podName = textIn(objectIn(pod, "metadata"), "name");
    const { containers } = objectIn(pod, "spec");
    const texts: [string, Json][] = [];
    for (const container of Array.isArray(containers) ? containers : []) {
      const of = textIn(container, "name");
      const answer = await callCluster(options, request, signal, {
        method: "GET",
        path: `${namespace}/pods/${encodeURIComponent(podName)}/log`,
        query: { ...objectIn(logOptions, "LogParameters"), container: [of] },
      });
      texts.push([of, { log: logOptions.RawLogs === true ? answer.body : linesOf(answer.body) }]);
    }
    logs.push([podName, { containers: Object.fromEntries(texts) }]);
  }
  return { logs: { pods: Object.fromEntries(logs) } };
}

/** A log that is JSON as such, others as their lines. */
function linesOf(log: string): Json {
  try {
    return parseJson(log);
  } catch {
    return log.split("\n").filter((line) => line !== "");
  }
}

interface ClusterCall {
  readonly method: string;
  readonly path: string;
  readonly query?: JsonObject;
  readonly body?: Json | undefined;
}

/** @throws TaskError `EKS.404` and the like, with the cluster's answer as cause */
async function callCluster(
  { exchange, clients }: KubernetesOptions,
  request: TaskRequest,
  signal: AbortSignal,
  { method, path, query = {}, body }: ClusterCall,
): Promise<HttpAnswer> {
  const { parameters } = request;
  const endpoint = textIn(parameters, "Endpoint");
  const authority = textIn(parameters, "CertificateAuthority");
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
    throw unusableParameters(request, "The value of the field 'Endpoint' has an invalid format");
  }
  const url = new URL(path, endpoint);
  // A path must not lead to another host.
  if (url.origin !== new URL(endpoint).origin) url.href = new URL(endpoint).href;
  for (const [name, value] of Object.entries(query)) {
    for (const text of Array.isArray(value) ? value : [value]) url.searchParams.append(name, textOf(text));
  }
  try {
    const token = await clusterToken(clients, request, textIn(parameters, "ClusterName"));
    const answer = await exchange.send(
      {
        method,
        url,
        headers: { accept: "application/json", authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body === undefined || body === null ? {} : { body: textOf(body) }),
        ...(authority === "" ? {} : { ca: Buffer.from(authority, "base64").toString() }),
      },
      signal,
    );
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw new TaskError(`EKS.${answer.status}`, answer.body === "" ? answer.statusText : answer.body);
  } catch (error) {
    if (error instanceof AwsUnavailable || error instanceof SocketFault) {
      throw new TaskError("EKS.SdkClientException", `Unable to execute HTTP request: ${error.message}`);
    }
    throw failureOf(error);
  }
}

/** What EKS takes for a token: a signed address at which STS tells who the caller is. */
async function clusterToken(clients: AwsClients, request: TaskRequest, clusterName: string): Promise<string> {
  const target = targetOf(request);
  const { region } = target;
  const url = new URL(`https://sts.${region}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15`);
  const message = { method: "GET", url, headers: { "x-k8s-aws-id": clusterName } };
  const credentials = await clients.credentials(target);
  const address = await presigned(message, { service: "sts", region, credentials }, 60);
  return `k8s-aws-v1.${Buffer.from(address).toString("base64url")}`;
}

function shown(answer: HttpAnswer): JsonObject {
  const { status, statusText, headers } = answer;
  return {
    Headers: Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, [...values]])),
    ResponseBody: bodyOf(answer),
    StatusCode: status,
    StatusText: statusText,
  };
}

function bodyOf({ body, headers }: HttpAnswer): Json {
  return readBody(body, headers);
}
