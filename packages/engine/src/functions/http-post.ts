import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import { TaskError } from "../tasks/task-handler.js";
import { MAX_RESPONSE_BYTES, responseTooLarge } from "./function-failure.js";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * Posts a body and reads the answer, which can be as large as a function's result.
 * @param seconds how long that may take
 * @throws TaskError
 */
export function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
  seconds: number,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      // The endpoint closed an idle connection just when it was used again: it has not seen the request.
      if (request.reusedSocket && error.code === "ECONNRESET" && !answered) {
        clearTimeout(timer);
        post(url, headers, body, signal, seconds).then(resolve, reject);
        return;
      }
      reject(new TaskError("Lambda.SdkClientException", `Unable to execute HTTP request: ${error.message}`));
    };
    let answered = false;
    const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(
      url,
      { method: "POST", headers: { ...headers, "content-length": Buffer.byteLength(body) }, signal },
      (response) => {
        answered = true;
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_RESPONSE_BYTES) {
            response.destroy();
            const payload = responseTooLarge();
            reject(new TaskError("Function.ResponseSizeTooLarge", payload));
          } else {
            chunks.push(chunk);
          }
        });
        response.on("error", fail);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    const timer = setTimeout(() => {
      answered = true;
      request.destroy(new Error(`no answer within ${seconds} seconds`));
    }, seconds * 1000);
    request.on("close", () => clearTimeout(timer));
    request.on("error", fail);
    request.end(body);
  });
}
