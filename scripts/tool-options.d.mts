import type { ParseArgsConfig, parseArgs } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;

export function toolOptions<const Known extends Options>(
  help: string,
  options: Known,
): ReturnType<typeof parseArgs<{ options: Known }>>["values"];
export function numberOption(name: string, text: string, help: string): number;
export function refuse(sentence: string, help: string): never;
