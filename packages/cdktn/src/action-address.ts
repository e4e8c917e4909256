/**
 * Addresses of Terraform actions, as `action_trigger` wants them: bare references without `${ }`
 * (https://developer.hashicorp.com/terraform/language/block/resource#action_trigger).
 */

const NAME = /^[\p{ID_Start}_][\p{ID_Continue}-]*$/u;
const ADDRESS =
  /^action\.([\p{ID_Start}_][\p{ID_Continue}-]*)\.([\p{ID_Start}_][\p{ID_Continue}-]*)(?:\[(?:\d+|"(?:[^"\\]|\\.)*"|each\.key|count\.index)\])?$/u;

/** Whether a text can name a block or its type. */
export function isIdentifier(text: string): boolean {
  return NAME.test(text);
}

/** The address of one instance: `[0]` for a number, `["eu"]` for a text. @throws RangeError for a number that is no index */
export function instanceAddress(address: string, key: number | string): string {
  if (typeof key === "string") {
    return `${address}[${quoted(key)}]`;
  }
  if (!Number.isSafeInteger(key) || key < 0) {
    throw new RangeError(`${address}[${key}]: an index is a whole number from 0 on, or the key of forEach as a text`);
  }
  return `${address}[${key}]`;
}

/** The address without its index, `action.TYPE.NAME`; undefined where the text is not a bare address of an action. */
export function blockAddress(text: string): string | undefined {
  const [, type, name] = ADDRESS.exec(text) ?? [];
  return type === undefined ? undefined : `action.${type}.${name}`;
}

/** What is wrong with a text as an address of an action, with a way out. `isToken`: it stands for an expression, as `fqn` does. */
export function addressFault(text: string, isToken: boolean): string | undefined {
  if (isToken || /^\$\{.*\}$/s.test(text)) {
    return `${isToken ? "an expression" : `"${text}"`} is in actions, where Terraform takes bare references: use the action itself or its .address instead of .fqn`;
  }
  return blockAddress(text) === undefined
    ? `"${text}" is not the address of an action: give the action itself or its address, such as action.aws_sfn_start_execution.example`
    : undefined;
}

/** A text in HCL's quotes, in which `${` and `%{` would begin a template. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[$%]\{/g, (opening) => `${opening.charAt(0)}${opening}`);
}
