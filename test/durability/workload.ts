import type { SeededRandom } from "./seeded-random.js";

/**
 * State machines of every kind of step, each with an outcome that follows from its input alone: whatever is repeated after a
 * crash must not show in it.
 */
export interface Workload {
  readonly name: string;
  readonly definition: object;
  readonly type: "STANDARD" | "EXPRESS";
  /** @param key names the execution */
  input(random: SeededRandom, key: string): unknown;
  outcome(input: never): Outcome;
}

export type Outcome =
  | { readonly status: "SUCCEEDED"; readonly output: unknown }
  | { readonly status: "FAILED"; readonly error: string };

const region = "us-east-1:123456789012";
export const activityName = "durability";
const activity = `arn:aws:states:${region}:activity:${activityName}`;
const functionArn = (name: string): string => `arn:aws:lambda:${region}:function:${name}`;

/** A function call that goes on until it succeeds: calls fail, and calls are lost with the process. */
const insistent = (name: string) => ({
  Type: "Task",
  Resource: functionArn(name),
  Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 1, BackoffRate: 1, MaxAttempts: 1000 }],
});

/** A task for the workers. One that was handed to nobody, because the process died over it, comes back after its timeout. */
const work = {
  Type: "Task",
  Resource: activity,
  TimeoutSeconds: 3,
  Retry: [{ ErrorEquals: ["States.Timeout"], IntervalSeconds: 1, BackoffRate: 1, MaxAttempts: 1000 }],
};

const succeeded = (output: unknown): Outcome => ({ status: "SUCCEEDED", output });

/** What the functions answer; the endpoint in `function-endpoint.ts` speaks for them. */
export const functions = {
  square: ({ n }: { n: number }) => ({ n, square: n * n }),
  flaky: ({ key }: { key: string }) => ({ done: key }),
  note: ({ key }: { key: string }) => ({ noted: key }),
} as const;

/** What a worker makes of a task. */
export const workerResult = ({ n }: { n: number }): unknown => ({ n, worked: n + 1 });

interface Numbered {
  readonly n: number;
}

interface Keyed {
  readonly key: string;
}

export const workloads: readonly Workload[] = [
  {
    name: "hello",
    type: "STANDARD",
    definition: {
      StartAt: "Hello",
      States: { Hello: { Type: "Pass", Result: "Hello World!", ResultPath: "$.said", End: true } },
    },
    input: (random) => ({ n: random.below(1000) }),
    outcome: ({ n }: Numbered) => succeeded({ n, said: "Hello World!" }),
  },
  {
    name: "chain",
    type: "STANDARD",
    definition: {
      StartAt: "S0",
      States: Object.fromEntries(
        Array.from({ length: 20 }, (_, index) => [
          `S${index}`,
          {
            Type: "Pass",
            Parameters: { "n.$": "States.MathAdd($.n, 1)" },
            ...(index === 19 ? { End: true } : { Next: `S${index + 1}` }),
          },
        ]),
      ),
    },
    input: (random) => ({ n: random.below(1000) }),
    outcome: ({ n }: Numbered) => succeeded({ n: n + 20 }),
  },
  {
    // More events than one transition writes: it goes on over several commits.
    name: "loop",
    type: "STANDARD",
    definition: {
      StartAt: "Count",
      States: {
        Count: { Type: "Pass", Parameters: { "n.$": "States.MathAdd($.n, 1)" }, Next: "Again" },
        Again: { Type: "Choice", Choices: [{ Variable: "$.n", NumericLessThan: 800, Next: "Count" }], Default: "Done" },
        Done: { Type: "Succeed" },
      },
    },
    input: (random) => ({ n: random.below(400) }),
    outcome: () => succeeded({ n: 800 }),
  },
  {
    // The sum takes more steps than a transition does: it is evaluated in a thread, which dies with the process.
    name: "jsonata",
    type: "STANDARD",
    definition: {
      QueryLanguage: "JSONata",
      StartAt: "Sum",
      States: {
        Sum: {
          Type: "Pass",
          Assign: { sum: "{% $sum($map([1..20000], function($v) { $v * $states.input.n })) %}" },
          Next: "Rest",
        },
        Rest: { Type: "Wait", Seconds: 1, Output: { sum: "{% $sum %}" }, End: true },
      },
    },
    input: (random) => ({ n: random.below(100) }),
    outcome: ({ n }: Numbered) => succeeded({ sum: 200_010_000 * n }),
  },
  {
    name: "wait",
    type: "STANDARD",
    definition: {
      StartAt: "First",
      States: {
        First: { Type: "Wait", SecondsPath: "$.n", Next: "Between" },
        Between: { Type: "Pass", Next: "Second" },
        Second: { Type: "Wait", Seconds: 1, End: true },
      },
    },
    input: (random) => ({ n: random.below(3) }),
    outcome: ({ n }: Numbered) => succeeded({ n }),
  },
  {
    name: "retry",
    type: "STANDARD",
    definition: {
      StartAt: "Flaky",
      States: { Flaky: { ...insistent("flaky"), ResultPath: "$.result", End: true } },
    },
    input: (random, key) => ({ key, failures: random.below(3) }),
    outcome: (input: Keyed) => succeeded({ ...input, result: functions.flaky(input) }),
  },
  {
    name: "catch",
    type: "STANDARD",
    definition: {
      StartAt: "Both",
      States: {
        Both: {
          Type: "Parallel",
          Branches: [
            { StartAt: "Long", States: { Long: { Type: "Wait", Seconds: 60, End: true } } },
            {
              StartAt: "Soon",
              States: { Soon: { Type: "Wait", Seconds: 1, Next: "No" }, No: { Type: "Fail", Error: "No" } },
            },
          ],
          Catch: [{ ErrorEquals: ["No"], ResultPath: "$.caught", Next: "Caught" }],
          Next: "Caught",
        },
        Caught: { Type: "Pass", Parameters: { "n.$": "$.n", "error.$": "$.caught.Error" }, End: true },
      },
    },
    input: (random) => ({ n: random.below(1000) }),
    outcome: ({ n }: Numbered) => succeeded({ n, error: "No" }),
  },
  {
    name: "fail",
    type: "STANDARD",
    definition: {
      StartAt: "W",
      States: { W: { Type: "Wait", Seconds: 1, Next: "F" }, F: { Type: "Fail", Error: "Always", Cause: "so it is" } },
    },
    input: () => ({}),
    outcome: () => ({ status: "FAILED", error: "Always" }),
  },
  {
    name: "parallel",
    type: "STANDARD",
    definition: {
      StartAt: "All",
      States: {
        All: {
          Type: "Parallel",
          Branches: [
            { StartAt: "Call", States: { Call: { ...insistent("square"), End: true } } },
            { StartAt: "Pause", States: { Pause: { Type: "Wait", Seconds: 1, End: true } } },
            { StartAt: "Pass", States: { Pass: { Type: "Pass", Parameters: { "m.$": "$.n" }, End: true } } },
          ],
          End: true,
        },
      },
    },
    input: (random) => ({ n: random.below(1000) }),
    outcome: (input: Numbered) => succeeded([functions.square(input), input, { m: input.n }]),
  },
  {
    name: "map",
    type: "STANDARD",
    definition: {
      StartAt: "Each",
      States: {
        Each: {
          Type: "Map",
          ItemsPath: "$.items",
          MaxConcurrency: 4,
          ItemProcessor: {
            StartAt: "Which",
            States: {
              Which: {
                Type: "Choice",
                Choices: [{ Variable: "$.n", NumericLessThan: 30, Next: "Rest" }],
                Default: "Square",
              },
              Rest: { Type: "Wait", Seconds: 1, Next: "Square" },
              Square: { ...insistent("square"), End: true },
            },
          },
          End: true,
        },
      },
    },
    input: (random) => ({ items: Array.from({ length: 1 + random.below(12) }, () => ({ n: random.below(100) })) }),
    outcome: ({ items }: { items: Numbered[] }) => succeeded(items.map(functions.square)),
  },
  {
    name: "distributed",
    type: "STANDARD",
    definition: {
      StartAt: "Each",
      States: {
        Each: {
          Type: "Map",
          ItemsPath: "$.items",
          MaxConcurrency: 5,
          ItemProcessor: {
            ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
            StartAt: "Rest",
            States: {
              Rest: { Type: "Wait", Seconds: 1, Next: "Square" },
              Square: { ...insistent("square"), End: true },
            },
          },
          End: true,
        },
      },
    },
    input: (random) => ({ items: Array.from({ length: 1 + random.below(8) }, () => ({ n: random.below(100) })) }),
    outcome: ({ items }: { items: Numbered[] }) => succeeded(items.map(functions.square)),
  },
  {
    // Express children keep no steps: those that had not ended start again with the next process, the others do not.
    name: "express-batches",
    type: "STANDARD",
    definition: {
      StartAt: "Batches",
      States: {
        Batches: {
          Type: "Map",
          ItemsPath: "$.items",
          MaxConcurrency: 20,
          ItemSelector: { "n.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index" },
          ItemBatcher: { MaxItemsPerBatch: 3 },
          ItemProcessor: {
            ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" },
            StartAt: "Rest",
            States: {
              Rest: { Type: "Wait", Seconds: 1, Next: "Take" },
              Take: { Type: "Pass", OutputPath: "$.Items", End: true },
            },
          },
          End: true,
        },
      },
    },
    input: (random) => ({ items: Array.from({ length: random.below(200) }, () => random.below(100)) }),
    outcome: ({ items }: { items: number[] }) => {
      const selected = items.map((n, i) => ({ n, i }));
      return succeeded(
        Array.from({ length: Math.ceil(items.length / 3) }, (_, batch) => selected.slice(batch * 3, batch * 3 + 3)),
      );
    },
  },
  {
    name: "activity",
    type: "STANDARD",
    definition: {
      StartAt: "Work",
      States: { Work: { ...work, Next: "Pause" }, Pause: { Type: "Wait", Seconds: 1, End: true } },
    },
    input: (random) => ({ n: random.below(1000) }),
    outcome: (input: Numbered) => succeeded(workerResult(input)),
  },
  {
    name: "activities",
    type: "STANDARD",
    definition: {
      StartAt: "Each",
      States: {
        Each: {
          Type: "Map",
          ItemsPath: "$.items",
          ItemProcessor: { StartAt: "Work", States: { Work: { ...work, End: true } } },
          End: true,
        },
      },
    },
    input: (random) => ({ items: Array.from({ length: 1 + random.below(10) }, () => ({ n: random.below(100) })) }),
    outcome: ({ items }: { items: Numbered[] }) => succeeded(items.map(workerResult)),
  },
  {
    // The function hands the token on, and the one who got it calls back.
    name: "callback",
    type: "STANDARD",
    definition: {
      StartAt: "Ask",
      States: {
        Ask: {
          ...insistent("ask"),
          Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
          Parameters: { FunctionName: functionArn("ask"), Payload: { "n.$": "$.n", "token.$": "$$.Task.Token" } },
          End: true,
        },
      },
    },
    input: (random) => ({ n: random.below(1000) }),
    outcome: (input: Numbered) => succeeded(workerResult(input)),
  },
  {
    // Its steps are kept nowhere: what counts is that it has run, once or more.
    name: "express",
    type: "EXPRESS",
    definition: {
      StartAt: "Pause",
      States: { Pause: { Type: "Wait", Seconds: 1, Next: "Note" }, Note: { ...insistent("note"), End: true } },
    },
    input: (_random, key) => ({ key }),
    outcome: (input: Keyed) => succeeded(functions.note(input)),
  },
];
