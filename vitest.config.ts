import { defineConfig } from "vitest/config";
import { generateCdktf } from "./scripts/generate-cdktf.mjs";
import { generateJsonata } from "./scripts/generate-jsonata.mjs";

// Sources that are made, not written.
generateJsonata();
generateCdktf();

export default defineConfig({
  // Tests run against the sources: a failing line is the line that was written.
  resolve: { conditions: ["pawl-source"] },
  ssr: { resolve: { conditions: ["pawl-source", "node", "import", "default"] } },
  test: { include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"], testTimeout: 30_000 },
});
