import { type Json, parseJson, parseResource, printJson } from "@pawl/asl";
import type { Execution } from "../execution.js";
import type { JobStopKey, JobStopRow } from "../store/store.js";
import type { TaskRequest } from "../tasks/task-handler.js";
import type { Invocation } from "../transition/effect.js";
import { MAX_HOLDER_DEPTH } from "./branch-data.js";

/** A job that nobody waits for any more, with what its handler needs to stop it: the store keeps it until that is done. */
export interface JobStop extends JobStopKey {
  readonly request: TaskRequest;
}

/** @param job the call that started the job, or that follows it */
export function jobStopOf({ id, arn, name, region, traceHeader }: Execution, job: Invocation): JobStop {
  const { attempt, resource, parameters, credentials, submitted } = job;
  return {
    executionId: id,
    attempt,
    request: {
      resource,
      parameters,
      ...(credentials === undefined ? {} : { credentials }),
      ...(submitted === undefined ? {} : { submitted }),
      stops: true,
      idempotencyKey: idempotencyKey(arn, attempt),
      execution: { arn, name, region, traceHeader },
    },
  };
}

/** The same for all calls of one attempt. */
export function idempotencyKey(executionArn: string, attempt: number): string {
  return `${executionArn}#${attempt}`;
}

export function jobStopRow({ executionId, attempt, request }: JobStop): JobStopRow {
  const { resource, parameters, credentials, submitted, execution } = request;
  const { arn, name, region, traceHeader } = execution;
  const data: Json = {
    resource: resource.arn,
    parameters,
    ...(credentials === undefined ? {} : { credentials }),
    ...(submitted === undefined ? {} : { submitted }),
    execution: { arn, name, region, ...(traceHeader === undefined ? {} : { traceHeader }) },
  };
  return { executionId, attempt, data: printJson(data, MAX_HOLDER_DEPTH) };
}

/** @throws Error where the row holds what this Pawl does not know */
export function readJobStop({ executionId, attempt, data }: JobStopRow): JobStop {
  // What {@link jobStopRow} has written.
  const stored = parseJson(data, MAX_HOLDER_DEPTH) as unknown as StoredJobStop;
  const { resource: arn, execution, ...sent } = stored;
  const resource = parseResource(arn);
  if (resource === undefined) throw new Error(`there is no integration for the resource ${arn}`);
  return {
    executionId,
    attempt,
    request: {
      ...sent,
      resource,
      stops: true,
      idempotencyKey: idempotencyKey(execution.arn, attempt),
      execution: { traceHeader: undefined, ...execution },
    },
  };
}

interface StoredJobStop {
  readonly resource: string;
  readonly parameters: Json;
  readonly credentials?: Json;
  readonly submitted?: Json;
  readonly execution: {
    readonly arn: string;
    readonly name: string;
    readonly region: string;
    readonly traceHeader?: string;
  };
}
