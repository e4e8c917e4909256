import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HistoryText, splitEvents } from "../src/history/event-text.js";
import { details, type HistoryEvent } from "../src/history/history-event.js";
import { EVENTS_OF_A_PART } from "../src/store/store.js";

const event = (id: number, type: string, detailsKey?: string, of?: object): HistoryEvent => ({
  timestamp: 1767225600.125,
  type,
  id,
  previousEventId: id - 1,
  detailsKey,
  details: of,
});

const entered = (id: number, name: string, input: string): HistoryEvent =>
  event(id, "PassStateEntered", "stateEnteredEventDetails", details.stateEntered(name, input));

const chunkOf = (...groups: HistoryEvent[][]) => {
  const text = new HistoryText();
  for (const events of groups) text.add(events);
  return text.chunk ?? { firstEventId: 1, lastEventId: 0, events: "" };
};

const texts = (...groups: HistoryEvent[][]): string[] => splitEvents(chunkOf(...groups));

const parsed = (...events: HistoryEvent[]): unknown[] => texts(events).map((text) => JSON.parse(text));

/** As JSON.stringify writes it. */
const expected = ({ detailsKey, details: of, ...event }: HistoryEvent): string =>
  JSON.stringify(detailsKey === undefined ? event : { ...event, [detailsKey]: of });

describe("the text of history events", () => {
  it("is one JSON object for each, with the details under their name", () => {
    expect(parsed(entered(1, "A", "{}"), event(2, "MapStateFailed"))).toEqual([
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
    expect(texts([event(1, "ActivityScheduled", "d", scheduled)])[0]).not.toContain("heartbeat");
    const assigned = JSON.parse('{"__proto__":"1","a\\"b":"2"}');
    const exited = details.stateExited("A", "1", assigned);
    expect(texts([event(1, "PassStateExited", "stateExitedEventDetails", exited)])[0]).toContain(
      String.raw`"assignedVariables":{"__proto__":"1","a\"b":"2"}`,
    );
  });

  it("holds what is said again once", () => {
    const payload = JSON.stringify("x".repeat(1000));
    const { events } = chunkOf([
      event(1, "ExecutionStarted", "executionStartedEventDetails", { input: payload }),
      entered(2, "A", payload),
      event(3, "ExecutionSucceeded", "executionSucceededEventDetails", details.executionSucceeded(payload)),
    ]);
    expect(events.match(/x{1000}/g)).toHaveLength(1);
  });

  it("is as JSON.stringify writes it, whatever payloads and names are, and which event follows which", () => {
    const text = fc.string({ unit: "binary", maxLength: 20 });
    const payload = fc.oneof(fc.constantFrom("{}", "[1]", '"\\n"', "\ud800", "", '""'), text);
    const of = fc.oneof(
      fc.record({
        key: fc.constant("stateEnteredEventDetails"),
        type: fc.constant("PassStateEntered"),
        name: text,
        payload,
      }),
      fc.record({
        key: fc.constant("stateExitedEventDetails"),
        type: fc.constant("MapStateExited"),
        name: text,
        payload,
      }),
      fc.record({ key: fc.constant("otherDetails"), type: fc.constant("Other"), name: text, payload }),
    );
    const anEvent = fc.record({
      of,
      follows: fc.option(fc.nat(9)),
      timestamp: fc.constantFrom(0, 1.5, 1767225600.125),
    });
    fc.assert(
      fc.property(
        fc.array(fc.array(anEvent, { maxLength: 6 }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 30 }),
        (groups, first) => {
          let id = first;
          const events = groups.map((group) =>
            group.map(({ of: { key, type, name, payload: text }, follows, timestamp }): HistoryEvent => {
              const of =
                key === "stateEnteredEventDetails"
                  ? details.stateEntered(name, text)
                  : key === "stateExitedEventDetails"
                    ? details.stateExited(name, text, undefined)
                    : { resource: name, ...details.output(text) };
              const previousEventId = follows ?? id - 1;
              return { timestamp, type, id: id++, previousEventId, detailsKey: key, details: of };
            }),
          );
          if (id === first) return;
          expect(texts(...events)).toEqual(events.flat().map(expected));
        },
      ),
    );
  });

  it("can be cut after every so many events", () => {
    const events = Array.from({ length: 3 * EVENTS_OF_A_PART + 7 }, (_, index) => entered(index + 5, "A", "[1]"));
    const whole = chunkOf(events.slice(0, 100), events.slice(100));
    const lines = whole.events.split("\n");
    const parts = [];
    for (let at = 0; at < lines.length; at += EVENTS_OF_A_PART) {
      const some = lines.slice(at, at + EVENTS_OF_A_PART);
      parts.push({ firstEventId: 5 + at, lastEventId: 5 + at + some.length - 1, events: some.join("\n") });
    }
    expect(parts.flatMap(splitEvents)).toEqual(events.map(expected));
  });

  it("of the first versions is read, too", () => {
    const lines = [entered(1, "A", "{}"), event(2, "MapStateFailed")].map(expected);
    expect(splitEvents({ firstEventId: 1, lastEventId: 2, events: lines.join("\n") })).toEqual(lines);
  });
});
