/** A curve's plot: see plots.mjs. */
export interface Curve {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly (readonly [number, number])[];
    readonly slope?: boolean;
  }[];
}

export function plot(curve: Curve): string;
