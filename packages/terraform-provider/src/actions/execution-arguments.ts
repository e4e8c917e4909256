import { type Diagnostic, error, warning } from "../diagnostic.js";
import { parseStatesArn } from "../resources/arn.js";
import { ExactNumber, type Fields, UNKNOWN, type Value } from "../value.js";

/**
 * The arguments of an execution to be started, checked by the service's rules
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html) before anything is asked of it. What is not known
 * yet is fine.
 */
export function executionFaults(config: Fields): readonly Diagnostic[] {
  return [
    ...known(config.state_machine_arn, stateMachineFaults),
    ...known(config.input, inputFaults),
    ...known(config.name, nameFaults),
    ...known(config.trace_header, traceHeaderFaults),
    ...regionFaults(config),
    ...waitingFaults(config),
  ];
}

/** The service's limit for inputs, in bytes of UTF-8. */
const MAX_INPUT = 262_144;

function known(value: Value | undefined, faults: (text: string) => readonly Diagnostic[]): readonly Diagnostic[] {
  return typeof value === "string" ? faults(value) : [];
}

function stateMachineFaults(text: string): readonly Diagnostic[] {
  const fault = (detail: string) => [error("Invalid ARN of a state machine", detail, ["state_machine_arn"])];
  const form = "arn:aws:states:REGION:ACCOUNT:stateMachine:NAME, with :VERSION or :ALIAS after it where one is meant";
  const arn = parseStatesArn(text);
  if (arn === undefined || text.length > 256) return fault(`'${text}' is no such ARN. It looks like ${form}.`);
  if (arn.kind !== "stateMachine") {
    return fault(`'${text}' is the ARN of another kind of resource (${arn.kind}). What is needed looks like ${form}.`);
  }
  if (arn.name.includes("/")) {
    return fault(`'${text}' names a Distributed Map within a state machine: only the state machine can be started.`);
  }
  return [];
}

function inputFaults(text: string): readonly Diagnostic[] {
  const path = ["input"];
  const size = Buffer.byteLength(text);
  if (size > MAX_INPUT) {
    return [
      error("Input too large", `The input has ${size} bytes: the service takes at most ${MAX_INPUT} (256 KB).`, path),
    ];
  }
  try {
    JSON.parse(text);
    return [];
  } catch (thrown) {
    const reason = text.trim() === "" ? "It is empty" : (thrown as Error).message;
    return [error("Invalid input", `The input must be JSON, as jsonencode() gives it. ${reason}.`, path)];
  }
}

/** What the name of an execution must not hold (API_StartExecution): white space, brackets, wildcards, special and control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const FORBIDDEN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff\ud800-\udfff\u{10ffff}]/u;

function nameFaults(text: string): readonly Diagnostic[] {
  const fault = (detail: string) => [error("Invalid name of an execution", detail, ["name"])];
  if (text === "" || text.length > 80) {
    return fault(`The name has ${text.length} characters: it must have 1 to 80.`);
  }
  const [character] = FORBIDDEN.exec(text) ?? [];
  if (character === undefined) return [];
  const shown = /\p{C}|\s/u.test(character) ? `U+${hexadecimal(character)}` : `'${character}'`;
  return fault(
    `'${text}' holds ${shown}: white space, brackets, wildcards, control and other special characters may not be in it.`,
  );
}

function hexadecimal(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
const TRACE_FIELDS: Readonly<Record<string, RegExp>> = {
  Root: /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i,
  Parent: /^[0-9a-f]{16}$/i,
  Sampled: /^[01?]$/,
};

function traceHeaderFaults(text: string): readonly Diagnostic[] {
  const path = ["trace_header"];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the service's rule is ASCII, all of it
  if (text.length > 256 || !/^[\u0000-\u007f]*$/.test(text)) {
    const detail = "The service takes at most 256 ASCII characters.";
    return [error("Invalid trace header", detail, path)];
  }
  const fields = text.split(";").map((field) => field.split("="));
  const wrong = fields.find(([name = "", value = ""]) => TRACE_FIELDS[name.trim()]?.test(value) === false);
  const hasRoot = fields.some(([name = ""]) => name.trim() === "Root");
  if (hasRoot && wrong === undefined && fields.every((field) => field.length === 2)) return [];
  const what = wrong === undefined ? "" : ` ${wrong[0]} is '${wrong[1]}'.`;
  return [
    warning(
      "Trace header that X-Ray will not understand",
      `The service takes it, but X-Ray reads Root=1-8 hexadecimal digits-24 more, and Parent and Sampled after ';'.${what}`,
      path,
    ),
  ];
}

function regionFaults({ region, state_machine_arn: arn }: Fields): readonly Diagnostic[] {
  if (typeof region !== "string" || region === "" || typeof arn !== "string") return [];
  const ofArn = parseStatesArn(arn)?.region;
  if (ofArn === undefined || ofArn === region) return [];
  const detail = `The state machine's ARN is of ${ofArn}, region is ${region}. Leave region out: the ARN's is taken.`;
  return [error("Wrong region", detail, ["region"])];
}

const LIMITS = {
  /** A year, the longest that an execution can take. */
  timeout: { least: 1, most: 31_536_000 },
  poll_interval: { least: 0.1, most: 3600 },
} as const;

function waitingFaults(config: Fields): readonly Diagnostic[] {
  const { wait_for_completion: wait } = config;
  const numbers = (["timeout", "poll_interval"] as const).flatMap((name) => {
    const value = config[name] ?? null;
    const number = value instanceof ExactNumber ? Number(value.text) : value;
    if (typeof number !== "number") return [];
    const { least, most } = LIMITS[name];
    return number >= least && number <= most
      ? []
      : [error(`Invalid ${name}`, `${name} is ${number} seconds: it must be ${least} to ${most}.`, [name])];
  });
  if (wait === true || wait === UNKNOWN) return numbers;
  const useless = ["timeout", "poll_interval", "stop_on_cancel"].filter((name) => (config[name] ?? null) !== null);
  const [first] = useless;
  if (first === undefined) return numbers;
  const detail = `${useless.join(", ")} would count with wait_for_completion = true: nothing is waited for.`;
  return [...numbers, warning("Argument without effect", detail, [first])];
}
