import { randomUUID } from "node:crypto";
import { isNumber, isObject, type Json, type JsonObject, parseJson, type State } from "@pawl/asl";
import { type Home, stateMachineArn } from "../arn.js";
import { waitsForToken } from "../transition/task.js";
import { refusal } from "./checks.js";
import type { TestStateRequest } from "./request.js";
import { type Subject, waitsForOutside } from "./subject.js";

/** The members that a context object may be given, and what they must be. */
const MEMBERS: Readonly<Record<string, Readonly<Record<string, "string" | "number" | "any">>>> = {
  Execution: {
    Id: "string",
    Input: "any",
    Name: "string",
    RoleArn: "string",
    StartTime: "string",
    RedriveCount: "number",
    RedriveTime: "string",
  },
  State: { EnteredTime: "string", Name: "string", RetryCount: "number" },
  StateMachine: { Id: "string", Name: "string" },
  Task: { Token: "string" },
};

/**
 * The members of a context object that a request gives.
 * @throws ServiceError ValidationException where the object cannot be that of the state
 */
export function readContext(text: string, state: State): JsonObject {
  let context: Json;
  try {
    context = parseJson(text);
  } catch {
    throw invalid("Context object must be valid JSON");
  }
  if (!isObject(context)) throw invalid("Context object must be a JSON object");
  if (Object.hasOwn(context, "Map")) throw invalid("'Map' field is not supported when mocking a Context object");
  for (const [name, value] of Object.entries(context)) {
    const members = Object.hasOwn(MEMBERS, name) ? MEMBERS[name] : undefined;
    if (members === undefined) throw invalid(`Field '${name}' is not allowed`);
    if (!isObject(value)) throw invalid(`${name} must be an object`);
    for (const [member, given] of Object.entries(value)) {
      const type = Object.hasOwn(members, member) ? members[member] : undefined;
      if (type === undefined) throw invalid(`Field '${member}' is not allowed`);
      const fits = type === "number" ? isNumber(given) : type === "any" || typeof given === type;
      if (!fits) throw invalid(`${name}.${member} must be a ${type}`);
    }
  }
  if (Object.hasOwn(context, "Task") && !waitsForOutside(state)) {
    throw invalid(
      "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern",
    );
  }
  return context;
}

function invalid(fault: string) {
  return refusal(`Invalid Context object provided: ${fault}`);
}

/** What a test is made of, as its context object tells it. */
export interface TestFacts {
  readonly home: Home;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly input: Json;
}

/**
 * The context object of a test: that of an express execution which began with the state. Members that the request gives
 * stand in place of these.
 */
export function contextOf(
  { roleArn, context, stateConfiguration }: TestStateRequest,
  { state, isIterated }: Subject,
  { home, now, input }: TestFacts,
): JsonObject {
  const time = new Date(now).toISOString();
  const machine = stateMachineArn(home, randomUUID());
  const name = randomUUID();
  const isGuarded = state.type === "Task" || state.type === "Map" || state.type === "Parallel";
  return {
    Execution: {
      // The service's has no part that tells starts of the same name apart.
      Id: `${machine.replace(":stateMachine:", ":express:")}:${name}`,
      Input: input,
      Name: name,
      RoleArn: roleArn ?? null,
      StartTime: time,
    },
    StateMachine: { Id: machine, Name: machine.split(":").at(-1) ?? "" },
    State: {
      // Whatever the state is called in its machine.
      Name: "StateName",
      EnteredTime: time,
      ...(isGuarded ? { RetryCount: stateConfiguration?.retrierRetryCount ?? 0 } : {}),
    },
    ...(state.type === "Task" && waitsForToken(state) ? { Task: { Token: randomUUID() } } : {}),
    // A given context cannot hold a Map, and then has none.
    ...(isIterated && context === undefined ? { Map: { Item: { Index: 0, Value: input } } } : {}),
    ...(context === undefined ? {} : readContext(context, state)),
  };
}
