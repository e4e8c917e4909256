import { randomUUID } from "node:crypto";
import { parentPort } from "node:worker_threads";
import { type EvaluationRequest, evaluateRequest, type JsonObject } from "@pawl/asl";

/** The code of a thread that evaluates: takes one request at a time and answers with its result. */

export interface ThreadRequest {
  /** Its bindings are given as JSON text: not every JSON value of ours can be cloned. */
  readonly request: Omit<EvaluationRequest, "bindings">;
  readonly bindings: string;
  /** What the evaluation may take. */
  readonly steps: number;
  readonly milliseconds: number;
}

if (parentPort === null) throw new Error("this module is the code of a thread");
const port = parentPort;
const sources = { random: Math.random, uuid: randomUUID };

port.on("message", ({ request, bindings, steps, milliseconds }: ThreadRequest) => {
  const end = performance.now() + milliseconds;
  // Numbers within an expression are JavaScript's.
  const whole = { ...request, bindings: JSON.parse(bindings) as JsonObject };
  port.postMessage(evaluateRequest(whole, sources, (taken) => taken > steps || performance.now() > end));
});
port.postMessage("ready");
