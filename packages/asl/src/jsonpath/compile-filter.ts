import type { Json } from "../json.js";
import { compileRegularExpression, type RegularExpression } from "../regular-expression.js";
import type { Filter, JsonPath, Operand } from "./ast.js";
import { compileExistence, compilePath } from "./compile-path.js";
import type { Evaluation } from "./evaluation.js";
import { PathMiss } from "./path-miss.js";
import { PathSyntaxError } from "./path-syntax-error.js";
import { RELATIONS, textToMatch } from "./relations.js";

/** True, false, or undefined where an operand has a type that the operator cannot take: then the whole filter is false. */
type Test = (item: Json, evaluation: Evaluation) => boolean | undefined;

/**
 * Compiles a filter to a test of items.
 * @throws PathSyntaxError where a regular expression is not understood.
 */
export function compileFilter(filter: Filter): (item: Json, evaluation: Evaluation) => boolean {
  const test = compileTest(filter);
  return (item, evaluation) => test(item, evaluation) === true;
}

function compileTest(filter: Filter): Test {
  switch (filter.kind) {
    case "or":
      return filter.operands.map(compileTest).reduce((left, right) => (item, evaluation) => {
        const result = left(item, evaluation);
        return result === false ? right(item, evaluation) : result;
      });
    case "and":
      return filter.operands.map(compileTest).reduce((left, right) => (item, evaluation) => {
        const result = left(item, evaluation);
        return result === true ? right(item, evaluation) : result;
      });
    case "not": {
      const operand = compileTest(filter.operand);
      return (item, evaluation) => {
        const result = operand(item, evaluation);
        return result === undefined ? undefined : !result;
      };
    }
    case "exists":
      return compileExists(filter.path);
    case "relation":
      return compileRelation(filter);
  }
}

function compileExists(path: JsonPath): Test {
  const exists = compileExistence(path);
  if (path.root === "@") return exists;
  return (_item, evaluation) => exists(evaluation.document, evaluation);
}

function compileRelation({ operator, left, right }: Extract<Filter, { kind: "relation" }>): Test {
  if (operator === "=~") return compileMatch(left, right);
  const relation = RELATIONS[operator];
  const readLeft = compileOperand(left);
  const readRight = compileOperand(right);
  return (item, evaluation) => relation(readLeft(item, evaluation), readRight(item, evaluation), evaluation);
}

/** `=~`: one side is a pattern; of an array it is enough that one item matches. */
function compileMatch(left: Operand, right: Operand): Test {
  const [pattern, other] = left.kind === "pattern" ? [left, right] : [right, left];
  if (pattern.kind !== "pattern" || other.kind === "pattern") return () => false;
  const expression = compilePattern(pattern.source, pattern.flags);
  const read = compileOperand(other);
  return (item, evaluation) => {
    const value = read(item, evaluation);
    if (!Array.isArray(value)) return matches(expression, textToMatch(value), evaluation);
    return value.some((candidate) => matches(expression, textToMatch(candidate), evaluation));
  };
}

function matches(expression: RegularExpression, text: string, evaluation: Evaluation): boolean {
  evaluation.spend(expression.size * (text.length + 1));
  return expression.matches(text);
}

function compilePattern(source: string, flags: string): RegularExpression {
  try {
    return compileRegularExpression(source, flags);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new PathSyntaxError(`/${source}/${flags} is not understood: ${error.message}`);
    throw error;
  }
}

/** An operand's value; undefined where its path finds nothing. */
function compileOperand(operand: Operand): (item: Json, evaluation: Evaluation) => Json | undefined {
  switch (operand.kind) {
    case "literal":
      return () => operand.value;
    case "pattern":
      // A pattern equals nothing and is in no order: only `=~` reads it.
      compilePattern(operand.source, operand.flags);
      return () => undefined;
    case "path":
      return compilePathOperand(operand.path);
  }
}

function compilePathOperand(path: JsonPath): (item: Json, evaluation: Evaluation) => Json | undefined {
  const compiled = compilePath(path);
  const find = (item: Json, evaluation: Evaluation): Json | undefined => {
    try {
      return compiled(item, evaluation);
    } catch (error) {
      if (error instanceof PathMiss) return undefined;
      throw error;
    }
  };
  if (path.root === "@") return find;
  return (_item, evaluation) => evaluation.once(path, () => find(evaluation.document, evaluation));
}
