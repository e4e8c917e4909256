import type { Curve } from "./plots.mjs";

/** What bench-run.mjs says of measurements, as far as tests need it. */
export interface Measurement {
  readonly name: string;
  // The result is the measurement's own.
  readonly curves?: (result: unknown) => readonly Curve[];
}

export const measurements: readonly Measurement[];
