/**
 * The names that SDK integrations have for members and errors are those of AWS's SDK for Java 2, with a capital letter:
 * `DBInstanceIdentifier` of the API is `DbInstanceIdentifier` in a state, `BOOL` is `Bool`
 * (https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html, "API naming conventions").
 * The rules are those of that SDK's code generator.
 */

/** Words that cannot be the name of a method in Java, and what the SDK makes of them. */
const RESERVED = new Set(
  (
    "abstract assert boolean break byte case catch char class const continue default do double else enum extends false " +
    "final finally float for goto if implements import instanceof int interface long native new package private " +
    "protected public return short static strictfp super switch synchronized this throw throws transient true try void " +
    "volatile while build builder copy equals getClass hashCode notify notifyAll sdkFields toBuilder toString wait"
  ).split(" "),
);

/** A member of a request or a result, as a state writes it: `executionArn` is `ExecutionArn`. */
export function memberName(name: string): string {
  const plain = uncapitalizeAcronym(name);
  // DynamoDB's `NULL`: Java has that word too, and the SDK spells it like this.
  if (plain === "null") return "Nul";
  return capitalize(RESERVED.has(plain) ? `${plain}Value` : plain);
}

/** A member as the optimized integrations write it, which use the older SDK: `containerArn` is `ContainerArn`. */
export function capitalize(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The name of a service in errors, from its id: `DynamoDB` is `DynamoDb`, `Secrets Manager` is `SecretsManager`. */
export function serviceName(serviceId: string): string {
  return pascalCase(serviceId.replace(/^(Amazon|AWS)\b/, "").replace(/\bService$/, ""));
}

/** The name of an error: `NoSuchKey` is `NoSuchKeyException`, `InvalidResourceStateFault` is `InvalidResourceStateException`. */
export function exceptionName(name: string): string {
  if (name.endsWith("Fault")) return `${pascalCase(name.slice(0, -"Fault".length))}Exception`;
  return name.endsWith("Exception") ? pascalCase(name) : `${pascalCase(name)}Exception`;
}

/** `DBInstanceId` to `dbInstanceId`: all capitals in front but the one that begins the next word. */
function uncapitalizeAcronym(name: string): string {
  let end = 1;
  while (end < name.length && isUpper(name.charAt(end)) && !isLower(name.charAt(end + 1))) end += 1;
  return name.slice(0, end).toLowerCase() + name.slice(end);
}

/** Words run together, each with one capital: `ACMSuccess` to `AcmSuccess`. */
function pascalCase(text: string): string {
  return text
    .replace(/[^A-Za-z0-9]+/g, " ")
    .replace(/([^a-z]{2,})v([0-9]+)/g, "$1 v$2 ")
    .replace(/([^A-Z]{2,})V([0-9]+)/g, "$1 V$2 ")
    .replace(/([a-z])(?=[A-Z][a-zA-Z0-9])/g, "$1 ")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .replace(/([0-9])([a-zA-Z])/g, "$1 $2")
    .trim()
    .split(/ +/)
    .map((word) => capitalize(word.toLowerCase()))
    .join("");
}

const isUpper = (letter: string): boolean => letter >= "A" && letter <= "Z";
const isLower = (letter: string): boolean => letter >= "a" && letter <= "z";
