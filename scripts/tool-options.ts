import { type ParseArgsConfig, parseArgs } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<Known extends Options> = ReturnType<typeof parseArgs<{ options: Known }>>["values"];

/**
 * What the command line of a tool says. `--help` prints the help and ends the process; an option that is not known does so, too, after a
 * sentence and with exit code 2.
 */
export function toolOptions<const Known extends Options>(help: string, options: Known): Values<Known> {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: "boolean", short: "h", default: false } } });
    if ("help" in values && values.help === true) {
      console.log(help);
      process.exit();
    }
    return values as Values<Known>;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error), help);
  }
}

/** The value of an option that takes a number of at least 0; anything else ends the process with a sentence and exit code 2. */
export function numberOption(name: string, text: string, help: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  return refuse(`--${name} takes a number, not '${text}'.`, help);
}

/** Ends the process with exit code 2. */
export function refuse(sentence: string, help: string): never {
  console.error(`${sentence}\n\n${help}`);
  process.exit(2);
}
