// An endpoint with the Invoke API: answers at once, except for the function `slow`, whose calls it holds until `/release`.
// `/held` tells how many it holds. Prints its port.
import { createServer } from "node:http";

const held = new Set();
const server = createServer((request, response) => {
  request.resume();
  if (request.url === "/held") {
    response.end(String(held.size));
  } else if (request.url === "/release") {
    for (const each of held) each.end("1");
    response.end();
  } else if (request.url.includes("slow")) {
    held.add(response);
    response.on("close", () => held.delete(response));
  } else {
    response.end("2");
  }
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 10_000 }, () => console.log(server.address().port));
