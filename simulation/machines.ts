import type { SeededRandom } from "./random.js";
import { CALL } from "./work.js";

/** A state machine of a run. */
export interface Machine {
  readonly name: string;
  readonly definition: Definition;
  /**
   * True where tasks fail until the world is healed, and nothing catches that: executions fail and are redriven. False where they
   * fail for good, and that is caught.
   */
  readonly isRedriven: boolean;
}

export interface Definition {
  readonly StartAt: string;
  readonly States: Record<string, State>;
}

export interface State {
  Type: string;
  Next?: string;
  End?: true;
  [field: string]: unknown;
}

export interface Surroundings {
  /** ARNs of activities that have workers. */
  readonly activities: readonly string[];
  /** ARN of a machine that other machines may start. */
  readonly nested: string | undefined;
  /** ARN of a machine that never ends by itself: whoever starts it must stop it. */
  readonly endless: string | undefined;
  /** True where children of map runs may be express ones, which have five minutes by the clock. */
  readonly mayBeExpress: boolean;
}

/**
 * Draws a state machine: all state types, nested into each other. Every state takes `{"n": number}` and gives the same form, so
 * that any can follow any. Tasks that can be lost have a timeout and are tried again, so that every execution can come to an end.
 */
export function drawMachine(name: string, random: SeededRandom, surroundings: Surroundings): Machine {
  const isRedriven = random.chance(0.3);
  const drawing: Drawing = { random, surroundings, isRedriven, isExpress: false, states: 0 };
  return { name, definition: drawSequence(drawing, random.between(1, 5), 2), isRedriven };
}

interface Drawing {
  readonly random: SeededRandom;
  readonly surroundings: Surroundings;
  readonly isRedriven: boolean;
  /** What is drawn is for an express execution: nothing in it takes long. */
  isExpress: boolean;
  states: number;
}

/** States one after the other; each may come with another that it needs before or after it. */
function drawSequence(drawing: Drawing, length: number, depth: number): Definition {
  const states: Record<string, State> = {};
  const order: string[] = [];
  for (let place = 0; place < length; place++) {
    for (const state of drawStates(drawing, depth, states)) {
      const name = `S${++drawing.states}`;
      states[name] = state;
      order.push(name);
    }
  }
  order.forEach((name, place) => {
    const state = states[name];
    const next = order[place + 1];
    if (state === undefined) return;
    if (state.Type === "Choice") {
      if (next === undefined) throw new Error("a Choice needs a state after it");
      // The rule leaves out one state where there is one to leave out.
      state.Choices = [{ Variable: "$.n", NumericGreaterThan: 500, Next: order[place + 2] ?? next }];
      state.Default = next;
    } else if (next === undefined) {
      state.End = true;
    } else {
      state.Next = next;
    }
    for (const catcher of (state.Catch as { Next?: string }[] | undefined) ?? []) {
      if (catcher.Next === undefined) catcher.Next = name;
    }
  });
  // What a catcher leads to joins the sequence behind the state that failed.
  for (const name of order) {
    const state = states[name];
    const [catcher] = (state?.Catch as { Next: string }[] | undefined) ?? [];
    if (state === undefined || catcher === undefined) continue;
    const recovery = `${name}-caught`;
    catcher.Next = recovery;
    states[recovery] = {
      Type: "Pass",
      Result: { n: 7 },
      ...(state.Next === undefined ? { End: true } : { Next: state.Next }),
    };
  }
  const [first] = order;
  if (first === undefined) throw new Error("a sequence has at least one state");
  return { StartAt: first, States: states };
}

function drawStates(drawing: Drawing, depth: number, _states: Record<string, State>): State[] {
  const { random, surroundings } = drawing;
  const simple = ["pass", "jsonata", "choice", "call", "call"];
  if (!drawing.isExpress) simple.push("wait", "callback");
  if (!drawing.isExpress && surroundings.activities.length > 0) simple.push("activity", "activity");
  if (!drawing.isExpress && surroundings.nested !== undefined) simple.push("nested");
  if (!drawing.isExpress && surroundings.endless !== undefined) simple.push("endless", "endless");
  const kind = random.pick(depth > 0 && !drawing.isExpress ? [...simple, "parallel", "map", "distributed"] : simple);
  const more = random.between(1, 9);
  switch (kind) {
    case "pass":
      return [{ Type: "Pass", Parameters: { "n.$": `States.MathAdd($.n, ${more})` } }];
    case "jsonata":
      return [{ Type: "Pass", QueryLanguage: "JSONata", Output: `{% {"n": ($states.input.n + ${more}) % 1000} %}` }];
    case "wait":
      return [{ Type: "Wait", Seconds: random.pick([0, 1, 3, 60, 1000]) }];
    case "choice":
      return [{ Type: "Choice" }, pass(1), pass(2)];
    case "parallel": {
      const branches = random.between(1, 3);
      const Branches = Array.from({ length: branches }, () => drawSequence(drawing, random.between(1, 2), depth - 1));
      return [{ Type: "Parallel", Branches, ResultSelector: { "n.$": "$[0].n", "all.$": "$[*].n" } }];
    }
    case "map":
    case "distributed": {
      const isExpress = kind === "distributed" && surroundings.mayBeExpress && random.chance(0.5);
      const ProcessorConfig =
        kind === "map"
          ? { Mode: "INLINE" }
          : { Mode: "DISTRIBUTED", ExecutionType: isExpress ? "EXPRESS" : "STANDARD" };
      drawing.isExpress = isExpress;
      const processor = drawSequence(drawing, random.between(1, 2), depth - 1);
      drawing.isExpress = false;
      const map: State = {
        Type: "Map",
        ItemsPath: "$.items",
        ItemSelector: { "n.$": "States.MathAdd($.n, $$.Map.Item.Value)" },
        MaxConcurrency: random.pick([0, 1, 2]),
        ItemProcessor: { ProcessorConfig, ...processor },
        ResultSelector: { "n.$": "$[0].n", "all.$": "$[*].n" },
      };
      const items = `States.ArrayRange(1, ${random.between(1, 6)}, 1)`;
      return [{ Type: "Pass", Parameters: { "n.$": "$.n", "items.$": items } }, map];
    }
    default:
      return [drawTask(drawing, kind)];
  }
}

function pass(more: number): State {
  return { Type: "Pass", Parameters: { "n.$": `States.MathAdd($.n, ${more})` } };
}

function drawTask({ random, surroundings, isRedriven, isExpress }: Drawing, kind: string): State {
  const refuses = random.chance(0.25);
  const op = refuses ? (isRedriven ? "refuseUntilHealed" : "refuse") : "work";
  const failure =
    refuses && !isRedriven
      ? {
          Retry: [
            { ErrorEquals: ["States.Timeout"], IntervalSeconds: 1, MaxAttempts: 1000, BackoffRate: 1 },
            { ErrorEquals: ["Sim.Refused"], IntervalSeconds: 2, MaxAttempts: random.between(0, 2) },
          ],
          Catch: [{ ErrorEquals: ["Sim.Refused"] }],
        }
      : { Retry: [{ ErrorEquals: ["States.Timeout"], IntervalSeconds: 1, MaxAttempts: 1000, BackoffRate: 1 }] };
  const parameters = { op, "n.$": "$.n" };
  switch (kind) {
    case "callback":
      return {
        Type: "Task",
        Resource: `${CALL}.waitForTaskToken`,
        Parameters: { ...parameters, "token.$": "$$.Task.Token" },
        TimeoutSeconds: 300,
        ...failure,
      };
    case "activity": {
      const heartbeat = random.chance(0.5) ? { HeartbeatSeconds: 60 } : {};
      return {
        Type: "Task",
        Resource: random.pick(surroundings.activities),
        Parameters: parameters,
        TimeoutSeconds: 300,
        ...heartbeat,
        ...failure,
      };
    }
    case "nested":
      return {
        Type: "Task",
        Resource: "arn:aws:states:::states:startExecution.sync:2",
        Parameters: { StateMachineArn: surroundings.nested, Input: { "n.$": "$.n" } },
        ResultSelector: { "n.$": "$.Output.n" },
      };
    case "endless":
      return {
        Type: "Task",
        Resource: `arn:aws:states:::states:startExecution${random.pick([".sync", ".sync:2"])}`,
        Parameters: { StateMachineArn: surroundings.endless, Input: { "n.$": "$.n" } },
        TimeoutSeconds: random.pick([1, 30, 300]),
        Catch: [{ ErrorEquals: ["States.Timeout"] }],
      };
    default: {
      // Without a timeout the reply must come: then only the death of the process loses it.
      const isTimed = random.chance(0.5) && !isExpress;
      const timeout = isTimed ? { TimeoutSeconds: 120 } : {};
      const Parameters = { ...parameters, mayBeLost: isTimed };
      return { Type: "Task", Resource: CALL, Parameters, ...timeout, ...failure };
    }
  }
}
