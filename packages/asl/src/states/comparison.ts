import type { Fields } from "../fields.js";
import { compareNumbers, isNumber, type Json } from "../json.js";
import { compileStringPattern } from "../string-pattern.js";
import { compareInstants, type Instant, parseTimestamp } from "../timestamp.js";

/** One operator of a choice rule that compares the variable with an operand. */
export interface Comparison {
  /** True where the operator has a form with a path for its operand (`StringEqualsPath`). */
  readonly path: boolean;
  /** The literal operand of a rule; undefined where it is wrong. */
  operand(rule: Fields, name: string): Json | undefined;
  /** The comparison with an operand: false for values of another type, and for all where the operand has another type. */
  with(operand: Json): (value: Json) => boolean;
}

const RELATIONS: Record<string, (order: number) => boolean> = {
  Equals: (order) => order === 0,
  LessThan: (order) => order < 0,
  GreaterThan: (order) => order > 0,
  LessThanEquals: (order) => order <= 0,
  GreaterThanEquals: (order) => order >= 0,
};

const nothing = () => false;

function stringComparison(holds: (order: number) => boolean): Comparison {
  return {
    path: true,
    operand: (rule, name) => rule.string(name),
    with(operand) {
      if (typeof operand !== "string") return nothing;
      return (value) => typeof value === "string" && holds(value < operand ? -1 : value > operand ? 1 : 0);
    },
  };
}

function numericComparison(holds: (order: number) => boolean): Comparison {
  return {
    path: true,
    // Not the nearest double: numbers are compared to the last digit.
    operand: (rule, name) => (rule.number(name) === undefined ? undefined : rule.value(name)),
    with(operand) {
      if (!isNumber(operand)) return nothing;
      return (value) => isNumber(value) && holds(compareNumbers(value, operand));
    },
  };
}

function timestampComparison(holds: (order: number) => boolean): Comparison {
  return {
    path: true,
    operand: timestampOperand,
    with(operand) {
      const instant = readInstant(operand);
      if (instant === undefined) return nothing;
      return (value) => {
        const other = readInstant(value);
        return other !== undefined && holds(compareInstants(other, instant));
      };
    },
  };
}

function timestampOperand(rule: Fields, name: string): string | undefined {
  const text = rule.string(name);
  if (text === undefined || parseTimestamp(text) !== undefined) return text;
  rule.refuse("String does not match RFC3339 timestamp", rule.at(name));
  return undefined;
}

function readInstant(value: Json): Instant | undefined {
  return typeof value === "string" ? parseTimestamp(value) : undefined;
}

function comparisons(type: string, compare: (holds: (order: number) => boolean) => Comparison) {
  return Object.fromEntries(Object.entries(RELATIONS).map(([name, holds]) => [`${type}${name}`, compare(holds)]));
}

/** The operators that compare, by the name of their field. */
export const COMPARISONS: Readonly<Record<string, Comparison>> = {
  ...comparisons("String", stringComparison),
  StringMatches: {
    path: false,
    operand: (rule, name) => rule.string(name),
    with(operand) {
      if (typeof operand !== "string") return nothing;
      const matches = compileStringPattern(operand);
      return (value) => typeof value === "string" && matches(value);
    },
  },
  ...comparisons("Numeric", numericComparison),
  BooleanEquals: {
    path: true,
    operand: (rule, name) => rule.boolean(name),
    with: (operand) => (typeof operand === "boolean" ? (value) => value === operand : nothing),
  },
  ...comparisons("Timestamp", timestampComparison),
};

/** The operators that ask for the type of a value. */
export const VALUE_TESTS: Readonly<Record<string, (value: Json) => boolean>> = {
  IsNull: (value) => value === null,
  IsNumeric: isNumber,
  IsString: (value) => typeof value === "string",
  IsBoolean: (value) => typeof value === "boolean",
  IsTimestamp: (value) => readInstant(value) !== undefined,
};
