import type { TestStateRequest, TestStateResult } from "../src/index.js";
import { openTestEngine, type TestEngineOptions } from "./test-engine.js";

/** A request whose JSON texts may be given as values. */
export type StateTest = Omit<TestStateRequest, "definition" | "input" | "variables" | "context" | "mock"> & {
  readonly definition: object | string;
  readonly input?: unknown;
  readonly variables?: unknown;
  readonly context?: unknown;
  readonly mock?: Omit<NonNullable<TestStateRequest["mock"]>, "result"> & { readonly result?: unknown };
};

export function requestOf({ definition, input, variables, context, mock, ...rest }: StateTest): TestStateRequest {
  return {
    ...rest,
    definition: textOf(definition),
    ...(input === undefined ? {} : { input: textOf(input) }),
    ...(variables === undefined ? {} : { variables: textOf(variables) }),
    ...(context === undefined ? {} : { context: textOf(context) }),
    ...(mock === undefined ? {} : { mock: mockOf(mock) }),
  };
}

function mockOf({ result, ...rest }: NonNullable<StateTest["mock"]>): NonNullable<TestStateRequest["mock"]> {
  return result === undefined ? rest : { ...rest, result: textOf(result) };
}

/** A text is given as it is. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Tests a state in an engine of its own. */
export async function testState(test: StateTest, options: TestEngineOptions = {}): Promise<TestStateResult> {
  const { engine } = await openTestEngine(options);
  return engine.testState(requestOf(test), new AbortController().signal);
}

/** What is told at DEBUG, with the texts parsed. */
export async function inspected(test: StateTest): Promise<Record<string, unknown>> {
  const { inspectionData = { input: "null" } } = await testState({ inspectionLevel: "DEBUG", ...test });
  return Object.fromEntries(
    Object.entries(inspectionData).map(([name, value]) => [
      name,
      typeof value === "string" ? JSON.parse(value) : value,
    ]),
  );
}

/** `code: message` of what refuses the request. */
export async function refusalOf(test: StateTest): Promise<string> {
  try {
    return `not refused: ${JSON.stringify(await testState(test))}`;
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    return `${code}: ${message}`;
  }
}

export const roleArn = "arn:aws:iam::123456789012:role/role";
