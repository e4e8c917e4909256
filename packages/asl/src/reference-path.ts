import { isObject, type Json, withMember } from "./json.js";
import { parseJsonPath } from "./jsonpath/parse-path.js";
import { PathSyntaxError } from "./jsonpath/path-syntax-error.js";
import { shownJson } from "./shown-json.js";
import { StatesError } from "./states-error.js";

/** A Reference Path (spec, "Reference Paths"): it names one place by members and indexes, to be written. */
export interface ReferencePath {
  readonly text: string;
  /**
   * The target with `value` at the path: members that are missing on the way are created as objects, indexes must exist.
   * The target stays as it is; what lies beside the path is shared with the result.
   * @throws StatesError `States.ReferencePathConflict` where the path cannot be applied to the target. The specification
   *   calls this States.ResultPathMatchFailure; executions of the service end with the other name and these causes
   *   (https://github.com/cdklabs/construct-hub/pull/459, https://qiita.com/tsubasaogawa/items/4fe341bdb6ae7d2fd8ee).
   */
  write(target: Json, value: Json): Json;
}

/** @throws PathSyntaxError where the text is not a Reference Path. */
export function parseReferencePath(text: string): ReferencePath {
  const steps = parseJsonPath(text).segments.map((segment) => {
    if (segment.kind === "member") return segment.name;
    if (segment.kind === "index" && segment.index >= 0) return segment.index;
    throw new PathSyntaxError(`'${text}' does not name one place by members and indexes`);
  });
  if (steps.length === 0) return { text, write: (_target, value) => value };
  return {
    text,
    write(target, value) {
      if (!Array.isArray(target) && !isObject(target)) {
        throw conflict(`Unable to apply ReferencePath ${text} to input ${shownJson(target)}`);
      }
      return put(target, steps, 0, value);
    },
  };
}

function put(place: Json | undefined, steps: readonly (string | number)[], position: number, value: Json): Json {
  const step = steps[position];
  if (step === undefined) return value;
  if (typeof step === "number") {
    if (!Array.isArray(place) || step >= place.length) throw stepConflict(step, place);
    return place.with(step, put(place[step], steps, position + 1, value));
  }
  if (place !== undefined && !isObject(place)) throw stepConflict(step, place);
  const there = place !== undefined && Object.hasOwn(place, step) ? place[step] : undefined;
  return withMember(place ?? {}, step, put(there, steps, position + 1, value));
}

function stepConflict(step: string | number, place: Json | undefined): StatesError {
  return conflict(`Unable to apply step "${step}" to input ${shownJson(place ?? null)}`);
}

function conflict(cause: string): StatesError {
  return new StatesError("States.ReferencePathConflict", cause);
}
