import type { Json } from "./json.js";
import { isDefinite, type JsonPath } from "./jsonpath/ast.js";
import { compilePath } from "./jsonpath/compile-path.js";
import { Evaluation } from "./jsonpath/evaluation.js";
import { explainMiss } from "./jsonpath/explain-miss.js";
import { membersReader } from "./jsonpath/members.js";
import { parseJsonPath } from "./jsonpath/parse-path.js";
import { PathMiss } from "./jsonpath/path-miss.js";
import { PathSyntaxError } from "./jsonpath/path-syntax-error.js";
import type { Scope } from "./program.js";
import type { Work } from "./work.js";

export { PathMiss, PathSyntaxError };

/**
 * A compiled path of the language (spec, "Paths"): a JSONPath on the input (`$`), the context object (`$$`) or a variable
 * (`$name`).
 */
export interface Path {
  readonly text: string;
  /** True when the path can reach one place only; an indefinite path gives an array. */
  readonly definite: boolean;
  /** What the path is read from. */
  readonly root: "input" | "context" | "variable";
  /**
   * What stands at the path. An index past the end of an array gives null when the path ends there, as in the service.
   * @param input the effective input, `$`
   * @throws PathMiss where a definite path finds nothing.
   * @throws StatesError `States.Runtime` where the path takes too much work.
   */
  read(input: Json, scope: Scope): Json;
  /** As `read`, but undefined where a definite path finds nothing, also past the end of an array. */
  find(input: Json, scope: Scope): Json | undefined;
}

/** Variable names (spec, "Variables"): a Unicode identifier. */
const VARIABLE = /^\$([\p{ID_Start}_][\p{ID_Continue}]*)/u;

/** @throws PathSyntaxError where the text is not a path. */
export function parsePath(text: string): Path {
  const [match, name] = VARIABLE.exec(text) ?? [];
  if (match !== undefined && name !== undefined) {
    const { definite, read, find } = compileDocumentPath(text.slice(match.length));
    const variable = membersReader([name]);
    return {
      text,
      definite,
      root: "variable",
      read(_input, scope) {
        const value = variable(scope.variables);
        if (value === undefined) throw new PathMiss(`No results for path: $['${name}']`);
        return read(value, scope.work);
      },
      find(_input, scope) {
        const value = variable(scope.variables);
        return value === undefined ? undefined : find(value, scope.work);
      },
    };
  }
  if (text.startsWith("$$")) {
    const { definite, read, find } = compileDocumentPath(text.slice(2));
    return {
      text,
      definite,
      root: "context",
      read: (_input, scope) => read(scope.context(), scope.work),
      find: (_input, scope) => find(scope.context(), scope.work),
    };
  }
  if (!text.startsWith("$")) throw new PathSyntaxError("expected '$' at the beginning of a path");
  const { definite, read, find } = compileDocumentPath(text.slice(1));
  return {
    text,
    definite,
    root: "input",
    read: (input, { work }) => read(input, work),
    find: (input, { work }) => find(input, work),
  };
}

interface DocumentPath {
  readonly definite: boolean;
  readonly read: (document: Json, work: Work | undefined) => Json;
  readonly find: (document: Json, work: Work | undefined) => Json | undefined;
}

/** @param segments the text of a path after its root */
function compileDocumentPath(segments: string): DocumentPath {
  const path = parseJsonPath(`$${segments}`);
  const evaluate = compileEvaluation(path);
  const computes = path.segments.some(({ kind }) => kind === "function");
  if (!isDefinite(path)) {
    const read = (document: Json, work: Work | undefined): Json => evaluate(document, work) ?? [];
    return { definite: false, read, find: computes ? findComputed(read) : read };
  }
  const read = (document: Json, work: Work | undefined): Json => {
    const value = evaluate(document, work);
    return value === undefined ? readPastEnd(path, document) : value;
  };
  return { definite: true, read, find: computes ? findComputed(evaluate) : evaluate };
}

type FindIn = (document: Json, work: Work | undefined) => Json | undefined;

/** Paths of members and indexes need nothing but the document. */
function compileEvaluation(path: JsonPath): FindIn {
  const compiled = compilePath(path);
  if (path.segments.every(({ kind }) => kind === "member" || kind === "index")) {
    const none = new Evaluation(null);
    return (document) => compiled(document, none);
  }
  return (document, work) => compiled(document, new Evaluation(document, work));
}

function readPastEnd(path: JsonPath, document: Json): null {
  const miss = explainMiss(path, document);
  if (miss !== undefined) throw miss;
  return null;
}

/** A path function throws a miss where it has nothing to compute from. */
function findComputed(evaluate: FindIn): FindIn {
  return (document, work) => {
    try {
      return evaluate(document, work);
    } catch (error) {
      if (error instanceof PathMiss) return undefined;
      throw error;
    }
  };
}
