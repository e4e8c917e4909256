import type { ResultWriter as EvaluatedResultWriter, Json } from "@pawl/asl";
import type { ExecutionRow } from "../store/store.js";

/**
 * Writes what became of a map run's child executions where its state's ResultWriter says, and gives the state's result
 * (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html): where it exports, the map run's ARN and the
 * place of the manifest; where it only transforms, the array of results.
 *
 * Takes the results one after the other as it writes them. The manifest is written when all it names is whole. Writing the same map
 * run again replaces what was written before.
 * @throws StatesError `States.ResultWriterFailed` with the service's cause
 */
export type ResultWriter = (
  request: ResultWriterRequest,
  results: AsyncIterable<ChildResult>,
  signal: AbortSignal,
) => Promise<Json>;

export interface ResultWriterRequest {
  /** The state's ResultWriter, evaluated. */
  readonly writer: EvaluatedResultWriter;
  /** Credentials of the state, evaluated. */
  readonly credentials?: Json;
  readonly region: string;
  readonly mapRunArn: string;
  /** How often the map run was redriven. */
  readonly redriveCount: number;
  /** The type of the children. */
  readonly childType: "STANDARD" | "EXPRESS";
  /** The time that it is, in milliseconds since the epoch. */
  readonly now: number;
}

/** What became of one child. Children come in the order that the results are to have. */
export type ChildResult = EndedChild | PendingChild;

/** A child that has ended, as the store has it. */
export type EndedChild = Pick<
  ExecutionRow,
  | "arn"
  | "name"
  | "stateMachineArn"
  | "status"
  | "startDate"
  | "stopDate"
  | "input"
  | "output"
  | "error"
  | "cause"
  | "redrive"
>;

/** A child that was never started, because the map run failed or was stopped before. */
export interface PendingChild {
  readonly status: "PENDING";
  /** JSON text. */
  readonly input: string;
}
