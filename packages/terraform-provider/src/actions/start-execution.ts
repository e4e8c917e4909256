import { randomUUID } from "node:crypto";
import type { SFNClient, StartExecutionCommandInput } from "@aws-sdk/client-sfn";
import { type Diagnostic, DiagnosticError, error } from "../diagnostic.js";
import { errorDiagnostic } from "../error-diagnostic.js";
import type { Action, Context } from "../kinds.js";
import { parseStatesArn } from "../resources/arn.js";
import type { Attribute } from "../schema.js";
import { ExactNumber, type Fields, type Value } from "../value.js";
import { executionFaults } from "./execution-arguments.js";
import { outcomeDiagnostics, span } from "./execution-outcome.js";
import { waitForExecution } from "./execution-wait.js";
import { Interrupted, laterThan } from "./interruption.js";

/** Seconds. */
const DEFAULT_TIMEOUT = 1800;
/** AWS allows about 20 looks at histories a second, for the whole account. */
const DEFAULT_POLL_INTERVAL = { aws: 5, elsewhere: 1 };

function optional(type: Attribute["type"], description: string): Attribute {
  return { type, description, optional: true };
}

/** `aws_sfn_start_execution`. */
export const startExecution: Action = {
  schema: {
    description:
      "Starts an execution of a state machine with the given input, and waits for its end where that is asked for.",
    attributes: {
      state_machine_arn: {
        type: "string",
        description:
          "ARN of the state machine: unqualified, or with a version's number or an alias's name after it " +
          "(`…:stateMachine:order:3`, `…:stateMachine:order:PROD`).",
        required: true,
      },
      input: optional("string", "Input of the execution: JSON, at most 262,144 bytes. Default: `{}`."),
      name: optional(
        "string",
        "Name of the execution, 1 to 80 characters. Of a STANDARD state machine, a name can be used again with the same input while its execution " +
          "runs: that is then the same execution. Default: a UUID.",
      ),
      trace_header: optional(
        "string",
        "Trace header of AWS X-Ray, such as `Root=1-5e1b4151-5ac6c58f5b5daa6a7d2e0d25;Sampled=1`.",
      ),
      region: optional("string", "Region of the state machine. Default: the ARN's."),
      wait_for_completion: optional(
        "bool",
        "Wait until the execution has ended, and fail where it does not succeed. Default: `false`.",
      ),
      timeout: optional(
        "number",
        `How long to wait, in seconds; the execution goes on after that. Default: ${DEFAULT_TIMEOUT}.`,
      ),
      poll_interval: optional(
        "number",
        `How often to look at most, in seconds; at first, and while something happens, it is more often. Default: ${DEFAULT_POLL_INTERVAL.aws}, and ${DEFAULT_POLL_INTERVAL.elsewhere} where the service is not AWS's.`,
      ),
      stop_on_cancel: optional(
        "bool",
        "Stop the execution when Terraform is interrupted (Ctrl-C) while it waits. Default: `false`, the execution goes on.",
      ),
    },
  },
  validate: executionFaults,
  plan: async ({ config }) => executionFaults(config).filter(({ severity }) => severity === "error"),

  async invoke({ config, context, progress }) {
    const faults = executionFaults(config).filter(({ severity }) => severity === "error");
    if (faults.length > 0) return faults;
    const stateMachineArn = text(config.state_machine_arn) ?? "";
    const client = await context.client(text(config.region) ?? parseStatesArn(stateMachineArn)?.region);
    const traceHeader = text(config.trace_header);
    const request = {
      stateMachineArn,
      // Given always: a request that is sent again because its answer was lost then starts nothing twice.
      name: text(config.name) ?? randomUUID(),
      input: text(config.input) ?? "{}",
      ...(traceHeader === undefined ? {} : { traceHeader }),
    };
    progress(`Starting an execution of ${stateMachineArn}${await regionNote(stateMachineArn, context)}`);
    const wait = config.wait_for_completion === true;
    if (wait && (await isExpress(client, stateMachineArn, context))) {
      return runSynchronously(client, request, config, context, progress);
    }
    const executionArn = await started(client, request, context);
    progress(`Started execution ${executionArn}`);
    if (!wait) return [];
    if (executionArn.includes(":express:")) return [cannotWait(executionArn)];
    return waitForExecution({
      client,
      context,
      executionArn,
      timeout: seconds(config.timeout, DEFAULT_TIMEOUT) * 1000,
      pollInterval:
        seconds(config.poll_interval, DEFAULT_POLL_INTERVAL[context.endpoint === undefined ? "aws" : "elsewhere"]) *
        1000,
      stopOnCancel: config.stop_on_cancel === true,
      progress,
    });
  },
};

type Start = StartExecutionCommandInput & { readonly name: string; readonly stateMachineArn: string };

/** What Ctrl-C leaves to a request that starts something, in milliseconds: it should be known whether it did. */
const GRACE = 2_000;

async function started(client: SFNClient, request: Start, context: Context): Promise<string> {
  const { StartExecutionCommand } = await context.sdk();
  if (context.signal.aborted) throw notStarted();
  try {
    const { executionArn = "" } = await client.send(new StartExecutionCommand(request), {
      abortSignal: laterThan(context.signal, GRACE),
    });
    return executionArn;
  } catch (thrown) {
    throw startFailure(thrown, request, context);
  }
}

function startFailure(thrown: unknown, { stateMachineArn, name }: Start, context: Context): DiagnosticError {
  if (context.signal.aborted) {
    return new DiagnosticError(
      error(
        "Interrupted",
        `The service has not answered: an execution '${name}' of ${stateMachineArn} may have begun.`,
      ),
    );
  }
  if ((thrown as Error).name === "ExecutionAlreadyExists") {
    return new DiagnosticError(
      error(
        "Execution already exists",
        `${stateMachineArn} has an execution '${name}' already, with another input or with this one but ended: for 90 days after its end the ` +
          "service takes its name for no other. Choose another name, one with a part that changes, or leave name out for a UUID.\n" +
          (thrown as Error).message,
        ["name"],
      ),
    );
  }
  const { summary, detail = "" } = errorDiagnostic(thrown, context);
  const path = /DoesNotExist|InvalidArn/.test((thrown as Error).name) ? ["state_machine_arn"] : undefined;
  return new DiagnosticError(
    error(`Cannot start an execution: ${summary}`, `${detail}\nState machine: ${stateMachineArn}`, path),
  );
}

/**
 * Executions of EXPRESS state machines cannot be looked at through the API, so where one is to be waited for, it is started by
 * StartSyncExecution, which answers when it has ended.
 */
async function runSynchronously(
  client: SFNClient,
  request: Start,
  config: Fields,
  context: Context,
  progress: (message: string) => void,
): Promise<readonly Diagnostic[]> {
  const { StartSyncExecutionCommand } = await context.sdk();
  if (context.signal.aborted) throw notStarted();
  const timeout = seconds(config.timeout, DEFAULT_TIMEOUT) * 1000;
  const limit = AbortSignal.timeout(timeout);
  const begun = Date.now();
  progress("The state machine is EXPRESS: waiting for StartSyncExecution, which does not show states");
  const heartbeat = setInterval(() => progress(`Still running after ${span(Date.now() - begun)}`), 10_000);
  try {
    const answer = await client.send(new StartSyncExecutionCommand(request), {
      abortSignal: AbortSignal.any([context.signal, limit]),
    });
    const { executionArn = "", status, cause } = answer;
    progress(`Execution ${executionArn} ended as ${status} after ${span(Date.now() - begun)}`);
    const ended = status === "SUCCEEDED" || status === "TIMED_OUT" ? status : "FAILED";
    return outcomeDiagnostics({ status: ended, error: answer.error, cause }, executionArn);
  } catch (thrown) {
    const goesOn = `The EXPRESS execution '${request.name}' of ${request.stateMachineArn} may go on, for 5 minutes at most: it cannot be stopped.`;
    if (context.signal.aborted) return [error("Interrupted while waiting for the execution", goesOn)];
    if (limit.aborted) {
      return [
        error("Timed out while waiting for the execution", `No answer after ${span(timeout)}. ${goesOn}`, ["timeout"]),
      ];
    }
    throw startFailure(thrown, request, context);
  } finally {
    clearInterval(heartbeat);
  }
}

/** False also where the credentials may not look: the execution's ARN will tell. */
async function isExpress(client: SFNClient, stateMachineArn: string, context: Context): Promise<boolean> {
  const { DescribeStateMachineCommand } = await context.sdk();
  const unqualified = stateMachineArn.split(":", 7).join(":");
  try {
    const { type } = await client.send(
      new DescribeStateMachineCommand({ stateMachineArn: unqualified, includedData: "METADATA_ONLY" }),
      { abortSignal: context.signal },
    );
    return type === "EXPRESS";
  } catch (thrown) {
    if (context.signal.aborted) throw notStarted();
    if (/AccessDenied|NotAuthorized/.test((thrown as Error).name)) return false;
    throw startFailure(thrown, { stateMachineArn, name: "" }, context);
  }
}

function cannotWait(executionArn: string): Diagnostic {
  return error(
    "Execution started, but not waited for",
    `It belongs to an EXPRESS state machine, whose executions can only be waited for by StartSyncExecution. That it is EXPRESS was not known ` +
      `before: the credentials lack the permission states:DescribeStateMachine. Execution: ${executionArn}`,
    ["wait_for_completion"],
  );
}

function notStarted(): DiagnosticError {
  return new DiagnosticError(
    error(new Interrupted().name, "Terraform was interrupted before the execution began: nothing was started."),
  );
}

/** Says where a request goes when that is not where the provider's configuration points. */
async function regionNote(stateMachineArn: string, context: Context): Promise<string> {
  const ofArn = parseStatesArn(stateMachineArn)?.region;
  try {
    const configured = await context.region();
    return ofArn === undefined || ofArn === configured
      ? ""
      : ` in its region, ${ofArn} (the provider's is ${configured})`;
  } catch {
    // No region is configured, and the ARN has one: nothing is missing.
    return "";
  }
}

function text(value: Value | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function seconds(value: Value | undefined, otherwise: number): number {
  if (typeof value === "number") return value;
  return value instanceof ExactNumber ? Number(value.text) : otherwise;
}
