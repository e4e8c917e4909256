import { CommandError } from "./exit-code.js";

/** An ARN of Step Functions: `arn:PARTITION:states:REGION:ACCOUNT:KIND:NAME…`. */
export interface Arn {
  readonly text: string;
  readonly region: string;
  readonly accountId: string;
  readonly kind: ArnKind;
  /** What follows the kind: the machine's name, `MACHINE:EXECUTION`, …. */
  readonly resource: string;
}

export type ArnKind = keyof typeof FORMS;

/** What an ARN of each kind looks like after `arn:aws:states:REGION:ACCOUNT:`. */
const FORMS = {
  stateMachine: "stateMachine:NAME",
  execution: "execution:MACHINE:NAME",
  activity: "activity:NAME",
  mapRun: "mapRun:MACHINE/LABEL:ID",
} as const;

const PATTERN = /^arn:aws[a-z-]*:states:([a-z0-9-]+):(\d{12}):(\w+):(\S+)$/;

/**
 * Reads an ARN that must be of one of `kinds`.
 * @throws CommandError where it is not.
 */
export function parseArn(text: string, ...kinds: readonly ArnKind[]): Arn {
  const [, region, accountId, kind, resource] = PATTERN.exec(text) ?? [];
  if (region !== undefined && accountId !== undefined && resource !== undefined && isOneOf(kind, kinds)) {
    return { text, region, accountId, kind, resource };
  }
  const forms = kinds.map((each) => `arn:aws:states:REGION:ACCOUNT:${FORMS[each]}`);
  throw new CommandError(`'${text}' is no ARN of the form ${forms.join(" or ")}`);
}

function isOneOf(kind: string | undefined, kinds: readonly ArnKind[]): kind is ArnKind {
  return (kinds as readonly (string | undefined)[]).includes(kind);
}
