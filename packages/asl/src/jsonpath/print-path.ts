import { printJson } from "../json.js";
import type { Filter, JsonPath, Operand, Parameter, Segment } from "./ast.js";

/** Prints a path in brackets: `$['a'][0][*]`. Parsing what it prints gives the same path. */
export function printJsonPath(path: JsonPath): string {
  return path.root + path.segments.map(printSegment).join("");
}

function printSegment(segment: Segment): string {
  switch (segment.kind) {
    case "member":
      return `[${printName(segment.name)}]`;
    case "members":
      return `[${segment.names.map(printName).join(",")}]`;
    case "index":
      return `[${segment.index}]`;
    case "indexes":
      return `[${segment.indexes.join(",")}]`;
    case "slice":
      return `[${segment.from ?? ""}:${segment.to ?? ""}]`;
    case "wildcard":
      return "[*]";
    case "scan":
      return "..";
    case "filter":
      return `[?(${printFilter(segment.filter)})]`;
    case "function":
      return `.${segment.name}(${segment.parameters.map(printParameter).join(",")})`;
  }
}

function printName(name: string): string {
  return `'${name.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function printParameter(parameter: Parameter): string {
  return parameter.kind === "path" ? printJsonPath(parameter.path) : printJson(parameter.value);
}

function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case "or":
      return filter.operands.map((operand) => `(${printFilter(operand)})`).join(" || ");
    case "and":
      return filter.operands.map((operand) => `(${printFilter(operand)})`).join(" && ");
    case "not":
      return `!(${printFilter(filter.operand)})`;
    case "exists":
      return printJsonPath(filter.path);
    case "relation":
      return `${printOperand(filter.left)} ${filter.operator} ${printOperand(filter.right)}`;
  }
}

function printOperand(operand: Operand): string {
  switch (operand.kind) {
    case "literal":
      return printJson(operand.value);
    case "path":
      return printJsonPath(operand.path);
    case "pattern":
      return `/${operand.source}/${operand.flags}`;
  }
}

/** Prints the first segments of a path as Jayway names places in its messages: names are not escaped. */
export function printPlace(path: JsonPath, segments: number): string {
  return `$${path.segments.slice(0, segments).map(printStep).join("")}`;
}

function printStep(segment: Segment): string {
  switch (segment.kind) {
    case "member":
      return `['${segment.name}']`;
    case "members":
      return `[${segment.names.map((name) => `'${name}'`).join(",")}]`;
    case "filter":
      return "[?]";
    case "function":
      return `.${segment.name}(${segment.parameters.length > 0 ? "..." : ""})`;
    default:
      return printSegment(segment);
  }
}
