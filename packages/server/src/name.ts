import { ServiceError } from "@pawl/engine";

/**
 * What the name of a state machine, an execution or an activity must not hold: white space, brackets, wildcards, special
 * and control characters, lone surrogates, non-characters
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html).
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const forbidden = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff\ud800-\udfff\u{10ffff}]/u;

/** True where a name is fit for a new resource; its length is the request model's. */
export function isValidName(name: string): boolean {
  return !forbidden.test(name);
}

/** The service's answer to a name that is not. */
export function invalidName(name: string): ServiceError {
  return new ServiceError("InvalidName", `Invalid Name: '${name}'`);
}
