import type { Fields } from "../fields.js";
import type { Json } from "../json.js";
import { type Path, PathMiss } from "../path.js";
import type { Scope } from "../program.js";
import { StatesError } from "../states-error.js";
import { compileStringPattern } from "../string-pattern.js";
import { compareInstants, type Instant, parseTimestamp } from "../timestamp.js";
import { compilePath } from "./input-path.js";

/** True where the rule holds for an input. */
type Test = (input: Json, scope: Scope) => boolean;

/** A comparison of the variable's value with the rule's: false where one of them has the wrong type. */
type Comparison = (value: Json, operand: Json) => boolean;

const ORDERS: Record<string, (order: number) => boolean> = {
  Equals: (order) => order === 0,
  LessThan: (order) => order < 0,
  GreaterThan: (order) => order > 0,
  LessThanEquals: (order) => order <= 0,
  GreaterThanEquals: (order) => order >= 0,
};

/** The types that can be compared: what an operand must be, and the order of two values (NaN where they have none). */
const TYPES = {
  String: {
    read: (fields: Fields, name: string) => fields.string(name),
    order: (a: Json, b: Json) => (typeof a === "string" && typeof b === "string" ? (a < b ? -1 : a > b ? 1 : 0) : NaN),
  },
  Numeric: {
    read: (fields: Fields, name: string) => fields.number(name),
    order: (a: Json, b: Json) => (typeof a === "number" && typeof b === "number" ? (a < b ? -1 : a > b ? 1 : 0) : NaN),
  },
  Timestamp: {
    read: readTimestamp,
    order: (a: Json, b: Json) => {
      const left = instant(a);
      const right = instant(b);
      return left && right ? compareInstants(left, right) : NaN;
    },
  },
};

const CHECKS: Record<string, (value: Json) => boolean> = {
  IsNull: (value) => value === null,
  IsNumeric: (value) => typeof value === "number",
  IsString: (value) => typeof value === "string",
  IsBoolean: (value) => typeof value === "boolean",
  IsTimestamp: (value) => instant(value) !== undefined,
};

/** Comparisons by field name, with what reads the literal operand. */
const COMPARISONS = new Map<string, { read(fields: Fields, name: string): Json | undefined; compare: Comparison }>();
for (const [type, { read, order }] of Object.entries(TYPES)) {
  for (const [relation, holds] of Object.entries(ORDERS)) {
    COMPARISONS.set(`${type}${relation}`, { read, compare: (value, operand) => holds(order(value, operand)) });
  }
}
COMPARISONS.set("BooleanEquals", {
  read: (fields, name) => fields.boolean(name),
  compare: (value, operand) => typeof value === "boolean" && value === operand,
});

/** Every field that compares the variable: exactly one of them stands in a rule. */
const OPERATORS = [
  ...[...COMPARISONS.keys()].flatMap((name) => [name, `${name}Path`]),
  "StringMatches",
  "IsPresent",
  ...Object.keys(CHECKS),
];

const COMBINATIONS = ["And", "Or", "Not"];

/** The fields of a rule besides those that only a rule of its own has (Next, Assign). */
export const CHOICE_RULE_FIELDS = ["Variable", ...OPERATORS, ...COMBINATIONS];

/** Compiles a JSONPath choice rule (spec, "Choice State"), nested ones too. */
export function compileChoiceRule(rule: Fields): Test {
  const given = [...OPERATORS, ...COMBINATIONS].filter((name) => rule.has(name));
  const [name] = given;
  if (name === undefined) {
    rule.refuse(`There must be one of the following fields: [${[...COMBINATIONS, ...OPERATORS].join(", ")}]`);
    return () => false;
  }
  if (given.length > 1) rule.exclusive(...given);
  if (name === "Not") return compileNot(rule);
  if (name === "And" || name === "Or") return compileList(rule, name);
  return compileComparison(rule, name);
}

function compileNested(rule: Fields): Test {
  rule.support({ both: ["Comment", ...CHOICE_RULE_FIELDS] }, "JSONPath");
  return compileChoiceRule(rule);
}

function compileNot(rule: Fields): Test {
  const negated = rule.child("Not");
  const test = negated && compileNested(negated);
  return (input, scope) => test !== undefined && !test(input, scope);
}

function compileList(rule: Fields, name: "And" | "Or"): Test {
  const children = rule.children(name);
  if (children?.length === 0) rule.refuse("Value cannot be empty", rule.at(name));
  const tests = (children ?? []).map(compileNested);
  return name === "And"
    ? (input, scope) => tests.every((test) => test(input, scope))
    : (input, scope) => tests.some((test) => test(input, scope));
}

function compileComparison(rule: Fields, name: string): Test {
  rule.require("Variable");
  const variable = compilePath(rule, "Variable");
  const test = compileTest(rule, name);
  if (variable === undefined || test === undefined) return () => false;
  if (name === "IsPresent") {
    return (input, scope) => test(find(variable, input, scope) !== undefined, true, scope);
  }
  return (input, scope) => test(resolve(variable, input, scope), input, scope);
}

/** What a rule asks of the variable's value. */
function compileTest(rule: Fields, name: string): ((value: Json, input: Json, scope: Scope) => boolean) | undefined {
  if (name === "StringMatches") {
    const pattern = rule.string(name);
    const matches = pattern === undefined ? undefined : compileStringPattern(pattern);
    return matches && ((value) => typeof value === "string" && matches(value));
  }
  const check = name === "IsPresent" ? (present: Json) => present === true : CHECKS[name];
  if (check !== undefined) {
    const wanted = rule.boolean(name);
    return (value) => check(value) === wanted;
  }
  const literal = COMPARISONS.get(name);
  if (literal !== undefined) {
    const operand = literal.read(rule, name);
    return operand === undefined ? undefined : (value) => literal.compare(value, operand);
  }
  const compare = COMPARISONS.get(name.slice(0, -"Path".length))?.compare;
  const path = compilePath(rule, name);
  return path && compare && ((value, input, scope) => compare(value, resolve(path, input, scope)));
}

function readTimestamp(fields: Fields, name: string): string | undefined {
  const text = fields.string(name);
  if (text === undefined || parseTimestamp(text) !== undefined) return text;
  fields.refuse("String does not match RFC3339 timestamp", fields.at(name));
  return undefined;
}

function instant(value: Json): Instant | undefined {
  return typeof value === "string" ? parseTimestamp(value) : undefined;
}

function find(path: Path, input: Json, scope: Scope): Json | undefined {
  try {
    return path.read(input, scope);
  } catch (error) {
    if (error instanceof PathMiss) return undefined;
    throw error;
  }
}

function resolve(path: Path, input: Json, scope: Scope): Json {
  const value = find(path, input, scope);
  if (value !== undefined) return value;
  const cause = `Invalid path '${path.text}': The choice state's condition path references an invalid value.`;
  throw new StatesError("States.Runtime", cause);
}
