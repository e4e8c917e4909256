import { type Engine, ServiceError } from "@pawl/engine";
import { compileInput } from "./request-model/check.js";
import type { InputOf, OperationName } from "./request-model/inputs.js";

/** What an operation may know of the request besides its input. */
export interface Caller {
  /** The X-Amzn-Trace-Id header, where the request has one. */
  readonly traceId: string | undefined;
  /** Aborted when the caller goes away or the server closes. Asking for it is what makes it: only long polls do. */
  signal(): AbortSignal;
}

/** One operation of the API. */
export interface Operation {
  readonly name: OperationName;
  /** Input members that are refused when they are given. */
  readonly unsupported: readonly string[];
  /**
   * Answers a request: the body parsed, but not checked, in; JSON text out.
   * @throws ServiceError the answer where the request cannot be served
   */
  run(engine: Engine, body: unknown, caller: Caller): string | Promise<string>;
}

/** Makes an operation of what answers its checked input. */
export function operation<Name extends OperationName>(
  name: Name,
  answer: (engine: Engine, input: InputOf<Name>, caller: Caller) => string | Promise<string>,
  { unsupported = [] }: { readonly unsupported?: readonly (keyof InputOf<Name> & string)[] } = {},
): Operation {
  const check = compileInput(name);
  if (unsupported.length === 0) {
    return { name, unsupported, run: (engine, body, caller) => answer(engine, check(body), caller) };
  }
  return {
    name,
    unsupported,
    run: (engine, body, caller) => {
      const input = check(body);
      for (const member of unsupported) {
        // `publish: false` says what would happen anyway.
        if (input[member] !== undefined && input[member] !== false) {
          throw new ServiceError("ValidationException", `${name} does not support the parameter '${member}' yet`);
        }
      }
      return answer(engine, input, caller);
    },
  };
}
