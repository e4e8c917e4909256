import { detailsOf, type HistoryEvent } from "./history-event.js";

/** One thing that happened to a state, as a person follows it. */
export interface Step {
  readonly kind: "entered" | "left" | "failed";
  readonly time: Date;
  readonly state: string;
  /** `Pass`, `Task`, …. */
  readonly type: string;
  /** How many Parallel and Map states are around it. */
  readonly depth: number;
  /** The iteration of the innermost Map that it belongs to. */
  readonly iteration?: number;
  /** `left` only: since it was entered. */
  readonly milliseconds?: number;
  /** `failed` only: one attempt of the state failed; a retry or a catch may follow. */
  readonly error?: string;
  readonly cause?: string;
}

/** A state that was entered; Parallel and Map states stand around those of their branches and iterations. */
interface Visit {
  readonly state: string;
  readonly type: string;
  readonly enteredAt: Date;
  readonly around: Visit | undefined;
  readonly iteration: number | undefined;
  /** True once the state was left, or its branches or iterations came to their end. */
  over: boolean;
}

interface Place {
  readonly visit: Visit | undefined;
  /** Whether states that follow this event are inside the visited state. */
  readonly inside: boolean;
  readonly iteration: number | undefined;
}

const OUTSIDE: Place = { visit: undefined, inside: false, iteration: undefined };

/**
 * Makes steps out of an execution's events, which must come in order and from the first on. Events say only which event
 * they follow (`previousEventId`): which state they belong to is found by going back from there.
 */
export function stepReader(): (event: HistoryEvent) => Step | undefined {
  const places = new Map<number, Place>();

  return (event) => {
    const before = places.get(event.previousEventId) ?? OUTSIDE;
    const { name = "", index, error, cause } = detailsOf(event);
    const [, stateType, moment] = /^([A-Z][a-z]+)State([A-Z][a-z]+)$/.exec(event.type) ?? [];
    let visit = before.visit;
    let inside = false;
    let iteration = before.iteration;

    if (stateType !== undefined && moment === "Entered") {
      const around = before.inside ? visit : visit?.around;
      iteration = before.inside ? before.iteration : visit?.iteration;
      visit = { state: name, type: stateType, enteredAt: event.timestamp, around, iteration, over: false };
    } else if (stateType !== undefined && moment === "Exited") {
      visit = outward(visit, (each) => each.state === name);
      close(visit);
    } else if (stateType === "Parallel" || stateType === "Map") {
      visit = outward(visit, (each) => each.type === stateType && !each.over);
      inside = moment === "Started" && stateType === "Parallel";
      iteration = undefined;
      if (moment !== "Started") {
        close(visit);
      }
    } else if (event.type.startsWith("MapIteration")) {
      visit = outward(visit, (each) => each.state === name);
      inside = event.type === "MapIterationStarted";
      iteration = index;
    }
    places.set(event.id, { visit, inside, iteration });

    if (visit === undefined) {
      return undefined;
    }
    const step = {
      time: event.timestamp,
      state: visit.state,
      type: visit.type,
      depth: depthOf(visit),
      ...(visit.iteration === undefined ? {} : { iteration: visit.iteration }),
    };
    if (moment === "Entered") {
      return { kind: "entered", ...step };
    }
    if (moment === "Exited") {
      return { kind: "left", ...step, milliseconds: event.timestamp.getTime() - visit.enteredAt.getTime() };
    }
    return FAILED_ATTEMPT.test(event.type)
      ? {
          kind: "failed",
          ...step,
          ...(error === undefined ? {} : { error }),
          ...(cause === undefined ? {} : { cause }),
        }
      : undefined;
  };
}

const FAILED_ATTEMPT = /^(?:Task|Activity|LambdaFunction)[A-Za-z]*(?:Failed|TimedOut)$|^EvaluationFailed$/;

function outward(from: Visit | undefined, wanted: (visit: Visit) => boolean): Visit | undefined {
  let visit = from;
  while (visit !== undefined && !wanted(visit)) {
    visit = visit.around;
  }
  return visit;
}

function close(visit: Visit | undefined): void {
  if (visit !== undefined) {
    visit.over = true;
  }
}

function depthOf(visit: Visit): number {
  let depth = 0;
  for (let around = visit.around; around !== undefined; around = around.around) {
    depth += 1;
  }
  return depth;
}
