import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A state machine of one state. */
export function oneState(state: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ StartAt: "Only", States: { Only: state } });
}

export const hello = oneState({ Type: "Pass", Result: "Hello", End: true });
export const failing = oneState({ Type: "Fail", Error: "Oops", Cause: "It had to be" });
export const waiting = oneState({ Type: "Wait", Seconds: 3600, End: true });

/** Writes definitions to `FOLDER/NAME.asl.json`; gives the paths. */
export async function writeDefinitions(
  folder: string,
  definitions: Readonly<Record<string, string>>,
): Promise<string[]> {
  const paths = [];
  for (const [name, definition] of Object.entries(definitions)) {
    const path = join(folder, `${name}.asl.json`);
    await writeFile(path, definition);
    paths.push(path);
  }
  return paths;
}

export function machineArn(name: string): string {
  return `arn:aws:states:us-east-1:123456789012:stateMachine:${name}`;
}
