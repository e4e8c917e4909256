import type { Diagnostic } from "@pawl/asl";
import {
  type ActivityDescription,
  type Engine,
  type ExecutionDescription,
  type Page,
  type PageRequest,
  ServiceError,
  type StateMachineDescription,
} from "@pawl/engine";

/** What a caller of the fake asked of it, newest last. */
export interface FakeEngine extends Engine {
  readonly requests: unknown[];
  /** What it finds in every definition. */
  readonly diagnostics: Diagnostic[];
  /** Hands a task to the poll that waits, or to the next one. */
  offer(taskToken: string, input: string): void;
  /** Makes every operation throw this. */
  break(error: unknown): void;
}

const created = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/**
 * An engine that keeps what it is told in maps and ends executions at once: the server's tests are about the server.
 * Texts of errors are the service's.
 */
export function fakeEngine(): FakeEngine {
  const arn = (rest: string) => `arn:aws:states:us-east-1:123456789012:${rest}`;
  const machines = new Map<string, StateMachineDescription>();
  const executions = new Map<string, ExecutionDescription>();
  const activities = new Map<string, ActivityDescription>();
  const tasks: { taskToken: string; input: string }[] = [];
  const polls: ((task: { taskToken: string; input: string }) => void)[] = [];
  const requests: unknown[] = [];
  const diagnostics: Diagnostic[] = [];
  let broken: { error: unknown } | undefined;

  const note = (request: unknown) => {
    requests.push(request);
    if (broken !== undefined) {
      throw broken.error;
    }
  };
  const found = <Item>(items: Map<string, Item>, key: string, code: string, what: string): Item => {
    const item = items.get(key);
    if (item === undefined) {
      throw new ServiceError(code, `${what} Does Not Exist: '${key}'`);
    }
    return item;
  };
  const machine = (key: string) => found(machines, key, "StateMachineDoesNotExist", "State Machine");
  const execution = (key: string) => found(executions, key, "ExecutionDoesNotExist", "Execution");
  const activity = (key: string) => found(activities, key, "ActivityDoesNotExist", "Activity");
  const checkToken = (token: string) => {
    if (!token.startsWith("token")) {
      throw new ServiceError("InvalidToken", "Invalid Token: 'Invalid token'");
    }
  };
  const page = <Item>(items: readonly Item[], { maxResults, nextToken = "0" }: PageRequest): Page<Item> => {
    const start = Number(nextToken);
    if (!Number.isInteger(start)) {
      throw new ServiceError("InvalidToken", "Invalid Token: 'Invalid token'");
    }
    const end = start + maxResults;
    return { items: items.slice(start, end), ...(end < items.length && { nextToken: String(end) }) };
  };

  /** What tests of the server ask the real engine for. */
  const absent = (): never => {
    throw new Error("the fake engine has nothing of this");
  };

  const fake: FakeEngine = {
    region: "us-east-1",
    accountId: "123456789012",
    requests,
    diagnostics,
    testState: absent,
    offer: (taskToken, input) => {
      const poll = polls.shift();
      if (poll === undefined) {
        tasks.push({ taskToken, input });
      } else {
        poll({ taskToken, input });
      }
    },
    break: (error) => {
      broken = { error };
    },
    close: async () => {},
    at: () => fake,
    check: async () => note("check"),
    metrics: absent,
    backup: absent,
    versions: { publish: absent, delete: absent, list: absent },
    aliases: { create: absent, update: absent, delete: absent, describe: absent, list: absent },
    mapRuns: { describe: absent, list: absent, listExecutions: absent, update: absent },
    tags: { list: absent, add: absent, remove: absent },
    stateMachines: {
      create: async (request) => {
        note(request);
        const { tags: _tags, ...kept } = request;
        const stateMachineArn = arn(`stateMachine:${request.name}`);
        machines.set(stateMachineArn, {
          ...kept,
          stateMachineArn,
          status: "ACTIVE",
          creationDate: created,
          updateDate: created,
        });
        return { stateMachineArn, creationDate: created };
      },
      update: async (request) => {
        note(request);
        const revisionId = "11111111-2222-3333-4444-555555555555";
        machines.set(request.stateMachineArn, {
          ...machine(request.stateMachineArn),
          ...request,
          updateDate: created + 1,
          revisionId,
        });
        return { updateDate: created + 1, revisionId };
      },
      delete: async (stateMachineArn) => {
        note(stateMachineArn);
        machines.delete(stateMachineArn);
      },
      describe: async (stateMachineArn) => {
        note(stateMachineArn);
        return machine(stateMachineArn);
      },
      describeForExecution: async (executionArn) => {
        note(executionArn);
        return machine(execution(executionArn).stateMachineArn);
      },
      list: async (request) => {
        note(request);
        return page([...machines.values()].reverse(), request);
      },
      validate: () => diagnostics,
    },
    executions: {
      start: async (request) => {
        note(request);
        const { name: machineName } = machine(request.stateMachineArn);
        const name = request.name ?? `run-${executions.size}`;
        const executionArn = arn(`execution:${machineName}:${name}`);
        const failed = request.input.includes("fail");
        executions.set(executionArn, {
          executionArn,
          stateMachineArn: request.stateMachineArn,
          name,
          input: request.input,
          startDate: created,
          stopDate: created + 250,
          redriveCount: 0,
          ...(failed
            ? { status: "FAILED", error: "Oops", cause: "why", redriveStatus: "REDRIVABLE" }
            : {
                status: "SUCCEEDED",
                output: "{}",
                redriveStatus: "NOT_REDRIVABLE",
                redriveStatusReason: "Execution is SUCCEEDED and cannot be redriven",
              }),
          ...(request.traceHeader !== undefined && { traceHeader: request.traceHeader }),
        });
        return { executionArn, startDate: created };
      },
      startSync: absent,
      redrive: absent,
      describe: async (executionArn) => {
        note(executionArn);
        return execution(executionArn);
      },
      list: async (request) => {
        note(request);
        machine(request.stateMachineArn);
        const wanted = [...executions.values()].filter(
          ({ stateMachineArn, status }) =>
            stateMachineArn === request.stateMachineArn && (request.status ?? status) === status,
        );
        return page(wanted.reverse(), request);
      },
      stop: async (request) => {
        note(request);
        execution(request.executionArn);
        return { stopDate: created + 500 };
      },
      history: async (request) => {
        note(request);
        const { input, name } = execution(request.executionArn);
        // As the engine stores them: white space and the notation of numbers are part of the text.
        const events = [
          `{"timestamp":1767323045.678, "type":"ExecutionStarted","id":1,"previousEventId":0,"executionStartedEventDetails":{"input":${JSON.stringify(input)},"inputDetails":{"truncated":false},"roleArn":"r"}}`,
          `{"timestamp":1767323045.680,"type":"TaskScheduled","id":2,"previousEventId":1,"taskScheduledEventDetails":{"resource":"invoke","resourceType":"lambda","region":"us-east-1","parameters":"{}"}}`,
          `{"timestamp":1767323045.690,"type":"PassStateExited","id":3,"previousEventId":2,"stateExitedEventDetails":{"name":${JSON.stringify(name)},"output":"{}","outputDetails":{"truncated":false},"assignedVariables":{"a":"1"},"assignedVariablesDetails":{"truncated":false}}}`,
        ];
        return page(request.reverseOrder ? events.reverse() : events, request);
      },
      ended: async (executionArn) => execution(executionArn),
    },
    activities: {
      create: async (request) => {
        note(request);
        const activityArn = arn(`activity:${request.name}`);
        const { tags: _tags, ...kept } = request;
        activities.set(activityArn, { ...kept, activityArn, creationDate: created });
        return { activityArn, creationDate: created };
      },
      describe: async (activityArn) => {
        note(activityArn);
        return activity(activityArn);
      },
      delete: async (activityArn) => {
        note(activityArn);
        activities.delete(activityArn);
      },
      list: async (request) => {
        note(request);
        return page([...activities.values()].reverse(), request);
      },
      task: (request, signal) => {
        note(request);
        activity(request.activityArn);
        const task = tasks.shift();
        if (task !== undefined) {
          return Promise.resolve(task);
        }
        return new Promise((resolve, reject) => {
          polls.push(resolve);
          signal.addEventListener("abort", () => {
            polls.splice(polls.indexOf(resolve), 1);
            requests.push("aborted");
            reject(signal.reason);
          });
        });
      },
      succeed: async (request) => {
        note(request);
        checkToken(request.taskToken);
      },
      fail: async (request) => {
        note(request);
        checkToken(request.taskToken);
      },
      heartbeat: async (request) => {
        note(request);
        checkToken(request.taskToken);
      },
    },
  };
  return fake;
}
