// npm run bench: installs and builds what is missing, then measures the built server.
import { runBench } from "./bench-run.mjs";
import { measurements } from "./measurements.mjs";

await runBench(measurements);
