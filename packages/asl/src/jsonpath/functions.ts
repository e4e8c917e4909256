import { isObject, type Json, numberOf, printJson } from "../json.js";
import type { FunctionName } from "./ast.js";
import { PathMiss } from "./path-miss.js";

/**
 * A function at the end of a path.
 * @param model what the path has reached
 * @param parameters the values of the parameters
 * @throws PathMiss where there is nothing to compute from.
 */
export type PathFunction = (model: Json, parameters: readonly Json[]) => Json;

/** The functions of Jayway (https://github.com/json-path/JsonPath#functions). */
export const PATH_FUNCTIONS: Record<FunctionName, PathFunction> = {
  min: aggregate((numbers) => numbers.reduce((least, number) => Math.min(least, number))),
  max: aggregate((numbers) => numbers.reduce((greatest, number) => Math.max(greatest, number))),
  avg: aggregate((numbers) => total(numbers) / numbers.length),
  stddev: aggregate(standardDeviation),
  sum: aggregate(total),
  length,
  size: length,
  keys: (model) => (isObject(model) ? Object.keys(model) : null),
  concat,
  append: (model, parameters) => (Array.isArray(model) ? [...model, ...parameters] : model),
  first: (model) => itemAt(model, 0),
  last: (model) => itemAt(model, -1),
  index: (model, parameters) => {
    const position = numbersOf(parameters)[0];
    if (position === undefined) throw new PathMiss("Function index needs the number of an item");
    return itemAt(model, Math.trunc(position));
  },
};

const NOTHING = "Aggregation function attempted to calculate value using empty array";

function aggregate(compute: (numbers: readonly number[]) => number): PathFunction {
  return (model, parameters) => {
    const own = Array.isArray(model) ? numbersIn(model) : [];
    const numbers = own.concat(numbersOf(parameters));
    if (numbers.length === 0) throw new PathMiss(NOTHING);
    const result = compute(numbers);
    if (!Number.isFinite(result)) throw new PathMiss("Aggregation function computed a value that is not a JSON number");
    return result;
  };
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/** Of the population, not of a sample. */
function standardDeviation(numbers: readonly number[]): number {
  const mean = total(numbers) / numbers.length;
  const squares = total(numbers.map((number) => number * number)) / numbers.length;
  return Math.sqrt(Math.max(0, squares - mean * mean));
}

function length(model: Json, parameters: readonly Json[]): Json {
  const [parameter] = parameters;
  if (Array.isArray(parameter)) return parameter.length;
  if (Array.isArray(model)) return model.length;
  return isObject(model) ? Object.keys(model).length : null;
}

function concat(model: Json, parameters: readonly Json[]): string {
  const strings = Array.isArray(model) ? model.filter((item) => typeof item === "string") : [];
  const others = flat(parameters).filter((item) => item !== null);
  return [...strings, ...others.map((item) => (typeof item === "string" ? item : printJson(item)))].join("");
}

/** The numbers among the parameters and among the items of those that are arrays. */
function numbersOf(values: readonly Json[]): number[] {
  return numbersIn(flat(values));
}

/** What is computed with is the nearest doubles. */
function numbersIn(values: readonly Json[]): number[] {
  return values.map(numberOf).filter((number) => number !== undefined);
}

function flat(values: readonly Json[]): Json[] {
  return values.flatMap((value) => (Array.isArray(value) ? value : [value]));
}

function itemAt(model: Json, position: number): Json {
  if (!Array.isArray(model)) throw new PathMiss(NOTHING);
  const item = model.at(position);
  if (item === undefined) throw new PathMiss(`Target index:${position} larger than object count:${model.length}`);
  return item;
}
