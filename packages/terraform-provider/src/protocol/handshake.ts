/**
 * How go-plugin hosts and plugins find each other
 * (https://github.com/hashicorp/go-plugin/blob/main/docs/internals.md): the host sets variables of the environment, the plugin
 * answers with one line on stdout.
 */

/** The only version of Terraform's plugin protocol that this provider speaks. */
export const PROTOCOL_VERSION = 6;

const MAGIC_COOKIE = {
  name: "TF_PLUGIN_MAGIC_COOKIE",
  value: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
};

/** Whether Terraform has started this process. */
export function isStartedByTerraform(environment: NodeJS.ProcessEnv): boolean {
  return environment[MAGIC_COOKIE.name] === MAGIC_COOKIE.value;
}

/** What a person reads who starts the provider by hand. */
export const NOT_BY_HAND = `This is a plugin of Terraform: the provider for AWS Step Functions, on AWS and on Pawl.
Terraform starts it when a configuration asks for it. To install it where Terraform finds it:

    pawl terraform install

To start it by hand and let Terraform use this process (pawl terraform dev says how): --debug
`;

/**
 * Whether the host speaks {@link PROTOCOL_VERSION}. A host that says nothing about versions takes the one it is given.
 */
export function hostSpeaksOurProtocol(environment: NodeJS.ProcessEnv): boolean {
  const { PLUGIN_PROTOCOL_VERSIONS: versions } = environment;
  return versions === undefined || versions === "" || versions.split(",").map(Number).includes(PROTOCOL_VERSION);
}

/** Where a server listens: `unix` with the path of a socket, `tcp` with host and port. */
export interface Address {
  readonly network: "unix" | "tcp";
  readonly text: string;
}

/** The line that tells the host where the server is, and the certificate that it will show. */
export function handshakeLine(
  address: Address,
  certificate: Buffer | undefined,
  { PLUGIN_MULTIPLEX_GRPC }: NodeJS.ProcessEnv,
): string {
  // Go reads base64 without padding here.
  const shown = certificate?.toString("base64").replace(/=+$/, "") ?? "";
  // A host that would put several streams of its own upon the connection wants to hear that this is not to be.
  const multiplexing = PLUGIN_MULTIPLEX_GRPC ? "|false" : "";
  return `1|${PROTOCOL_VERSION}|${address.network}|${address.text}|grpc|${shown}${multiplexing}\n`;
}

/** What TF_REATTACH_PROVIDERS must be so that Terraform uses a process that runs already. */
export function reattachSettings(source: string, address: Address, pid: number): string {
  return JSON.stringify({
    [source]: {
      Protocol: "grpc",
      ProtocolVersion: PROTOCOL_VERSION,
      Pid: pid,
      // Terraform 1.11 takes the protocol for version 5, and would end the process, without this.
      Test: true,
      Addr: { Network: address.network, String: address.text },
    },
  });
}
