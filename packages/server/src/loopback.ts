/** True where the other end of a connection is on this machine. */
export function isLoopbackPeer(address: string | undefined): boolean {
  return address !== undefined && /^(?:(?:::ffff:)?127\.\d+\.\d+\.\d+|::1)$/.test(address);
}
