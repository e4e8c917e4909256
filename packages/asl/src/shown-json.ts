import { type Json, printJson, ValueDepthError } from "./json.js";

/** A value's JSON text for a message: a value that is nested too deeply to print does not hide the message. */
export function shownJson(value: Json): string {
  try {
    return printJson(value);
  } catch (error) {
    if (error instanceof ValueDepthError) return "(nested too deeply to be shown)";
    throw error;
  }
}
