import { Agent, request } from "node:http";

/** An answer of the service that is an error: `code` is its `__type`. */
export class Fault extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(`${code}: ${message}`);
    this.status = status;
    this.code = code;
  }
}

/** No answer: nothing listens, or the connection ended before the answer was whole. What was asked for may have been done. */
export class NoAnswer extends Error {}

/** Calls the API of whatever process serves it now. No retries: whoever calls decides. */
export class Api {
  url: string | undefined;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 200 });
  readonly #isFailureExpected: boolean;

  /** @param isFailureExpected whether the answer 500 is to count as none */
  constructor({ isFailureExpected = false } = {}) {
    this.#isFailureExpected = isFailureExpected;
  }

  call(operation: string, input: object): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      if (this.url === undefined) {
        reject(new NoAnswer("nothing is served"));
        return;
      }
      const body = JSON.stringify(input);
      const headers = {
        "content-type": "application/x-amz-json-1.0",
        "content-length": Buffer.byteLength(body),
        "x-amz-target": `AWSStepFunctions.${operation}`,
      };
      const call = request(this.url, { method: "POST", agent: this.#agent, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("error", (error) => reject(new NoAnswer(error.message)));
        response.on("end", () => {
          const answer = JSON.parse(text) as Record<string, unknown>;
          const status = response.statusCode ?? 0;
          if (status === 200) resolve(answer);
          else if (status === 500 && this.#isFailureExpected) reject(new NoAnswer("it failed"));
          else reject(new Fault(status, String(answer.__type), String(answer.message ?? answer.Message ?? "")));
        });
      });
      call.on("error", (error) => reject(new NoAnswer(error.message)));
      call.end(body);
    });
  }

  /** Asks again until there is an answer. */
  async insist(operation: string, input: object): Promise<Record<string, unknown>> {
    for (;;) {
      try {
        return await this.call(operation, input);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  /** All items of a paged list. */
  async all<Item>(operation: string, input: object, member: string): Promise<Item[]> {
    const items: Item[] = [];
    let nextToken: unknown;
    do {
      const page = await this.insist(operation, { ...input, ...(nextToken === undefined ? {} : { nextToken }) });
      items.push(...(page[member] as Item[]));
      nextToken = page.nextToken;
    } while (nextToken !== undefined && nextToken !== null);
    return items;
  }

  close(): void {
    this.#agent.destroy();
  }
}
