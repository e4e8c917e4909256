import { createServer, isIPv4 } from "node:net";

/** True for an address that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

/**
 * Tries whether an address can be listened on.
 * @throws ServerError, as the server itself would, where it is taken or not this machine's.
 */
export async function checkAddress(host: string, port: number): Promise<void> {
  const { listenError } = await import("@pawl/server");
  await new Promise<void>((resolve, reject) => {
    const trial = createServer();
    trial.once("error", (error) => reject(listenError(error, host, port)));
    trial.listen({ host, port }, () => trial.close(() => resolve()));
  });
}
