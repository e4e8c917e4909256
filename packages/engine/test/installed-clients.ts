import { loadPackage } from "../src/tasks/aws/sdk-package.js";

const { PAWL_TEST_CLIENTS } = process.env;

/**
 * Where tests look for clients of the AWS SDK. Those of all services are large: few are installed with the project, the others are taken
 * from the folder that PAWL_TEST_CLIENTS names. Without them, the tests that need them are not run.
 */
export const clientFolders = [process.cwd(), ...(PAWL_TEST_CLIENTS === undefined ? [] : [PAWL_TEST_CLIENTS])];

/** @param client without `@aws-sdk/client-`; false also where it is too old to be used */
export function isInstalled(client: string): boolean {
  try {
    const found = loadPackage(`@aws-sdk/client-${client}`, clientFolders);
    const [action = ""] = found.actions;
    return found.command(action) !== undefined;
  } catch {
    return false;
  }
}

export const notInstalled = (client: string): string =>
  `@aws-sdk/client-${client} is not installed, and no folder with it named in PAWL_TEST_CLIENTS`;
