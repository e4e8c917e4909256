import { readFileSync, statSync } from "node:fs";
import { ServiceError } from "../service-error.js";
import { answerTo, type MockConfiguration, type MockedAnswer, parseMockConfiguration } from "./mock-configuration.js";
import type { MockedCall } from "./mocked-call.js";

/** The test cases of a mock configuration file. A file that was changed is read again before the next use. */
export class Mocks {
  readonly #file: string;
  #configuration: MockConfiguration = { stateMachines: new Map() };
  #version: string | undefined;

  /**
   * @param file such as `MockConfigFile.json`
   * @throws Error in one sentence where it cannot be read or is wrong
   */
  constructor(file: string) {
    this.#file = file;
    this.#read();
  }

  /** @throws ServiceError ValidationException where there is no such test case, or the file has become wrong */
  checkTestCase(stateMachineName: string, testCase: string): void {
    try {
      this.#read();
    } catch (error) {
      throw new ServiceError("ValidationException", (error as Error).message);
    }
    const testCases = this.#configuration.stateMachines.get(stateMachineName);
    if (testCases?.has(testCase) === true) return;
    const known = [...(testCases?.keys() ?? [])].join(", ");
    throw new ServiceError(
      "ValidationException",
      `${this.#file} has no test case '${testCase}' for the state machine '${stateMachineName}'${known === "" ? "" : `; it has ${known}`}`,
    );
  }

  /** True where the calls of the state are answered from the file. */
  isMocked(stateMachineName: string, testCase: string, state: string): boolean {
    return this.#response(stateMachineName, testCase, state) !== undefined;
  }

  /**
   * What a call of a state answers.
   * @param call how many calls of the state the execution has made before
   */
  answer({ stateMachineName, testCase, state, call }: MockedCall): MockedAnswer {
    const response = this.#response(stateMachineName, testCase, state);
    const answer = response === undefined ? undefined : answerTo(response, call);
    if (answer !== undefined) return answer;
    const cause = `${this.#file} has no answer to call ${call} of the state '${state}' in the test case '${testCase}' of '${stateMachineName}'`;
    return { kind: "throw", error: "States.Runtime", cause };
  }

  #response(stateMachineName: string, testCase: string, state: string) {
    return this.#configuration.stateMachines.get(stateMachineName)?.get(testCase)?.get(state);
  }

  #read(): void {
    let version: string;
    try {
      const { mtimeMs, size } = statSync(this.#file);
      version = `${mtimeMs} ${size}`;
      if (version === this.#version) return;
      this.#configuration = parseMockConfiguration(readFileSync(this.#file, "utf8"));
    } catch (error) {
      throw new Error(`The mock configuration ${this.#file} cannot be used: ${(error as Error).message}`);
    }
    this.#version = version;
  }
}

/** The ARN of a state machine without the test case that stands behind `#`, and that. */
export function splitTestCase(stateMachineArn: string): { readonly arn: string; readonly testCase?: string } {
  const sign = stateMachineArn.indexOf("#");
  if (sign < 0) return { arn: stateMachineArn };
  return { arn: stateMachineArn.slice(0, sign), testCase: stateMachineArn.slice(sign + 1) };
}
