import type { JsonataNode } from "./evaluator.js";

/** What an expression refers to. */
export interface References {
  /** Variables that the expression does not bind itself, functions among them, in the order of the text. */
  readonly variables: ReadonlySet<string>;
  /** Members of `$states` that are read; undefined where it is read as a whole. */
  readonly states: ReadonlySet<string> | undefined;
  /** What is read from the context that an expression of a state machine does not have: names, and `$`. */
  readonly topLevel: ReadonlySet<string>;
  /** True where `$$`, the root of the input, is read. */
  readonly root: boolean;
}

/** Finds what a parsed expression refers to. */
export function analyse(ast: JsonataNode): References {
  const analysis = new Analysis();
  analysis.visit(ast, true, new Set());
  const { variables, states, topLevel, root } = analysis;
  return { variables, states: analysis.wholeStates ? undefined : states, topLevel, root };
}

/** The members of a node that are evaluated where the node is, in the order of the text. */
const SAME_CONTEXT = ["procedure", "arguments", "condition", "then", "else", "expressions", "expression", "lhs", "rhs"];

/** Those that are evaluated for what the node gives, or for items of it. */
const OTHER_CONTEXT = ["predicate", "stages", "terms", "pattern", "update", "delete", "expr"];

class Analysis {
  readonly variables = new Set<string>();
  readonly states = new Set<string>();
  readonly topLevel = new Set<string>();
  wholeStates = false;
  root = false;

  /**
   * @param top true where the context is that of the whole expression
   * @param bound names that the expression binds, seen from here; bindings are added
   */
  visit(node: JsonataNode, top: boolean, bound: Set<string>): void {
    switch (node.type) {
      case "path":
        this.#path(node, top, bound);
        return;
      case "name":
        if (top) this.topLevel.add(String(node.value));
        break;
      case "variable":
        this.#variable(node, top, bound);
        break;
      case "lambda": {
        const inner = new Set(bound);
        for (const parameter of nodesIn(node.arguments)) inner.add(String(parameter.value));
        for (const body of nodesIn(node.body)) this.visit(body, top, inner);
        return;
      }
      case "block":
        for (const part of nodesIn(node.expressions)) this.visit(part, top, bound);
        this.#others(node, bound);
        return;
      case "index":
        bound.add(String(node.value));
        return;
      case "bind":
        for (const value of nodesIn(node.rhs)) this.visit(value, top, bound);
        for (const name of nodesIn(node.lhs)) bound.add(String(name.value));
        return;
    }
    // The scopes of names within an expression are kept simple: what is bound in a part is bound in what follows.
    for (const member of SAME_CONTEXT) {
      for (const part of nodesIn(node[member])) this.visit(part, top, bound);
    }
    this.#others(node, bound);
  }

  #path(path: JsonataNode, top: boolean, bound: Set<string>): void {
    const [first, second] = path.steps ?? [];
    if (first?.type === "variable" && first.value === "states" && second?.type === "name" && !bound.has("states")) {
      this.states.add(String(second.value));
      this.#others(first, bound);
    } else if (first !== undefined) {
      this.visit(first, top, bound);
    }
    for (const step of path.steps ?? []) {
      for (const name of [step.focus, step.index]) if (typeof name === "string") bound.add(name);
      if (step !== first) this.visit(step, false, bound);
    }
    this.#others(path, bound);
  }

  #variable({ value }: JsonataNode, top: boolean, bound: ReadonlySet<string>): void {
    const name = String(value);
    if (name === "$") this.root = true;
    else if (name === "") {
      if (top) this.topLevel.add("$");
    } else if (!bound.has(name)) {
      if (name === "states") this.wholeStates = true;
      else this.variables.add(name);
    }
  }

  #others(node: JsonataNode, bound: Set<string>): void {
    for (const member of OTHER_CONTEXT) {
      for (const part of nodesIn(node[member])) this.visit(part, false, bound);
    }
    const { group } = node;
    if (typeof group === "object" && group !== null && "lhs" in group) {
      for (const part of nodesIn(group.lhs)) this.visit(part, false, bound);
    }
  }
}

function isNode(value: unknown): value is JsonataNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** The nodes in a member of a node: itself, those of a list, of a list of pairs, of the terms of a sort. */
function nodesIn(value: unknown): JsonataNode[] {
  if (isNode(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  if (typeof value === "object" && value !== null && "expression" in value) return nodesIn(value.expression);
  return [];
}
