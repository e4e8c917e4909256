// Everything that `npm run bench` measures, in the order of its table. bench-run.mjs says what a measurement is.
import { chain } from "./chain.mjs";
import { express } from "./express.mjs";
import { hello } from "./hello.mjs";
import { history } from "./history.mjs";
import { inlineMap } from "./inline-map.mjs";
import { latency } from "./latency.mjs";
import { listing } from "./listing.mjs";
import { loop } from "./loop.mjs";
import { start } from "./start.mjs";
import { tasks } from "./tasks.mjs";
import { transitions } from "./transitions.mjs";
import { waiting } from "./waiting.mjs";

export const measurements = [
  hello,
  express,
  latency,
  transitions,
  chain,
  inlineMap,
  tasks,
  loop,
  waiting,
  history,
  listing,
  start,
];
