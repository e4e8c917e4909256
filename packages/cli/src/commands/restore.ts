import { resolve } from "node:path";
import { shown } from "../definition-file.js";
import { exitCode } from "../exit-code.js";
import { writeLine } from "../screen.js";

export interface RestoreOptions {
  readonly data: string;
  readonly force?: boolean;
}

/** Makes a backup the data of a folder that no server uses. */
export async function restore(file: string, { data, force = false }: RestoreOptions): Promise<number> {
  const { restoreBackup } = await import("@pawl/engine");
  await restoreBackup(file, data, force);
  writeLine(`${shown(resolve(file))} is the data in ${shown(resolve(data))} now: pawl start --data ${data}`);
  return exitCode.ok;
}
