// npm run bench: installs and builds what is missing, then measures the built server.
import { runBench } from "./bench-run.mjs";
import { writeDocs } from "./docs.mjs";
import { measurements } from "./measurements.mjs";

await runBench(measurements, writeDocs);
