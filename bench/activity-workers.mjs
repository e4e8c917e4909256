// Workers of an activity, a process of its own: connections that each ask for a task, answer it at once with its own input, and
// ask again. Takes one job from its parent, { port, activityArn, connections }, and works until it is killed. As load.mjs, it has
// to be cheaper than the server.
import { connect } from "node:net";
import { requestText } from "./api.mjs";

process.once("message", ({ port, activityArn, connections }) => {
  const poll = requestText("GetActivityTask", { activityArn, workerName: "bench" });
  for (let index = 0; index < connections; index++) work(port, poll);
});

function work(port, poll) {
  let text = "";
  const socket = connect({ host: "127.0.0.1", port, noDelay: true }, () => socket.write(poll));
  socket.setEncoding("latin1");
  socket.on("error", (error) => process.emitWarning(error));
  socket.on("data", (chunk) => {
    text += chunk;
    const head = text.indexOf("\r\n\r\n");
    if (head < 0) return;
    const length = Number(/\r\nContent-Length: (\d+)/.exec(text)?.[1]);
    if (text.length < head + 4 + length) return;
    if (!text.startsWith("HTTP/1.1 200")) throw new Error(text);
    const { taskToken, input } = JSON.parse(text.slice(head + 4));
    text = "";
    // What has no token is the answer to a SendTaskSuccess, or to a poll that found nothing.
    socket.write(taskToken === undefined ? poll : requestText("SendTaskSuccess", { taskToken, output: input }));
  });
}
