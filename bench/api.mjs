// Single calls of the Step Functions API, for what is not under load.
import { Agent, request } from "node:http";

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/**
 * The answer of an operation.
 * @param onLength told how long its text is
 */
export function call(url, operation, input, onLength = () => {}) {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify(input);
    const sent = request(url, { method: "POST", agent, headers: headersOf(operation, body) }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => {
        onLength(text.length);
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`${operation}: ${response.statusCode} ${text}`));
      });
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

/** A request as it goes over the wire, with no more headers than the protocol needs. */
export function requestText(operation, input) {
  const body = JSON.stringify(input);
  const lines = Object.entries({ Host: "127.0.0.1", ...headersOf(operation, body) }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return `POST / HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}

function headersOf(operation, body) {
  return {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": `AWSStepFunctions.${operation}`,
    "Content-Length": Buffer.byteLength(body),
  };
}

/** Makes a state machine and gives its ARN. */
export async function createStateMachine(url, name, definition, type = "STANDARD") {
  const { stateMachineArn } = await call(url, "CreateStateMachine", {
    name,
    type,
    definition: JSON.stringify(definition),
    roleArn: "arn:aws:iam::123456789012:role/bench",
  });
  return stateMachineArn;
}

/** How many executions of a state machine have this status, counted by listing them, and some of them spread over the list. */
export async function countExecutions(url, stateMachineArn, statusFilter) {
  let count = 0;
  let nextToken;
  const samples = [];
  do {
    const page = await call(url, "ListExecutions", { stateMachineArn, statusFilter, maxResults: 1000, nextToken });
    count += page.executions.length;
    if (page.executions.length > 0) samples.push(page.executions[0].executionArn);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return { count, samples };
}
