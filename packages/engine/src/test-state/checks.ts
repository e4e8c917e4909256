import { ServiceError } from "../service-error.js";
import type { TestStateRequest } from "./request.js";
import { type Subject, waitsForOutside } from "./subject.js";

/** Which members of a request go together. The sentences are the service's, or follow them. */

/** What is wrong whatever state is tested. @throws ServiceError ValidationException */
export function checkMembers({ mock, revealSecrets, context, stateConfiguration = {} }: TestStateRequest): void {
  if (mock !== undefined) {
    if ((mock.result === undefined) === (mock.errorOutput === undefined)) {
      throw refusal("A test mock should have only one of the following fields: [result, errorOutput].");
    }
    if (mock.errorOutput !== undefined && mock.errorOutput.error === undefined) {
      throw refusal("A mocked errorOutput must have the field: [error].");
    }
    if (revealSecrets) throw refusal("TestState does not support RevealSecrets when a mock is specified.");
    return;
  }
  const { retrierRetryCount, errorCausedByState, mapIterationFailureCount, mapItemReaderData } = stateConfiguration;
  const members = {
    Context: context,
    RetrierRetryCount: retrierRetryCount,
    ErrorCausedByState: errorCausedByState,
    MapIterationFailureCount: mapIterationFailureCount,
    MapItemReaderData: mapItemReaderData,
  };
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined) throw refusal(`TestState does not support ${name} when a mock is not specified.`);
  }
}

/** What is wrong for this state. @throws ServiceError ValidationException, InvalidDefinition */
export function checkSubject({ mock, roleArn, stateConfiguration }: TestStateRequest, subject: Subject): void {
  const { state, nested } = subject;
  const cause = stateConfiguration?.errorCausedByState;
  if (mock !== undefined) {
    if (state.type !== "Task" && state.type !== "Map" && state.type !== "Parallel") {
      throw refusal(`State type '${state.type}' is not supported when a mock is specified`);
    }
    if (cause !== undefined && !nested.has(cause)) throw refusal("State not found in definition");
    return;
  }
  if (state.type === "Map" || state.type === "Parallel") {
    const types = "[Task, Wait, Pass, Succeed, Fail, Choice]";
    const message = `TestState API does not support Map or Parallel states. Supported state types include: ${types}`;
    throw new ServiceError("InvalidDefinition", message);
  }
  if (state.type !== "Task") return;
  if (state.resource.kind === "activity") {
    throw refusal("TestState does not support Activity tasks when a mock is not specified.");
  }
  if (waitsForOutside(state)) {
    const patterns = "'.sync' or '.waitForTaskToken' service integration patterns";
    throw refusal(`TestState does not support ${patterns} when a mock is not specified.`);
  }
  if (roleArn === undefined) throw refusal("RoleArn must be specified when testing a Task state");
}

export function refusal(message: string): ServiceError {
  return new ServiceError("ValidationException", message);
}
