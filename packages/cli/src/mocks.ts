import { resolve } from "node:path";
import type { Mocks } from "@pawl/engine";
import type { Configuration } from "./config/sections.js";

/**
 * The test cases of the file that SFN_MOCK_CONFIG in the environment or the configuration names.
 * @throws Error in one sentence where the file cannot be read or is wrong
 */
export async function openMocks({ mocks: configured }: Configuration): Promise<Mocks | undefined> {
  const { SFN_MOCK_CONFIG: named } = process.env;
  const file = named === undefined || named === "" ? configured : resolve(named);
  if (file === undefined) return undefined;
  const { Mocks } = await import("@pawl/engine");
  return new Mocks(file);
}
