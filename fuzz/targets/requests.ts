import * as sdk from "@aws-sdk/client-sfn";
import { openEngine, openSqliteStore } from "../../packages/engine/src/index.js";
import { createServer } from "../../packages/server/src/index.js";
import { inputs } from "../../packages/server/src/request-model/inputs.js";
import type { Shape } from "../../packages/server/src/request-model/shape.js";
import type { SeededRandom } from "../../simulation/random.js";
import { mutateJson, mutateText, ODD_VALUES } from "../mutation.js";
import type { Target } from "../target.js";

/** Errors of the service's model, and those that every service of AWS has. */
const ALLOWED = new Set([
  ...Object.keys(sdk).filter((name) => Object.getPrototypeOf(Reflect.get(sdk, name)) === sdk.SFNServiceException),
  "ValidationException",
  "SerializationException",
  "UnknownOperationException",
]);

/** These wait for something to come, and are left after a fifth of a second. */
const WAITING = /GetActivityTask|StartSyncExecution|TestState/;

interface Case {
  readonly name: string;
  readonly input?: unknown;
}

/** Requests to the API, made from its model: every operation, members that are right, wrong and missing. */
export const requests: Target = {
  name: "requests",
  limit: 10_000,
  async open() {
    const engine = await openEngine({ store: await openSqliteStore("memory") });
    const server = await createServer(engine, { host: "127.0.0.1", port: 0 });
    const known = new Map<string, string>();
    return {
      draw(random) {
        const name = random.pick(Object.keys(inputs) as (keyof typeof inputs)[]);
        return JSON.stringify({ name, input: drawValue(inputs[name], random, known) });
      },
      mutate(text, random) {
        const { name, input } = JSON.parse(text) as Case;
        return JSON.stringify({ name, input: mutateJson(input ?? null, random) });
      },
      async run(text) {
        const { name, input } = JSON.parse(text) as Case;
        let response: Response;
        try {
          response = await fetch(server.url, {
            method: "POST",
            headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AWSStepFunctions.${name}` },
            body: JSON.stringify(input) ?? "",
            signal: AbortSignal.timeout(WAITING.test(name) ? 200 : 10_000),
          });
        } catch (error) {
          if ((error as Error).name !== "TimeoutError" || !WAITING.test(name)) throw error;
          return;
        }
        const body = (await response.json()) as { readonly __type?: string };
        if (response.status === 200) remember(body, known);
        else if (response.status !== 400)
          throw new Error(`${name} answers ${response.status}: ${JSON.stringify(body)}`);
        else if (!ALLOWED.has(body.__type?.split("#").at(-1) ?? ""))
          throw new Error(`${name} answers ${JSON.stringify(body)}`);
      },
      async close() {
        await server.close();
        await engine.close();
      },
    };
  },
};

/** ARNs, tokens and names that are there are used again: most of what can go wrong stands behind them. */
function remember(answer: object, known: Map<string, string>): void {
  for (const [name, value] of Object.entries(answer)) {
    if (typeof value === "string" && value.length < 300) known.set(name, value);
    else if (typeof value === "object" && value !== null) remember(value, known);
  }
  if (known.size > 50) known.delete([...known.keys()][0] ?? "");
}

function drawValue(shape: Shape, random: SeededRandom, known: Map<string, string>, name = ""): unknown {
  if (random.chance(0.04)) return random.pick(ODD_VALUES);
  switch (shape.kind) {
    case "text": {
      if (shape.values !== undefined && random.chance(0.9)) return random.pick(shape.values);
      const found = known.get(name) ?? known.get(name === "resourceArn" ? "stateMachineArn" : "");
      if (found !== undefined && random.chance(0.7)) return random.chance(0.1) ? mutateText(found, random) : found;
      return drawText(name, random, shape.max ?? 100);
    }
    case "integer":
    case "long":
    case "float":
      return random.pick([shape.min ?? 0, shape.max ?? 10, 1, 3, -1, 1.5, 1e12]);
    case "boolean":
      return random.chance(0.5);
    case "list":
      return Array.from({ length: random.below(4) }, () => drawValue(shape.of, random, known));
    case "structure": {
      const members: [string, unknown][] = [];
      for (const [member, inner] of Object.entries(shape.members)) {
        const isRequired = shape.required.includes(member);
        if (random.chance(isRequired ? 0.97 : 0.3)) members.push([member, drawValue(inner, random, known, member)]);
      }
      return Object.fromEntries(members);
    }
  }
}

const DEFINITIONS = [
  { StartAt: "A", States: { A: { Type: "Pass", End: true } } },
  { StartAt: "A", States: { A: { Type: "Wait", Seconds: 1000, End: true } } },
  { StartAt: "A", States: { A: { Type: "Fail", Error: "E" } } },
  {
    StartAt: "A",
    States: { A: { Type: "Task", Resource: "arn:aws:states:us-east-1:123456789012:activity:a", End: true } },
  },
];

function drawText(name: string, random: SeededRandom, max: number): string {
  if (name === "definition" && random.chance(0.9)) return JSON.stringify(random.pick(DEFINITIONS));
  if (name === "roleArn" && random.chance(0.9)) return "arn:aws:iam::123456789012:role/role";
  if (name === "name" && random.chance(0.8)) return random.pick(["a", "b", "machine-1", "x"]);
  if (/^(input|output)$/.test(name)) return random.pick(["{}", "[1]", "null", "{", '"text"', '{"a":1e400}']);
  if (name.endsWith("Arn")) {
    const kind = random.pick([
      "stateMachine:a",
      "execution:a:b",
      "activity:a",
      "stateMachine:a:1",
      "mapRun:a/b:c",
      "express:a:b:c",
    ]);
    return `arn:aws:states:${random.pick(["us-east-1", "eu-west-1", ""])}:123456789012:${kind}`;
  }
  return random.pick(["a", "text", "", "é", "x".repeat(Math.min(max + 1, 5000)), "a b", "<a>", '"', "1"]);
}
