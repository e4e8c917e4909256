import { ServiceError } from "@pawl/engine";
import { type InputOf, inputs, type OperationName } from "./inputs.js";
import type { ListShape, NumberShape, Shape, StructureShape, TextShape } from "./shape.js";

/**
 * Checks a value that is neither null nor absent. Adds a sentence to `faults` for each limit it breaks; throws
 * SerializationException where it has the wrong JSON type, which comes before all limits.
 */
type Check = (value: unknown, path: string, faults: string[]) => void;

/** So that a request with a hundred thousand faults does not get an answer of that size. */
const mostFaults = 10;

/**
 * The check of an operation's input: takes a parsed request body and gives it back as the input, with optional members
 * that were null set to undefined. Members that the model does not know stay where they are and are never read.
 * @throws ServiceError SerializationException, ValidationException
 */
export function compileInput<Name extends OperationName>(operation: Name): (body: unknown) => InputOf<Name> {
  const check = compileStructure(inputs[operation]);
  return (body) => {
    const faults: string[] = [];
    check(body, "", faults);
    if (faults.length > 0) {
      throw validationErrors(faults);
    }
    return body as InputOf<Name>;
  };
}

/** "1 validation error detected: …", as the service words the faults of a request. */
export function validationErrors(faults: readonly string[]): ServiceError {
  const errors = faults.length === 1 ? "error" : "errors";
  return new ServiceError(
    "ValidationException",
    `${faults.length} validation ${errors} detected: ${faults.join("; ")}`,
  );
}

function compile(shape: Shape): Check {
  switch (shape.kind) {
    case "text":
      return compileText(shape);
    case "integer":
    case "long":
    case "float":
      return compileNumber(shape);
    case "boolean":
      return (value) => {
        if (typeof value !== "boolean") {
          throw wrongType(value, "a Boolean");
        }
      };
    case "list":
      return compileList(shape);
    case "structure":
      return compileStructure(shape);
  }
}

function compileText(shape: TextShape): Check {
  const { min = 0, max = Number.MAX_SAFE_INTEGER, maxBytes, pattern, expression, values } = shape;
  return (value, path, faults) => {
    if (typeof value !== "string") {
      throw wrongType(value, "a String");
    }
    if (value.length < min) {
      faults.push(sentence(shape, value, path, `Member must have length greater than or equal to ${min}`));
    }
    if (value.length > max) {
      faults.push(sentence(shape, value, path, `Member must have length less than or equal to ${max}`));
    }
    if (maxBytes !== undefined && isLonger(value, maxBytes)) {
      const limit = `Member must have size less than or equal to ${maxBytes} bytes in UTF-8 encoding`;
      faults.push(sentence(shape, value, path, limit));
    }
    if (expression !== undefined && !expression.test(value)) {
      faults.push(sentence(shape, value, path, `Member must satisfy regular expression pattern: ${pattern}`));
    }
    if (values !== undefined && !values.includes(value)) {
      faults.push(sentence(shape, value, path, `Member must satisfy enum value set: [${values.join(", ")}]`));
    }
  };
}

/** Counts bytes only where the number of characters leaves it open. */
function isLonger(text: string, maxBytes: number): boolean {
  return text.length > maxBytes || (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes);
}

const numberTypes = { integer: "an Integer", long: "a Long", float: "a Float" } as const;

function compileNumber(shape: NumberShape): Check {
  const { kind, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = shape;
  return (value, path, faults) => {
    if (typeof value !== "number" || (kind !== "float" && !Number.isInteger(value))) {
      throw wrongType(value, numberTypes[kind]);
    }
    if (value < min) {
      faults.push(sentence(shape, value, path, `Member must have value greater than or equal to ${min}`));
    }
    if (value > max) {
      faults.push(sentence(shape, value, path, `Member must have value less than or equal to ${max}`));
    }
  };
}

function compileList(shape: ListShape): Check {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = shape;
  const checkItem = compile(shape.of);
  return (value, path, faults) => {
    if (!Array.isArray(value)) {
      throw typeof value === "object" ? wrongType(value, "a List") : serializationError("Expected list or null");
    }
    if (value.length < min) {
      faults.push(sentence(shape, value, path, `Member must have length greater than or equal to ${min}`));
    }
    if (value.length > max) {
      faults.push(sentence(shape, value, path, `Member must have length less than or equal to ${max}`));
    }
    for (let index = 0; index < value.length && faults.length < mostFaults; index++) {
      const itemPath = `${path}.${index + 1}.member`;
      if (value[index] === null) {
        faults.push(missing(shape.of, itemPath));
      } else {
        checkItem(value[index], itemPath, faults);
      }
    }
  };
}

function compileStructure(shape: StructureShape): Check {
  const members = Object.entries(shape.members).map(([name, member]) => ({
    name,
    member,
    check: compile(member),
    required: shape.required.includes(name),
  }));
  return (value, path, faults) => {
    if (typeof value !== "object" || value === null) {
      // The service says nothing more of a body that is no object, and this of a member.
      throw serializationError(path === "" ? "" : "Expected null");
    }
    if (Array.isArray(value)) {
      throw wrongType(value, "a Structure");
    }
    const object = value as Record<string, unknown>;
    for (const { name, member, check, required } of members) {
      const memberValue = object[name];
      if (memberValue !== undefined && memberValue !== null) {
        check(memberValue, path === "" ? name : `${path}.${name}`, faults);
      } else if (required) {
        faults.push(missing(member, path === "" ? name : `${path}.${name}`));
      } else if (memberValue === null) {
        object[name] = undefined;
      }
    }
  };
}

function sentence(shape: Shape, value: unknown, path: string, constraint: string): string {
  const shown = isSensitive(shape) ? "Value" : `Value '${show(shape, value)}'`;
  return `${shown} at '${path}' failed to satisfy constraint: ${constraint}`;
}

function missing(shape: Shape, path: string): string {
  const shown = isSensitive(shape) ? "Value" : "Value null";
  return `${shown} at '${path}' failed to satisfy constraint: Member must not be null`;
}

function isSensitive(shape: Shape): boolean {
  return shape.kind === "text" && shape.sensitive === true;
}

/** A value as Java prints it, which is how the service shows it. */
function show(shape: Shape, value: unknown): string {
  if (value === undefined || value === null) {
    return "null";
  }
  if (shape.kind === "list" && Array.isArray(value)) {
    return `[${value.map((item) => show(shape.of, item)).join(", ")}]`;
  }
  if (shape.kind === "structure") {
    const members = Object.entries(shape.members).map(
      ([name, member]) => `${name}=${show(member, (value as Record<string, unknown>)[name])}`,
    );
    return `${shape.name}(${members.join(", ")})`;
  }
  return shape.kind === "float" && Number.isInteger(value) ? `${value}.0` : String(value);
}

function wrongType(value: unknown, wanted: string): ServiceError {
  if (Array.isArray(value)) {
    return serializationError("Start of list found where not expected");
  }
  if (typeof value === "object") {
    return serializationError("Start of structure or map found where not expected.");
  }
  const token =
    typeof value === "number"
      ? Number.isInteger(value)
        ? "NUMBER_VALUE"
        : "DECIMAL_VALUE"
      : typeof value === "boolean"
        ? `${String(value).toUpperCase()}_VALUE`
        : "STRING_VALUE";
  return serializationError(`${token} can not be converted to ${wanted}`);
}

/** A request that is not what the protocol says; the service often says no more than that. */
export function serializationError(message = ""): ServiceError {
  return new ServiceError("SerializationException", message);
}
