import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printEvents, splitEvents } from "../src/history/event-text.js";
import { details, type HistoryEvent } from "../src/history/history-event.js";

const event = (id: number, type: string, detailsKey?: string, of?: object): HistoryEvent => ({
  timestamp: 1767225600.125,
  type,
  id,
  previousEventId: id - 1,
  detailsKey,
  details: of,
});

const parsed = (...events: HistoryEvent[]): unknown[] =>
  splitEvents(printEvents(events)).map((text) => JSON.parse(text));

describe("the text of history events", () => {
  it("is one JSON object a line, with the details under their name", () => {
    expect(
      parsed(
        event(1, "PassStateEntered", "stateEnteredEventDetails", details.stateEntered("A", "{}")),
        event(2, "MapStateFailed"),
      ),
    ).toEqual([
      {
        timestamp: 1767225600.125,
        type: "PassStateEntered",
        id: 1,
        previousEventId: 0,
        stateEnteredEventDetails: { name: "A", input: "{}", inputDetails: { truncated: false } },
      },
      { timestamp: 1767225600.125, type: "MapStateFailed", id: 2, previousEventId: 1 },
    ]);
  });

  it("leaves out members that are not known, and keeps numbers and objects", () => {
    const limits = { timeoutInSeconds: 5, taskCredentials: { roleArn: "role" } };
    const scheduled = { ...details.scheduled("arn", "1", limits), heartbeatInSeconds: undefined };
    expect(parsed(event(1, "ActivityScheduled", "activityScheduledEventDetails", scheduled))).toMatchObject([
      { activityScheduledEventDetails: { resource: "arn", input: "1", inputDetails: { truncated: false }, ...limits } },
    ]);
    expect(printEvents([event(1, "ActivityScheduled", "d", scheduled)])).not.toContain("heartbeat");
    const assigned = JSON.parse('{"__proto__":"1","a\\"b":"2"}');
    const exited = details.stateExited("A", "1", assigned);
    expect(printEvents([event(1, "PassStateExited", "d", exited)])).toContain(
      String.raw`"assignedVariables":{"__proto__":"1","a\"b":"2"}`,
    );
  });

  it("is as JSON.stringify writes it, whatever the payloads and names are", () => {
    const text = fc.string({ unit: "binary", maxLength: 20 });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.constantFrom("{}", "[1]", '"\\n"', "\ud800"))), (states) => {
        const events = states.map(([name, input], index) =>
          event(index + 1, "PassStateEntered", "stateEnteredEventDetails", details.stateEntered(name, input)),
        );
        const expected = events.map(({ detailsKey, details: of, ...event }) =>
          JSON.stringify({ ...event, [String(detailsKey)]: of }),
        );
        expect(printEvents(events)).toBe(expected.join("\n"));
      }),
    );
  });
});
