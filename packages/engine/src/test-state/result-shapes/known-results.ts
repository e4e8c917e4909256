import type { Resource, ServiceIntegration } from "@pawl/asl";
import { ShapeTable } from "./shape.js";
import { athena } from "./tables/athena.js";
import { batch } from "./tables/batch.js";
import { codebuild } from "./tables/codebuild.js";
import { databrew } from "./tables/databrew.js";
import { dynamodb } from "./tables/dynamodb.js";
import { ecs } from "./tables/ecs.js";
import { events } from "./tables/events.js";
import { glue } from "./tables/glue.js";
import { kms } from "./tables/kms.js";
import { lambda } from "./tables/lambda.js";
import { s3 } from "./tables/s3.js";
import { secretsmanager } from "./tables/secretsmanager.js";
import { sfn } from "./tables/sfn.js";
import { sns } from "./tables/sns.js";
import { sqs } from "./tables/sqs.js";

/** Results that an optimized integration gives in a form of its own, by what follows `arn:aws:states:::`. */
export const OPTIMIZED = `
lambda:invoke = { StatusCode: number, FunctionError: string, LogResult: string, Payload: any, ExecutedVersion: string }
states:startExecution.sync = { ExecutionArn!: string, StateMachineArn!: string, Name: string, Status!: Status, StartDate!: any, StopDate: any, Input: string, Output: string }
states:startExecution.sync:2 = { ExecutionArn!: string, StateMachineArn!: string, Name: string, Status!: Status, StartDate!: any, StopDate: any, Input: any, Output: any }
Status = | RUNNING | SUCCEEDED | FAILED | TIMED_OUT | ABORTED | PENDING_REDRIVE
`;

/** A job that is waited for: the action that tells how it ended, and whose result a mock has to be. */
const POLLED: Readonly<Record<string, string>> = {
  "athena:startQueryExecution": "getQueryExecution",
  "batch:submitJob": "describeJobs",
  "codebuild:startBuild": "batchGetBuilds",
  "databrew:startJobRun": "describeJobRun",
  "ecs:runTask": "describeTasks",
  "glue:startJobRun": "getJobRun",
};

/** The tables by the service's name in a Resource: as an SDK integration, as an optimized one, or both. */
export const TABLES: Readonly<Record<string, string>> = {
  "aws-sdk:dynamodb": dynamodb,
  "aws-sdk:eventbridge": events,
  "aws-sdk:kms": kms,
  "aws-sdk:lambda": lambda,
  "aws-sdk:s3": s3,
  "aws-sdk:secretsmanager": secretsmanager,
  "aws-sdk:sfn": sfn,
  "aws-sdk:sns": sns,
  "aws-sdk:sqs": sqs,
  athena,
  batch,
  codebuild,
  databrew,
  dynamodb,
  ecs,
  events,
  glue,
  sns,
  sqs,
  states: sfn,
};

const tables = new Map<string, ShapeTable>();

function tableOf(name: string, text: string): ShapeTable {
  const table = tables.get(name) ?? new ShapeTable(text);
  tables.set(name, table);
  return table;
}

/** The name of a result's shape, and the table that it stands in. */
export interface KnownResult {
  readonly table: ShapeTable;
  readonly type: string;
}

/** What is known of the result of a task; undefined where nothing is. The holder of a task token may send anything. */
export function knownResult(resource: Resource): KnownResult | undefined {
  if (resource.kind !== "service" || resource.pattern === ".waitForTaskToken") return undefined;
  return ofIntegration(resource);
}

function ofIntegration({ service, action, pattern }: ServiceIntegration): KnownResult | undefined {
  const optimized = tableOf("optimized", OPTIMIZED);
  const own = `${service}:${action}${pattern}`;
  if (optimized.has(own)) return { table: optimized, type: own };
  const text = Object.hasOwn(TABLES, service) ? TABLES[service] : undefined;
  const name = pattern === "" ? action : POLLED[`${service}:${action}`];
  if (text === undefined || name === undefined) return undefined;
  const table = tableOf(service, text);
  return table.has(name) ? { table, type: name } : undefined;
}
