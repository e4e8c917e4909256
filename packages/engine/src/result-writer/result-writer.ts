import type { ResultWriter as EvaluatedResultWriter, Json } from "@pawl/asl";
import type { ExecutionRow } from "../store/store.js";

/**
 * Writes what became of a map run's child executions where its state's ResultWriter says, and gives the state's result
 * (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html): where it exports, the map run's ARN and the
 * place of the manifest; where it only transforms, the array of results.
 *
 * Takes the results one after the other as it writes them. The manifest is written when all it names is whole. Writing the same
 * attempt of a map run again replaces what was written before.
 * @throws StatesError `States.ResultWriterFailed` with the service's cause
 */
export type ResultWriter = (
  request: ResultWriterRequest,
  results: AsyncIterable<ChildResult>,
  signal: AbortSignal,
) => Promise<Json>;

/**
 * Makes sure that the results can be written, by writing a manifest that names no files, before any child is started. Does nothing where
 * nothing is exported.
 * @throws StatesError `States.ResultWriterFailed`
 */
export type ResultWriterCheck = (
  request: Pick<ResultWriterRequest, "writer" | "region" | "mapRunArn" | "redriveCount">,
  signal: AbortSignal,
) => Promise<void>;

export interface ResultWriterRequest {
  /** The state's ResultWriter, evaluated. */
  readonly writer: EvaluatedResultWriter;
  readonly region: string;
  readonly mapRunArn: string;
  /** How often the map run was redriven. */
  readonly redriveCount: number;
  /** The time that it is, in milliseconds since the epoch. */
  readonly now: number;
}

/** What became of one child. Children come in the order that the results are to have. */
export type ChildResult = EndedChild | PendingChild;

/** A child that has ended, as the store has it. */
export interface EndedChild
  extends Pick<
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
  > {
  /**
   * How often the map run had been redriven when the child last began: what succeeded before an earlier redrive has been written by then,
   * and the manifest names those files again.
   */
  readonly mapRunRedrives: number;
}

/** A child that was never started, because the map run failed or was stopped before. */
export interface PendingChild {
  readonly status: "PENDING";
  /** JSON text. */
  readonly input: string;
}
