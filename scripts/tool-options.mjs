// The command lines of the tools: simulate, torture, fuzz, bench.
import { parseArgs } from "node:util";

/**
 * What the command line of a tool says. `--help` prints the help and ends the process; an option that is not known does so, too, after a
 * sentence and with exit code 2.
 */
export function toolOptions(help, options) {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: "boolean", short: "h", default: false } } });
    if (values.help) {
      console.log(help);
      process.exit();
    }
    return values;
  } catch (error) {
    return refuse(error.message, help);
  }
}

/** The value of an option that takes a number of at least 0; anything else ends the process with a sentence and exit code 2. */
export function numberOption(name, text, help) {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  return refuse(`--${name} takes a number, not '${text}'.`, help);
}

/** Ends the process with exit code 2. */
export function refuse(sentence, help) {
  console.error(`${sentence}\n\n${help}`);
  process.exit(2);
}
