import type { Fields } from "../fields.js";
import type { Json } from "../json.js";
import type { Path } from "../path.js";
import type { Scope } from "../program.js";
import { StatesError } from "../states-error.js";
import { COMPARISONS, VALUE_TESTS } from "./comparison.js";
import { compileDefinitePath } from "./input-path.js";

/** True where the rule holds for an input. @throws StatesError `States.Runtime` where a variable does not exist. */
type Test = (input: Json, scope: Scope) => boolean;

/** Every field that compares the variable: exactly one of them stands in a rule with a variable. */
const OPERATORS = [
  ...Object.entries(COMPARISONS).flatMap(([name, { path }]) => (path ? [name, `${name}Path`] : [name])),
  "IsPresent",
  ...Object.keys(VALUE_TESTS),
];

/** Exactly one of these makes a rule. Condition is JSONata's, and refused as such. */
export const RULE_KINDS = ["And", "Or", "Not", "Variable", "Condition"];

/** The fields of a rule, nested or not. */
export const CHOICE_RULE_FIELDS = ["And", "Or", "Not", "Variable", ...OPERATORS];

/** What the service says of a rule's path that does not begin with a dollar. */
const UNROOTED = "Value is not a Reference Path: Reference path didn't start with '$'";

/** Compiles a JSONPath choice rule (spec, "Choice State") with the rules in it. */
export function compileChoiceRule(rule: Fields): Test {
  const kinds = RULE_KINDS.filter((name) => rule.has(name));
  const [kind] = kinds;
  if (kinds.length !== 1) {
    rule.refuse(`The object must have only one of the following fields, [${RULE_KINDS.join(", ")}]`);
    return never;
  }
  if (kind === "And") return compileAll(rule);
  if (kind === "Or") return compileAny(rule);
  if (kind === "Not") return compileNot(rule);
  return kind === "Variable" ? compileComparison(rule) : never;
}

/** The test of a rule that is wrong: the definition is refused, so it never runs. */
const never: Test = () => false;

function compileNested(rule: Fields): Test {
  rule.support({ both: ["Comment", ...CHOICE_RULE_FIELDS] }, "JSONPath");
  return compileChoiceRule(rule);
}

function compileNot(rule: Fields): Test {
  const negated = rule.child("Not");
  if (negated === undefined) return never;
  const test = compileNested(negated);
  return (input, scope) => !test(input, scope);
}

function compileAll(rule: Fields): Test {
  const tests = compileList(rule, "And");
  return (input, scope) => tests.every((test) => test(input, scope));
}

function compileAny(rule: Fields): Test {
  const tests = compileList(rule, "Or");
  return (input, scope) => tests.some((test) => test(input, scope));
}

function compileList(rule: Fields, name: "And" | "Or"): Test[] {
  if (rule.array(name)?.length === 0) rule.refuse("Value cannot be empty", rule.at(name));
  return (rule.children(name) ?? []).map(compileNested);
}

function compileComparison(rule: Fields): Test {
  const variable = compileDefinitePath(rule, "Variable", UNROOTED);
  rule.requireOneOf(...OPERATORS);
  rule.exclusive(...OPERATORS);
  const operator = OPERATORS.find((name) => rule.has(name));
  if (operator === undefined) return never;
  const test = compileOperator(rule, operator);
  if (variable === undefined || test === undefined) return never;
  return test(variable);
}

/** What an operator asks of a variable; undefined where its operand is wrong. */
function compileOperator(rule: Fields, name: string): ((variable: Path) => Test) | undefined {
  if (name === "IsPresent") {
    const wanted = rule.boolean(name);
    return (variable) => (input, scope) => (variable.find(input, scope) !== undefined) === wanted;
  }
  const valueTest = VALUE_TESTS[name];
  if (valueTest !== undefined) {
    const wanted = rule.boolean(name);
    return (variable) => (input, scope) => valueTest(resolve(variable, input, scope)) === wanted;
  }
  const literal = COMPARISONS[name];
  if (literal !== undefined) {
    const operand = literal.operand(rule, name);
    const holds = operand === undefined ? undefined : literal.with(operand);
    return holds && ((variable) => (input, scope) => holds(resolve(variable, input, scope)));
  }
  const comparison = COMPARISONS[name.slice(0, -"Path".length)];
  const path = compileDefinitePath(rule, name, UNROOTED);
  if (comparison === undefined || path === undefined) return undefined;
  return (variable) => (input, scope) => {
    const value = resolve(variable, input, scope);
    return comparison.with(resolve(path, input, scope))(value);
  };
}

function resolve(path: Path, input: Json, scope: Scope): Json {
  const value = path.find(input, scope);
  if (value !== undefined) return value;
  const cause = `Invalid path '${path.text}': The choice state's condition path references an invalid value.`;
  throw new StatesError("States.Runtime", cause);
}
