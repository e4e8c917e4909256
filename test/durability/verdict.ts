import { type Api, Fault } from "./api.js";
import type { FunctionEndpoint } from "./function-endpoint.js";
import type { Load, Started } from "./load.js";
import { type Description, faultsOf, type HistoryEvent } from "./well-formed.js";
import { workloads } from "./workload.js";

interface Listed {
  readonly name: string;
  readonly status: string;
  readonly executionArn: string;
}

interface FullDescription extends Description {
  readonly error?: string;
  readonly startDate: number;
  readonly stopDate?: number;
  readonly input?: string;
}

/** How many executions run that anybody waits for. */
export async function running(api: Api, load: Load): Promise<Listed[]> {
  const lists = workloads
    .filter(({ type }) => type === "STANDARD")
    .map((workload) =>
      api.all<Listed>(
        "ListExecutions",
        { stateMachineArn: load.machineArn(workload), statusFilter: "RUNNING" },
        "executions",
      ),
    );
  return (await Promise.all(lists)).flat();
}

/** What is wrong after all has ended; nothing where every promise was kept. */
export async function verdict(api: Api, load: Load, { noted }: FunctionEndpoint): Promise<string[]> {
  const faults: string[] = [];
  const finals = new Map<string, { description: FullDescription; history: HistoryEvent[] }>();

  for (const started of load.started) {
    const { workload, name } = started;
    const machineArn = load.machineArn(workload);
    if (workload.type === "EXPRESS") {
      if (started.executionArn !== undefined && !noted.has(name)) faults.push(`${name}: was accepted and has not run`);
      continue;
    }
    const executionArn = `${machineArn.replace(":stateMachine:", ":execution:")}:${name}`;
    if (started.executionArn !== undefined && started.executionArn !== executionArn) {
      faults.push(`${name}: has the ARN ${started.executionArn}`);
    }
    try {
      const description = (await api.insist("DescribeExecution", { executionArn })) as unknown as FullDescription;
      const history = await api.all<HistoryEvent>("GetExecutionHistory", { executionArn, maxResults: 1000 }, "events");
      finals.set(name, { description, history });
      const all = [...faultsOf(history, description), ...faultsOfOutcome(started, description)];
      faults.push(...all.map((fault) => `${name}: ${fault}`));
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== "ExecutionDoesNotExist") throw error;
      if (started.executionArn !== undefined) faults.push(`${name}: was acknowledged and is not there`);
    }
  }

  for (const { started, description, history } of load.seen) {
    const final = finals.get(started.name);
    if (final === undefined) continue;
    const before = JSON.stringify(history);
    if (JSON.stringify(final.history.slice(0, history.length)) !== before) {
      faults.push(`${started.name}: its history says something else than it did before`);
    }
    if (description.status !== "RUNNING" && JSON.stringify(description) !== JSON.stringify(final.description)) {
      faults.push(`${started.name}: had ended as ${JSON.stringify(description)}`);
    }
  }

  for (const workload of workloads.filter(({ type }) => type === "STANDARD")) {
    const stateMachineArn = load.machineArn(workload);
    const listed = await api.all<Listed>("ListExecutions", { stateMachineArn, maxResults: 1000 }, "executions");
    const names = listed.map(({ name }) => name).sort();
    const expected = [...finals.keys()].filter((name) => name.startsWith(`${workload.name}-`)).sort();
    if (JSON.stringify(names) !== JSON.stringify(expected)) {
      faults.push(`${workload.name}: its executions are listed as ${names.length}, and there are ${expected.length}`);
    }
    for (const { name, status } of listed) {
      const described = finals.get(name)?.description.status;
      if (described !== status) faults.push(`${name}: is listed as ${status} and described as ${described}`);
    }
  }
  return faults;
}

function faultsOfOutcome({ workload, input, stop }: Started, description: FullDescription): string[] {
  const { status, output, error, stopDate, startDate } = description;
  const faults: string[] = [];
  if (stopDate === undefined || stopDate < startDate) faults.push(`has begun at ${startDate} and ended at ${stopDate}`);
  if (description.input !== JSON.stringify(input)) faults.push(`has the input ${description.input}`);
  if (status === "ABORTED") {
    if (stop === "not asked") faults.push("was stopped by nobody");
    if (error !== "Stopped") faults.push(`was stopped with the error ${error}`);
    return faults;
  }
  const expected = workload.outcome(input as never);
  const isExpected =
    expected.status === "SUCCEEDED"
      ? status === "SUCCEEDED" && JSON.stringify(JSON.parse(output ?? "")) === JSON.stringify(expected.output)
      : status === "FAILED" && error === expected.error;
  if (!isExpected) faults.push(`ended with ${JSON.stringify(description)}, not with ${JSON.stringify(expected)}`);
  return faults;
}
