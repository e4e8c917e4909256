import { isObject, type Json, printJson } from "@pawl/asl";
import type { MockedCall } from "../mocks/mocked-call.js";
import type { Mocks } from "../mocks/mocks.js";
import { TaskError, type TaskHandler, type TaskRequest } from "./task-handler.js";

/** Answers what the mock configuration says instead of calling. */
export function mockedTask(mocks: Mocks): (request: TaskRequest, call: MockedCall) => ReturnType<TaskHandler> {
  return async ({ resource, submitted }, call) => {
    const answer = mocks.answer(call);
    const isSubmission = resource.kind === "service" && resource.pattern !== "" && submitted === undefined;
    if (answer.kind === "throw") {
      // The error is that of the job or of the callback, which come after the submission.
      if (isSubmission) return "{}";
      throw new TaskError(answer.error, answer.cause);
    }
    // What a function returns is the payload of its invocation.
    const isFunction = resource.kind === "lambda";
    return printJson(isFunction ? payloadOf(answer.value) : answer.value);
  };
}

function payloadOf(value: Json): Json {
  return isObject(value) && Object.hasOwn(value, "Payload") ? (value.Payload ?? null) : value;
}
