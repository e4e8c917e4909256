import { defineConfig } from "vitest/config";
import { generateJsonata } from "./scripts/generate-jsonata.mjs";

// A source that is made, not written.
generateJsonata();

export default defineConfig({
  // Tests run against the sources: a failing line is the line that was written.
  resolve: { conditions: ["pawl-source"] },
  ssr: { resolve: { conditions: ["pawl-source", "node", "import", "default"] } },
  test: { include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"], testTimeout: 30_000 },
});
