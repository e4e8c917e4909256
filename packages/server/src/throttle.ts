import { type Engine, ServiceError } from "@pawl/engine";
import { ServerError } from "./server-error.js";

/** How often an operation may be called: so many at once, and so many more each second. */
export interface Quota {
  readonly bucket: number;
  readonly refill: number;
}

/** Quotas by operation; those without one are not limited. `StartExecution:EXPRESS` is that of express state machines. */
export type Quotas = Readonly<Record<string, Quota>>;

const q = (bucket: number, refill: number): Quota => ({ bucket, refill });

/**
 * The service's own, in its large regions (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
 * StartSyncExecution has none.
 */
export const serviceQuotas: Quotas = {
  StartExecution: q(1300, 300),
  "StartExecution:EXPRESS": q(6000, 6000),
  CreateActivity: q(100, 1),
  CreateStateMachine: q(100, 1),
  CreateStateMachineAlias: q(100, 1),
  DeleteActivity: q(100, 1),
  DeleteStateMachine: q(100, 1),
  DeleteStateMachineAlias: q(100, 1),
  DeleteStateMachineVersion: q(100, 1),
  DescribeActivity: q(200, 1),
  DescribeExecution: q(300, 15),
  DescribeMapRun: q(200, 1),
  DescribeStateMachine: q(200, 20),
  DescribeStateMachineAlias: q(200, 1),
  DescribeStateMachineForExecution: q(200, 1),
  GetActivityTask: q(3000, 500),
  GetExecutionHistory: q(400, 20),
  ListActivities: q(100, 10),
  ListExecutions: q(200, 5),
  ListMapRuns: q(100, 1),
  ListStateMachineAliases: q(100, 1),
  ListStateMachines: q(100, 5),
  ListStateMachineVersions: q(100, 1),
  ListTagsForResource: q(100, 1),
  PublishStateMachineVersion: q(100, 1),
  RedriveExecution: q(1300, 300),
  SendTaskFailure: q(3000, 500),
  SendTaskHeartbeat: q(3000, 500),
  SendTaskSuccess: q(3000, 500),
  StopExecution: q(1000, 200),
  TagResource: q(200, 1),
  TestState: q(50, 10),
  UntagResource: q(200, 1),
  UpdateMapRun: q(100, 1),
  UpdateStateMachine: q(100, 1),
  UpdateStateMachineAlias: q(100, 1),
  ValidateStateMachineDefinition: q(100, 1),
};

/**
 * Reads quotas that take the place of some of the service's: `{"StartExecution": {"bucket": 10, "refill": 5}}`.
 * @param from what the text is, for messages
 * @throws ServerError
 */
export function parseQuotas(text: string, from: string): Quotas {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ServerError(`${from} is no JSON: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ServerError(`${from} must be a JSON object of quotas by operation`);
  }
  const quotas = new Map(Object.entries(serviceQuotas));
  for (const [operation, quota] of Object.entries(value)) {
    if (!quotas.has(operation)) {
      throw new ServerError(`${from} has a quota for '${operation}', which is none of the operations that have one`);
    }
    const { bucket, refill } = (quota ?? {}) as Partial<Record<keyof Quota, unknown>>;
    if (!isAmount(bucket) || !isAmount(refill)) {
      throw new ServerError(`${from} must say for ${operation} how many calls: {"bucket": 10, "refill": 5}`);
    }
    quotas.set(operation, { bucket, refill });
  }
  return Object.fromEntries(quotas);
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

/** The quota that a call counts against: express state machines have one of their own. */
export async function quotaOf(engine: Engine, operation: string, body: unknown): Promise<string> {
  const { stateMachineArn } = (body ?? {}) as { stateMachineArn?: unknown };
  if (operation !== "StartExecution" || typeof stateMachineArn !== "string") {
    return operation;
  }
  try {
    const { type } = await engine.stateMachines.describe(stateMachineArn.split(":").slice(0, 7).join(":"));
    return type === "EXPRESS" ? `${operation}:EXPRESS` : operation;
  } catch {
    return operation;
  }
}

interface Bucket {
  readonly quota: Quota;
  tokens: number;
  /** When `tokens` was right, in milliseconds. */
  time: number;
}

/** Refuses calls beyond the quotas, as the service does: so that a client's retries can be tested. */
export class Throttle {
  readonly #quotas: Quotas;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param now milliseconds of any clock that does not go back */
  constructor(quotas: Quotas, now: () => number = () => performance.now()) {
    this.#quotas = quotas;
    this.#now = now;
  }

  /**
   * Takes a call of an operation, for one account and region.
   * @throws ServiceError ThrottlingException
   */
  take(operation: string, home: string): void {
    const quota = Object.hasOwn(this.#quotas, operation) ? this.#quotas[operation] : undefined;
    if (quota === undefined) {
      return;
    }
    const key = `${home} ${operation}`;
    const now = this.#now();
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      bucket = { quota, tokens: quota.bucket, time: now };
      this.#buckets.set(key, bucket);
    }
    bucket.tokens = Math.min(quota.bucket, bucket.tokens + ((now - bucket.time) / 1000) * quota.refill);
    bucket.time = now;
    if (bucket.tokens < 1) {
      throw new ServiceError("ThrottlingException", "Rate exceeded");
    }
    bucket.tokens -= 1;
  }
}
