import { isObject, type JsonObject } from "@pawl/asl";
import { type TaskError, type TaskRequest, unusableParameters } from "../task-handler.js";
import { textOf } from "./form.js";

const METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];

/** The parameters of a task that makes an HTTP request; what is wrong with them is told in the service's words. */
export class CallParameters {
  readonly given: JsonObject;
  readonly #request: TaskRequest;

  constructor(request: TaskRequest) {
    const { parameters } = request;
    this.#request = request;
    this.given = isObject(parameters) ? parameters : {};
  }

  /** The error that stands for a fault. */
  wrong(what: string): TaskError {
    return unusableParameters(this.#request, what);
  }

  invalid(name: string): TaskError {
    return this.wrong(`The value of the field '${name}' has an invalid format`);
  }

  /** @throws TaskError where it is missing or none */
  method(): string {
    const { Method: method } = this.given;
    if (method === undefined) throw this.wrong("The field 'Method' is required but was missing");
    if (typeof method !== "string" || !METHODS.includes(method)) throw this.invalid("Method");
    return method;
  }

  /** The host or address that is to be called. @throws TaskError where it is missing or no text */
  endpoint(): string {
    const { ApiEndpoint: endpoint } = this.given;
    if (endpoint === undefined) throw this.wrong("The field 'ApiEndpoint' is required but was missing");
    if (typeof endpoint !== "string") throw this.invalid("ApiEndpoint");
    return endpoint;
  }

  /** A member that is an object; empty where it is absent. @throws TaskError where it is something else */
  object(name: string): JsonObject {
    const { [name]: value = null } = this.given;
    if (value === null) return {};
    if (!isObject(value)) throw this.invalid(name);
    return value;
  }

  /** @throws TaskError where a header is one that the service sets itself, or cannot be sent */
  checkHeader(name: string, values: readonly string[], refused: RegExp): void {
    if (refused.test(name)) throw this.wrong(`The field 'Headers' cannot have the header '${name}'`);
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || values.some((value) => /[^\t\x20-\x7e\x80-\xff]/.test(value))) {
      throw this.invalid("Headers");
    }
  }

  /** A member whose members are lists of texts. @throws TaskError where they are not */
  lists(name: string): (readonly [string, string[]])[] {
    return Object.entries(this.object(name)).map(([key, list]) => {
      if (!Array.isArray(list)) throw this.invalid(name);
      return [key, list.map(textOf)] as const;
    });
  }
}
