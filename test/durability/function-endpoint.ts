import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { SeededRandom } from "./seeded-random.js";
import { functions } from "./workload.js";

/** Lambda's Invoke API over the functions of the workload, which outlives the processes that call it. */
export interface FunctionEndpoint {
  readonly url: string;
  /** Keys that the function `note` was called with. */
  readonly noted: ReadonlySet<string>;
  close(): Promise<void>;
}

/** @param callBack gets the tokens that the function `ask` was given */
export async function openFunctionEndpoint(
  random: SeededRandom,
  callBack: (token: string, input: { n: number }) => void,
): Promise<FunctionEndpoint> {
  const noted = new Set<string>();
  const failures = new Map<string, number>();
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => {
      text += chunk;
    });
    request.on("end", () => {
      const [, name = ""] = /function%3A(\w+)\/invocations/.exec(request.url ?? "") ?? [];
      const input = JSON.parse(text);
      const answer = (headers: Record<string, string>, payload: unknown): void => {
        response.writeHead(200, headers).end(JSON.stringify(payload));
      };
      const act = (): void => {
        const failed = failures.get(input.key) ?? 0;
        if (name === "flaky" && failed < input.failures) {
          failures.set(input.key, failed + 1);
          answer({ "x-amz-function-error": "Unhandled" }, { errorType: "Flaky" });
        } else if (name === "ask") {
          callBack(input.token, { n: input.n });
          answer({}, {});
        } else {
          if (name === "note") noted.add(input.key);
          answer({}, functions[name as keyof typeof functions](input));
        }
      };
      // Some take their time, so that the process dies over them.
      if (random.chance(0.3)) setTimeout(act, random.below(300));
      else act();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    noted,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
