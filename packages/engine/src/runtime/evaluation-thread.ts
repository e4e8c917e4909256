import { randomUUID } from "node:crypto";
import { parentPort } from "node:worker_threads";
import { type EvaluationRequest, evaluateRequest } from "@pawl/asl";

/** The code of a thread that evaluates: takes one request at a time and answers with its result. */

/** How often the clock is looked at is the evaluator's; how long it may take comes with the request. */
export interface ThreadRequest {
  readonly request: EvaluationRequest;
  readonly milliseconds: number;
}

if (parentPort === null) throw new Error("this module is the code of a thread");
const port = parentPort;
const sources = { random: Math.random, uuid: randomUUID };

port.on("message", ({ request, milliseconds }: ThreadRequest) => {
  const end = performance.now() + milliseconds;
  port.postMessage(evaluateRequest(request, sources, () => performance.now() > end));
});
port.postMessage("ready");
