/** The server cannot do what it was told to: its message is one sentence for the person who started it. */
export class ServerError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ServerError";
  }
}

/** The sentence for a listen() that failed. */
export function listenError(error: NodeJS.ErrnoException, host: string, port: number): ServerError {
  const address = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  const why: Readonly<Record<string, string>> = {
    EADDRINUSE: `The address ${address} is taken; --port chooses another port.`,
    EACCES: `The address ${address} may not be used by this user; --port chooses another port.`,
    EADDRNOTAVAIL: `The address ${address} is not one of this machine.`,
    ENOTFOUND: `The host '${host}' is not known.`,
  };
  return new ServerError(why[error.code ?? ""] ?? `The server cannot listen on ${address}: ${error.message}.`, {
    cause: error,
  });
}
