import { createServer, isIPv4 } from "node:net";
import { CommandError } from "./exit-code.js";

/** True for an address that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

/**
 * Tries whether an address can be listened on.
 * @throws CommandError where it is taken or not this machine's.
 */
export function checkAddress(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const trial = createServer();
    trial.once("error", (error) => reject(listenFault(error, host, port)));
    trial.listen({ host, port }, () => trial.close(() => resolve()));
  });
}

function listenFault({ code, message }: NodeJS.ErrnoException, host: string, port: number): CommandError {
  switch (code) {
    case "EADDRINUSE":
      return new CommandError(`Port ${port} on ${host} is taken by another program: choose another with --port`);
    case "EACCES":
      return new CommandError(`Port ${port} on ${host} is not open to this user: choose another with --port`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new CommandError(`${host} is no address of this machine: choose another with --host`);
    default:
      return new CommandError(`${host}:${port} cannot be listened on: ${message}`);
  }
}
