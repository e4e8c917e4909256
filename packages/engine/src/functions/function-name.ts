/** What a FunctionName of the Invoke API says. */
export interface FunctionName {
  readonly name: string;
  readonly qualifier: string | undefined;
  /** Absent where only a name or a partial ARN was given. */
  readonly region: string | undefined;
  readonly accountId: string | undefined;
}

const FORM =
  /^(?:arn:[^:]+:lambda:(?<region>[^:]*):(?<arnAccount>\d*):function:|(?:(?<partialAccount>\d{12}):function:)|function:)?(?<name>[^:]+)(?::(?<qualifier>[^:]+))?$/;

/** Reads `NAME`, `ACCOUNT:function:NAME` or an ARN, each with or without `:QUALIFIER`; undefined for anything else. */
export function parseFunctionName(text: string): FunctionName | undefined {
  const groups = FORM.exec(text)?.groups;
  if (groups?.name === undefined) return undefined;
  const { name, qualifier, region, arnAccount, partialAccount } = groups;
  return { name, qualifier, region: region || undefined, accountId: arnAccount || partialAccount || undefined };
}
