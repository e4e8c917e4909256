import type { Position } from "@pawl/asl";
import { type Diagnostic, error, type Path, warning } from "../diagnostic.js";

/** What the service takes at most, in bytes (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). */
const MAX_BYTES = 1_048_576;

const PATH: Path = ["definition"];

/** The language is loaded when the first definition is looked at: most runs of the provider look at none. */
const language = () => import("@pawl/asl");

/**
 * True where two definitions say the same: JSON texts that differ in white space, order of members or the way numbers are
 * written. Texts that are no JSON are the same where every character is.
 */
export async function isSameDefinition(left: string, right: string): Promise<boolean> {
  if (left === right) return true;
  const { jsonEquals, parseJson } = await language();
  try {
    return jsonEquals(parseJson(left), parseJson(right));
  } catch (failure) {
    if (failure instanceof SyntaxError) return false;
    throw failure;
  }
}

/**
 * What `pawl validate` finds in a definition, each fault with its place inside of it. Nothing where the environment says not to look
 * (`PAWL_SKIP_DEFINITION_CHECK`): AWS may have a field that is not known here yet, and then the service has the last word.
 */
export async function definitionFaults(definition: string, type: string): Promise<readonly Diagnostic[]> {
  if ((process.env.PAWL_SKIP_DEFINITION_CHECK ?? "") !== "") return [];
  const bytes = Buffer.byteLength(definition);
  if (bytes > MAX_BYTES) {
    return [
      error(
        "The state machine's definition is too long",
        `It has ${bytes} bytes. The service takes ${MAX_BYTES} at most.`,
        PATH,
      ),
    ];
  }
  const { compile, positionsIn } = await language();
  const { diagnostics } = compile(definition, { type: type === "EXPRESS" ? "EXPRESS" : "STANDARD" });
  if (diagnostics.length === 0) return [];
  const positionOf = positionsIn(definition);
  // On one line, as jsonencode writes it, a column helps nobody.
  const hasLines = definition.trim().includes("\n");
  return diagnostics.map(({ severity, code, message, location, suggestion }) => {
    const meant = suggestion === undefined ? "" : `\nDid you mean '${suggestion}'?`;
    const place = placeOf(location, hasLines ? positionOf(location) : undefined);
    const detail = `${message}${meant}${place}`;
    return severity === "ERROR"
      ? error(`Invalid state machine definition: ${code}`, detail, PATH)
      : warning(`State machine definition: ${code}`, detail, PATH);
  });
}

/** Where in the definition a fault is, on a line of its own; empty where it has no place. */
function placeOf(location: string | undefined, position: Position | undefined): string {
  const at = position === undefined ? "" : `line ${position.line}, column ${position.column}`;
  if (location !== undefined) return `\nAt ${location} in the definition${at === "" ? "" : ` (${at})`}.`;
  return at === "" ? "" : `\nAt ${at} of the definition.`;
}
