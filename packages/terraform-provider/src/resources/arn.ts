import { DiagnosticError, error } from "../diagnostic.js";

/** The parts of an ARN of Step Functions: `arn:PARTITION:states:REGION:ACCOUNT:KIND:NAME` and what may follow the name. */
export interface StatesArn {
  readonly region: string;
  readonly kind: string;
  readonly name: string;
  /** A version's number or an alias's name. */
  readonly qualifier?: string;
}

export function parseStatesArn(text: string): StatesArn | undefined {
  const [arn, partition, service, region, account, kind, name, qualifier, ...rest] = text.split(":");
  if (arn !== "arn" || service !== "states" || rest.length > 0) return undefined;
  if (!partition || !region || account === undefined || !kind || !name || qualifier === "") return undefined;
  return { region, kind, name, ...(qualifier === undefined ? {} : { qualifier }) };
}

/** True for whatever has the form of an ARN, of any service. */
export function isArn(text: string): boolean {
  return /^arn:[\w-]+:[\w-]+:[\w-]*:[\w-]*:./.test(text);
}

/**
 * Reads what `terraform import` was given: an ARN, or an ARN with `@` and its region.
 * @param example an ARN of the right form, for the diagnostic
 * @throws DiagnosticError
 */
export function importedArn(
  id: string,
  fits: (arn: StatesArn) => boolean,
  example: string,
): { readonly arn: string; readonly region: string } {
  const [, text = id, region] = /^(.*)@([a-z0-9-]+)$/.exec(id) ?? [];
  const arn = parseStatesArn(text);
  if (arn === undefined || !fits(arn)) {
    throw new DiagnosticError(
      error("Not the ARN of such a resource", `'${id}' cannot be imported. What is needed looks like ${example}`),
    );
  }
  if (region !== undefined && region !== arn.region) {
    throw new DiagnosticError(
      error("The region is not the ARN's", `The ARN is of the region ${arn.region}, after the @ stands ${region}.`),
    );
  }
  return { arn: text, region: arn.region };
}
