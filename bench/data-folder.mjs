// Data folders for measurements that are run alone, on the disk of the checkout.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A fresh folder for as long as `action` runs. */
export async function withDataFolder(action) {
  const parent = fileURLToPath(new URL("../.pawl", import.meta.url));
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "bench-"));
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
