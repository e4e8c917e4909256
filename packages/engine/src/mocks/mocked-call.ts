/** A call of a state whose answer comes from the mock configuration. */
export interface MockedCall {
  readonly stateMachineName: string;
  readonly testCase: string;
  readonly state: string;
  /** How many calls of the state were made before. */
  readonly call: number;
}

/** The name of a state machine, from that of the part of it that a child execution of a map run runs. */
export function rootName(stateMachineName: string): string {
  const [name = ""] = stateMachineName.split("/", 1);
  return name;
}
