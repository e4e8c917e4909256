import { isObject, type Json, type JsonObject, parseJson } from "@pawl/asl";

/**
 * A file of mocked service integrations, as AWS's Step Functions Local reads it: what the tasks of a state machine answer in
 * each of its test cases (https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-mock-cfg-file.html).
 */
export interface MockConfiguration {
  /** By the name of the state machine, then of the test case, then of the state. */
  readonly stateMachines: ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, MockedResponse>>>;
}

/** What the calls of a state answer, by their number. */
export interface MockedResponse {
  readonly name: string;
  readonly answers: readonly NumberedAnswer[];
}

interface NumberedAnswer {
  /** The first and the last call that it is for; calls are counted from 0. */
  readonly from: number;
  readonly to: number;
  readonly answer: MockedAnswer;
}

export type MockedAnswer =
  | { readonly kind: "return"; readonly value: Json }
  | { readonly kind: "throw"; readonly error: string; readonly cause: string | undefined };

/** Says what is wrong with a mock configuration, and where in it. */
export class MockConfigurationError extends Error {
  constructor(place: readonly string[], fault: string) {
    super(`${place.join(" → ") || "the top level"}: ${fault}`);
    this.name = "MockConfigurationError";
  }
}

/** @throws MockConfigurationError, SyntaxError where it is no JSON */
export function parseMockConfiguration(text: string): MockConfiguration {
  const configuration = objectAt([], parseJson(text));
  onlyMembers([], configuration, ["StateMachines", "MockedResponses"]);
  const responses = new Map<string, MockedResponse>();
  for (const [name, response] of membersAt(["MockedResponses"], configuration.MockedResponses)) {
    responses.set(name, parseResponse(name, response));
  }
  const stateMachines = new Map<string, ReadonlyMap<string, ReadonlyMap<string, MockedResponse>>>();
  for (const [machine, settings] of membersAt(["StateMachines"], configuration.StateMachines)) {
    const place = ["StateMachines", machine];
    const object = objectAt(place, settings);
    onlyMembers(place, object, ["TestCases"]);
    const testCases = new Map<string, ReadonlyMap<string, MockedResponse>>();
    for (const [testCase, states] of membersAt([...place, "TestCases"], object.TestCases)) {
      testCases.set(testCase, parseStates([...place, "TestCases", testCase], states, responses));
    }
    stateMachines.set(machine, testCases);
  }
  return { stateMachines };
}

/** The answer to a call of a state. Undefined where the file has none for that number. */
export function answerTo(response: MockedResponse, call: number): MockedAnswer | undefined {
  return response.answers.find(({ from, to }) => from <= call && call <= to)?.answer;
}

function parseStates(
  place: readonly string[],
  states: Json,
  responses: ReadonlyMap<string, MockedResponse>,
): ReadonlyMap<string, MockedResponse> {
  const parsed = new Map<string, MockedResponse>();
  for (const [state, name] of membersAt(place, states)) {
    const response = typeof name === "string" ? responses.get(name) : undefined;
    if (response === undefined) {
      throw new MockConfigurationError(
        [...place, state],
        `it must name one of MockedResponses, which are ${[...responses.keys()].join(", ") || "none"}`,
      );
    }
    parsed.set(state, response);
  }
  return parsed;
}

function parseResponse(name: string, response: Json): MockedResponse {
  const answers: NumberedAnswer[] = [];
  for (const [calls, answer] of membersAt(["MockedResponses", name], response)) {
    const place = ["MockedResponses", name, calls];
    const [, first, last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(calls) ?? [];
    if (first === undefined || Number(last) < Number(first)) {
      throw new MockConfigurationError(place, 'the number of a call ("0") or a range of them ("1-2") is expected');
    }
    const [from, to] = [Number(first), Number(last)];
    const other = answers.find((known) => from <= known.to && known.from <= to);
    if (other !== undefined) throw new MockConfigurationError(place, "it overlaps with another range of this response");
    answers.push({ from, to, answer: parseAnswer(place, answer) });
  }
  return { name, answers };
}

function parseAnswer(place: readonly string[], json: Json): MockedAnswer {
  const answer = objectAt(place, json);
  onlyMembers(place, answer, ["Return", "Throw"]);
  const [member, ...others] = Object.keys(answer);
  if (member === undefined || others.length > 0) {
    throw new MockConfigurationError(place, "it must have either Return or Throw");
  }
  if (member === "Return") return { kind: "return", value: answer.Return ?? null };
  const thrown = objectAt([...place, "Throw"], answer.Throw);
  onlyMembers([...place, "Throw"], thrown, ["Error", "Cause"]);
  const { Error: error, Cause: cause } = thrown;
  if (typeof error !== "string") throw new MockConfigurationError([...place, "Throw"], "Error must be a string");
  if (cause !== undefined && typeof cause !== "string") {
    throw new MockConfigurationError([...place, "Throw"], "Cause must be a string");
  }
  return { kind: "throw", error, cause };
}

/** None where the member is absent. */
function membersAt(place: readonly string[], json: Json | undefined): [string, Json][] {
  return json === undefined ? [] : Object.entries(objectAt(place, json));
}

function objectAt(place: readonly string[], json: Json | undefined): JsonObject {
  if (!isObject(json)) throw new MockConfigurationError(place, "a JSON object is expected");
  return json;
}

function onlyMembers(place: readonly string[], object: JsonObject, allowed: readonly string[]): void {
  for (const member of Object.keys(object)) {
    // Comments are as welcome as they are in definitions.
    if (member === "Comment" || allowed.includes(member)) continue;
    throw new MockConfigurationError([...place, member], `it can only have ${allowed.join(", ")} and Comment`);
  }
}
