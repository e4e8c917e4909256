// The limit of this machine: a bare Node HTTP server that parses the same request and answers as many bytes, and does
// nothing else. Prints its address, as `pawl start` does.
import { createServer } from "node:http";

const answer = JSON.stringify({
  executionArn: "arn:aws:states:us-east-1:123456789012:execution:hello:019ab0a1-6c50-7b2c-9d3e-5f60718293a4",
  startDate: 1763863200.123,
});

const server = createServer({ keepAliveTimeout: 90_000 }, (request, response) => {
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (chunk) => {
    body += chunk;
  });
  request.on("end", () => {
    const { input } = JSON.parse(body);
    if (input !== undefined) {
      JSON.parse(input);
    }
    response.writeHead(200, [
      "x-amzn-RequestId",
      "9ee5dab1-a696-4c3b-b7b2-68fce477fd8b",
      "Content-Type",
      "application/x-amz-json-1.0",
      "Content-Length",
      String(Buffer.byteLength(answer)),
    ]);
    response.end(answer);
  });
});
server.listen(0, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
