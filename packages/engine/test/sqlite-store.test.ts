import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore } from "../src/index.js";
import { storeSuite } from "./store-suite.js";

storeSuite("SQLite store in a folder", true, async () => {
  const folder = await mkdtemp(join(tmpdir(), "pawl-store-"));
  return {
    open: () => openSqliteStore({ folder }),
    dispose: () => rm(folder, { recursive: true }),
  };
});

storeSuite("SQLite store in memory", false, async () => ({
  open: () => openSqliteStore("memory"),
  dispose: async () => {},
}));
