// The state machines of the benchmark.

/** The smallest machine, as the first example of the service's console. */
export const hello = {
  StartAt: "Hello",
  States: { Hello: { Type: "Pass", Result: "Hello World!", End: true } },
};

export const helloInput = JSON.stringify({ user_id: "12345", action: "process" });

const CHAIN_LENGTH = 50;

/** A line of Pass states that pass their input on. */
export const chain = {
  StartAt: "State1",
  States: Object.fromEntries(
    Array.from({ length: CHAIN_LENGTH }, (_, index) => [
      `State${index + 1}`,
      { Type: "Pass", ...(index + 1 < CHAIN_LENGTH ? { Next: `State${index + 2}` } : { End: true }) },
    ]),
  ),
};

export const iterations = 1000;

/** An inline Map with one Pass state for each item. */
export const map = {
  StartAt: "ForEach",
  States: {
    ForEach: {
      Type: "Map",
      ItemsPath: "$.items",
      ItemProcessor: { StartAt: "One", States: { One: { Type: "Pass", End: true } } },
      End: true,
    },
  },
};

/** Waits a day: for as long as the benchmark runs. */
export const waiting = {
  StartAt: "Wait",
  States: { Wait: { Type: "Wait", Seconds: 86_400, End: true } },
};
