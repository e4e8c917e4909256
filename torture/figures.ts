/** What a scenario came to. */
export interface Figures {
  readonly scenario: string;
  /** How often its fault was done. */
  readonly cycles: number;
  /** How many processes served the data, one after the other. */
  readonly processes: number;
  /** Starts of executions that were answered. */
  readonly acknowledged: number;
  /** Executions that were acknowledged and are not there, or never end. */
  readonly lost: number;
  /** Executions, or steps of them, that are there twice. */
  readonly doubled: number;
  /** Other promises that were not kept. */
  readonly other: number;
  readonly seconds: number;
  /** A sentence for each. */
  readonly faults: readonly string[];
}

const LOST = /acknowledged and is not there|accepted and has not run|never ends/;
const DOUBLED = /twice|listed as|again|that event \d+ has ended|more often than/;

export function figuresOf(faults: readonly string[]): Pick<Figures, "lost" | "doubled" | "other" | "faults"> {
  const lost = faults.filter((fault) => LOST.test(fault)).length;
  const doubled = faults.filter((fault) => !LOST.test(fault) && DOUBLED.test(fault)).length;
  return { lost, doubled, other: faults.length - lost - doubled, faults };
}

const COLUMNS = ["cycles", "processes", "acknowledged", "lost", "doubled", "other", "seconds"] as const;

export function head(): string {
  return row("scenario", COLUMNS);
}

export function line(figures: Figures): string {
  return row(
    figures.scenario,
    COLUMNS.map((column) => String(figures[column])),
  );
}

/** The sums of all. */
export function total(all: readonly Figures[]): Figures {
  const sum = (column: (typeof COLUMNS)[number]): number =>
    all.reduce((before, figures) => before + figures[column], 0);
  return {
    scenario: "all",
    cycles: sum("cycles"),
    processes: sum("processes"),
    acknowledged: sum("acknowledged"),
    lost: sum("lost"),
    doubled: sum("doubled"),
    other: sum("other"),
    seconds: sum("seconds"),
    faults: [],
  };
}

function row(name: string, values: readonly string[]): string {
  return [name.padEnd(16), ...values.map((value, index) => value.padStart(COLUMNS[index]?.length ?? 0))].join("  ");
}
