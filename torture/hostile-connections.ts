import { connect, type Socket } from "node:net";
import { pause, type Trial } from "../test/durability/trial.js";

/** Clients that mean no good, or cannot help it. None of them may keep the others from being served. */
export async function hostileConnections({ pawl, random }: Trial): Promise<void> {
  const port = Number(new URL(await pawl.served()).port);
  const sockets: Socket[] = [];
  const open = (first: string | Buffer): Socket => {
    const socket = connect(port, "127.0.0.1", () => socket.write(first));
    // They are cut off; that is what they get.
    socket.on("error", () => {});
    socket.resume();
    sockets.push(socket);
    return socket;
  };
  const head = "POST / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-amz-target: AWSStepFunctions.ListStateMachines\r\n";
  const slow = Array.from({ length: 20 }, () => open("POST / HTTP/1.1\r\nhost: 127.0.0.1\r\n"));
  for (let n = 0; n < 20; n++) {
    // Half-open: nothing is ever sent. Oversize: announced, or sent. Malformed. Pipelined.
    open("");
    open(`${head}content-length: 99999999\r\n\r\n${"x".repeat(100_000)}`);
    open(Buffer.from(Array.from({ length: 200 }, () => random.below(256))));
    open(`${head}content-length: 2\r\n\r\n{}`.repeat(30));
    open(`${head}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}`);
  }
  for (let step = 0; step < 10; step++) {
    for (const socket of slow) socket.write(`x-${step}: a\r\n`);
    await pause(150);
  }
  for (const socket of sockets) socket.destroy();
}
