import { isObject, type Json, type JsonObject, objectOf } from "../json.js";
import { isDefinite, type JsonPath, type Parameter, type Segment } from "./ast.js";
import { compileFilter } from "./compile-filter.js";
import type { Evaluation } from "./evaluation.js";
import { PATH_FUNCTIONS } from "./functions.js";
import { memberReader, membersReader } from "./members.js";
import { PathMiss } from "./path-miss.js";

/**
 * A compiled path: what stands there, undefined where a definite path finds nothing. An indefinite path gives an array,
 * undefined where the places before its first indefinite segment are missing.
 * @param start the item for a path on `@`, the document for a path on `$`
 * @throws PathMiss from a path function; StatesError where the work is too much.
 */
export type Find = (start: Json, evaluation: Evaluation) => Json | undefined;

/** Puts what a rest of a path finds at a place into the results. */
type Visit = (place: Json, evaluation: Evaluation, results: Results) => void;

interface Results {
  readonly values: Json[];
  /** True once a member was looked for in an object that has none of that name. */
  missing: boolean;
}

/** Compiles a path to closures. */
export function compilePath(path: JsonPath): Find {
  if (isScanOfFunction(path)) return compileScanOfFunction(path);
  return isDefinite(path) ? compileDefinite(path.segments) : compileIndefinite(path.segments, false);
}

/** Compiles the test whether a path finds something, for a filter. */
export function compileExistence(path: JsonPath): (start: Json, evaluation: Evaluation) => boolean {
  const find = isScanOfFunction(path) || isDefinite(path) ? compilePath(path) : compileIndefinite(path.segments, true);
  return (start, evaluation) => {
    try {
      return find(start, evaluation) !== undefined;
    } catch (error) {
      if (error instanceof PathMiss) return false;
      throw error;
    }
  };
}

/** One step of a definite path: undefined where it leads nowhere. */
type Step = (place: Json, evaluation: Evaluation) => Json | undefined;

function compileDefinite(segments: readonly Segment[]): Step {
  const names = segments.map((segment) => (segment.kind === "member" ? segment.name : undefined));
  if (names.every((name) => name !== undefined)) return membersReader(names);
  const steps = segments.map(compileStep);
  return (start, evaluation) => {
    let place: Json = start;
    for (const step of steps) {
      const next = step(place, evaluation);
      if (next === undefined) return undefined;
      place = next;
    }
    return place;
  };
}

function compileStep(segment: Segment): Step {
  switch (segment.kind) {
    case "member":
      return memberReader(segment.name);
    case "members":
      return (place) => (isObject(place) ? pick(place, segment.names) : undefined);
    case "index":
      return (place) => (Array.isArray(place) ? place.at(segment.index) : undefined);
    case "function":
      return compileFunction(segment);
    default:
      throw new Error(`A definite path has no segment '${segment.kind}'.`);
  }
}

/** Several members as one object; those that are missing are left out. */
function pick(place: JsonObject, names: readonly string[]): JsonObject {
  const picked: [string, Json][] = [];
  for (const name of names) {
    const value = Object.hasOwn(place, name) ? place[name] : undefined;
    if (value !== undefined) picked.push([name, value]);
  }
  return objectOf(picked);
}

function compileFunction({
  name,
  parameters,
}: Extract<Segment, { kind: "function" }>): (place: Json, evaluation: Evaluation) => Json {
  const apply = PATH_FUNCTIONS[name];
  const readers = parameters.map(compileParameter);
  return (place, evaluation) => {
    const values = readers.map((read) => read(evaluation));
    evaluation.spend(values.reduce<number>((sum, value) => sum + weight(value), weight(place)));
    return apply(place, values);
  };
}

/** The work that a function has with a value. */
function weight(value: Json): number {
  return typeof value === "string" || Array.isArray(value) ? value.length : 1;
}

function compileParameter(parameter: Parameter): (evaluation: Evaluation) => Json {
  if (parameter.kind === "literal") return () => parameter.value;
  const find = compilePath(parameter.path);
  return (evaluation) => {
    const value = find(evaluation.document, evaluation);
    if (value === undefined) throw new PathMiss("No results for the path of a parameter");
    return value;
  };
}

/** `$..a.sum()`: Jayway turns it round to `$.sum($..a)`; for the length it counts what the places hold. */
function isScanOfFunction({ segments }: JsonPath): boolean {
  return segments[0]?.kind === "scan" && segments.at(-1)?.kind === "function";
}

function compileScanOfFunction({ segments }: JsonPath): Find {
  const last = segments.at(-1);
  if (last?.kind !== "function") throw new Error("The path does not end with a function.");
  const counts = last.name === "length" || last.name === "size";
  const scan = segments.slice(0, -1);
  const find = compileIndefinite(counts ? [...scan, { kind: "wildcard" }] : scan, false);
  const apply = PATH_FUNCTIONS[last.name];
  return (start, evaluation) => apply(evaluation.document, [find(start, evaluation) ?? []]);
}

/** @param strict the path finds nothing as soon as one object lacks a member that it names. */
function compileIndefinite(segments: readonly Segment[], strict: boolean): Find {
  const first = segments.findIndex(({ kind }) => kind !== "member" && kind !== "index" && kind !== "function");
  const prefix = compileDefinite(segments.slice(0, first));
  const applies = applicability(segments[first]);
  const visit = compileVisit(segments, first);
  return (start, evaluation) => {
    const place = prefix(start, evaluation);
    if (place === undefined || !applies(place)) return undefined;
    const results: Results = { values: [], missing: false };
    visit(place, evaluation, results);
    return strict && results.missing ? undefined : results.values;
  };
}

/** What a segment after a definite path must find there; elsewhere a segment passes over what it cannot be applied to. */
function applicability(segment: Segment | undefined): (place: Json) => boolean {
  switch (segment?.kind) {
    case "members":
      return isObject;
    case "indexes":
    case "slice":
      return Array.isArray;
    case "filter":
      return (place) => Array.isArray(place) || isObject(place);
    default:
      return () => true;
  }
}

const collect: Visit = (place, evaluation, results) => {
  evaluation.spend(WORK_OF_RESULT);
  results.values.push(place);
};

/** Results stay in memory. */
const WORK_OF_RESULT = 4;

function compileVisit(segments: readonly Segment[], position: number): Visit {
  const segment = segments[position];
  if (segment === undefined) return collect;
  if (segment.kind === "scan") return compileScan(segments, position);
  return compileSegment(segment, compileVisit(segments, position + 1), position === segments.length - 1);
}

function compileSegment(segment: Segment, next: Visit, last: boolean): Visit {
  switch (segment.kind) {
    case "member":
      return compileMember(segment.name, next);
    case "members":
      return last ? compileMergedMembers(segment.names) : compileEachMember(segment.names, next);
    case "index":
      return compileIndexes([segment.index], next, last);
    case "indexes":
      return compileIndexes(segment.indexes, next, last);
    case "slice":
      return compileSlice(segment, next);
    case "wildcard":
      return compileWildcard(next);
    case "filter":
      return compileFilterVisit(compileFilter(segment.filter), next);
    case "function": {
      const apply = compileFunction(segment);
      return (place, evaluation, results) => next(apply(place, evaluation), evaluation, results);
    }
    case "scan":
      throw new Error("A scan is compiled with the segment that follows it.");
  }
}

function compileMember(name: string, next: Visit): Visit {
  const read = memberReader(name);
  return (place, evaluation, results) => {
    const value = read(place);
    if (value !== undefined) next(value, evaluation, results);
    else if (isObject(place)) results.missing = true;
  };
}

function compileEachMember(names: readonly string[], next: Visit): Visit {
  const visits = names.map((name) => compileMember(name, next));
  return (place, evaluation, results) => {
    evaluation.spend(names.length);
    for (const visit of visits) visit(place, evaluation, results);
  };
}

function compileMergedMembers(names: readonly string[]): Visit {
  return (place, evaluation, results) => {
    if (!isObject(place)) return;
    evaluation.spend(names.length * WORK_OF_RESULT);
    if (names.some((name) => !Object.hasOwn(place, name))) results.missing = true;
    results.values.push(pick(place, names));
  };
}

function compileIndexes(indexes: readonly number[], next: Visit, last: boolean): Visit {
  return (place, evaluation, results) => {
    if (!Array.isArray(place)) return;
    evaluation.spend(indexes.length);
    for (const index of indexes) {
      const item = place.at(index);
      if (item !== undefined) next(item, evaluation, results);
      // The service's documents give null past their end (see Path.read).
      else if (last) results.values.push(null);
    }
  };
}

/** The indexes of a slice as Jayway reads them: a negative start with an end counts through zero. */
function compileSlice({ from, to }: { readonly from?: number; readonly to?: number }, next: Visit): Visit {
  return (place, evaluation, results) => {
    if (!Array.isArray(place)) return;
    const { length } = place;
    const start = from === undefined ? 0 : to === undefined && from < 0 ? Math.max(0, length + from) : from;
    const end = to === undefined ? length : from === undefined && to < 0 ? length + to : Math.min(length, to);
    evaluation.spend(Math.max(0, end - start));
    for (let index = Math.max(start, -length); index < end; index++) {
      const item = place.at(index);
      if (item !== undefined) next(item, evaluation, results);
    }
  };
}

function compileWildcard(next: Visit): Visit {
  return (place, evaluation, results) => {
    const children = childrenOf(place);
    evaluation.spend(children.length);
    for (const child of children) next(child, evaluation, results);
  };
}

function compileFilterVisit(test: (item: Json, evaluation: Evaluation) => boolean, next: Visit): Visit {
  return (place, evaluation, results) => {
    if (Array.isArray(place)) {
      evaluation.spend(place.length);
      for (const item of place) if (test(item, evaluation)) next(item, evaluation, results);
    } else if (isObject(place) && test(place, evaluation)) {
      next(place, evaluation, results);
    }
  };
}

/** `..`: applies the following segment to every place below, the place itself first, each before what it holds. */
function compileScan(segments: readonly Segment[], position: number): Visit {
  const target = segments[position + 1];
  if (target === undefined) throw new Error("A scan is followed by a segment.");
  const visit = compileVisit(segments, position + 1);
  const matches = scanTest(target);
  return (start, evaluation, results) => {
    const pending: Json[] = [start];
    for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
      if (typeof place !== "object" || place === null) continue;
      if (matches(place, evaluation)) visit(place, evaluation, results);
      const children = childrenOf(place);
      evaluation.spend(children.length);
      for (let index = children.length - 1; index >= 0; index--) pending.push(children[index] as Json);
    }
  };
}

/** Which places a scan applies a segment to. */
function scanTest(target: Segment): (place: Json, evaluation: Evaluation) => boolean {
  switch (target.kind) {
    case "member":
    case "members":
      return isObject;
    case "index":
    case "indexes":
    case "slice":
      return Array.isArray;
    case "filter": {
      // An array's items come up themselves; the filter is applied to the array only where the array passes it as an item.
      const test = compileFilter(target.filter);
      return (place, evaluation) => isObject(place) || test(place, evaluation);
    }
    default:
      return () => true;
  }
}

function childrenOf(place: Json): readonly Json[] {
  if (Array.isArray(place)) return place;
  return isObject(place) ? Object.values(place) : [];
}
