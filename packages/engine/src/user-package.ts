import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Imports a package that Pawl does not bring along: the one that is installed where the process works, else one beside Pawl.
 * @throws Error that says what to install
 */
export async function importUserPackage<Module>(name: string): Promise<Module> {
  for (const from of [join(process.cwd(), "package.json"), import.meta.url]) {
    let path: string;
    try {
      path = createRequire(from).resolve(name);
    } catch {
      continue;
    }
    return (await import(pathToFileURL(path).href)) as Module;
  }
  throw new Error(`the package ${name} is not installed; install it with: npm install ${name}`);
}
