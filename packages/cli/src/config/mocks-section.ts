import type { ConfigValue } from "./config-value.js";

/** The path of a mock configuration, as AWS's Step Functions Local has it. */
export function mocksSection(section: ConfigValue): string | undefined {
  return section.file();
}
