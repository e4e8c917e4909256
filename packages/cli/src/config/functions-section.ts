import type { FunctionSettings, FunctionTable, WorkerSettings } from "@pawl/engine";
import type { ConfigValue } from "./config-value.js";

const WORKER_MEMBERS = [
  "environment",
  "passEnvironment",
  "timeoutSeconds",
  "initSeconds",
  "memoryMB",
  "concurrency",
  "maxQueued",
  "reservedConcurrency",
  "warm",
  "idleSeconds",
  "watch",
] as const;

/** A day: beyond that nobody waits, and timers have an end, too. */
const LONGEST_SECONDS = 86_400;

/** The members that say which kind of function it is, and those that go with each. */
const KINDS = {
  handler: ["handler", ...WORKER_MEMBERS],
  command: ["command", "cwd", ...WORKER_MEMBERS],
  url: ["url", "timeoutSeconds"],
  endpoint: ["endpoint", "functionName", "timeoutSeconds"],
  aws: ["aws", "region", "functionName", "timeoutSeconds"],
} as const;

const NAME =
  /^(?:arn:[^:\s]+:lambda:[a-z0-9-]+:\d{12}:function:)?[A-Za-z0-9_-]{1,140}(?::(?:\$LATEST|[A-Za-z0-9_-]{1,128}))?$/;
const MODULE = /\.(?:[cm]?js|[cm]?ts)$/;

/** `functions`: what stands behind the names of Lambda functions. */
export function functionsSection(section: ConfigValue): FunctionTable {
  const functions = new Map<string, FunctionSettings>();
  for (const [name, value] of section.entries() ?? []) {
    if (!NAME.test(name)) {
      value.wrong("is no function: NAME, NAME:QUALIFIER or arn:aws:lambda:REGION:ACCOUNT:function:NAME");
    }
    const settings = functionOf(value);
    if (settings !== undefined) functions.set(name, settings);
  }
  return functions;
}

function functionOf(value: ConfigValue): FunctionSettings | undefined {
  if (value.isText) {
    const text = value.text() ?? "";
    return /^https?:\/\//.test(text) ? urlFunction(value) : moduleFunction(value, {});
  }
  if (value.isList) return commandFunction(value, undefined, {});
  const all = Object.values(KINDS).flat();
  const given = value.members([...new Set(all)]);
  const kinds = (Object.keys(KINDS) as (keyof typeof KINDS)[]).filter((kind) => given[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    return value.wrong(`must have one of ${Object.keys(KINDS).join(", ")}: it says what kind of function it is`);
  }
  for (const [name, member] of Object.entries(given)) {
    if (!(KINDS[kind] as readonly string[]).includes(name)) {
      member.wrong(`does not go with ${kind}, allowed are ${KINDS[kind].join(", ")}`);
    }
  }
  const { timeoutSeconds } = given;
  const timeout = withoutAbsent({ timeoutSeconds: timeoutSeconds?.number(0.001, LONGEST_SECONDS) });
  const functionName = withoutAbsent({ functionName: given.functionName?.text() });
  if (given.handler !== undefined) return moduleFunction(given.handler, workerSettings(given));
  if (given.command !== undefined) return commandFunction(given.command, given.cwd, workerSettings(given));
  if (given.url !== undefined) {
    const settings = urlFunction(given.url);
    return settings && { ...settings, ...timeout };
  }
  if (given.endpoint !== undefined) {
    const endpoint = given.endpoint.url();
    return endpoint === undefined ? undefined : { kind: "endpoint", endpoint, ...functionName, ...timeout };
  }
  if (given.aws?.flag() === false) return given.aws.wrong("must be true, or absent");
  return { kind: "aws", ...withoutAbsent({ region: given.region?.text() }), ...functionName, ...timeout };
}

/** `./functions/hello.mjs#handler` */
function moduleFunction(value: ConfigValue, settings: WorkerSettings): FunctionSettings | undefined {
  const text = value.text("a module and its export, such as ./hello.mjs#handler");
  if (text === undefined) return undefined;
  const at = text.lastIndexOf("#");
  const [file, handler] = at === -1 ? [text, "handler"] : [text.slice(0, at), text.slice(at + 1)];
  if (!MODULE.test(file) || handler === "") {
    return value.wrong("must be a module and its export, such as ./hello.mjs#handler, or an address");
  }
  return { kind: "module", module: value.pathOf(file), handler, ...settings };
}

function commandFunction(
  value: ConfigValue,
  cwd: ConfigValue | undefined,
  settings: WorkerSettings,
): FunctionSettings | undefined {
  const [program, ...rest] = value.texts() ?? [];
  if (program === undefined) {
    return value.isList
      ? value.wrong('must name a program, such as ["python3", "-m", "awslambdaric", "app.handler"]')
      : undefined;
  }
  // A path, as against a name that is looked up in PATH.
  const command = /[/\\]/.test(program) ? value.pathOf(program) : program;
  return { kind: "command", command: [command, ...rest], cwd: cwd?.file() ?? value.pathOf("."), ...settings };
}

function urlFunction(value: ConfigValue): FunctionSettings | undefined {
  const url = value.url();
  return url === undefined ? undefined : { kind: "url", url };
}

function workerSettings(given: Partial<Record<(typeof WORKER_MEMBERS)[number], ConfigValue>>): WorkerSettings {
  const { reservedConcurrency: reserved, watch } = given;
  if (reserved !== undefined && (given.concurrency ?? given.maxQueued) !== undefined) {
    reserved.wrong("stands for concurrency and a maxQueued of 0: it cannot stand beside them");
  }
  const most = reserved?.wholeNumber(1);
  return withoutAbsent({
    environment: given.environment?.textsByName(),
    passEnvironment: given.passEnvironment?.texts(),
    timeoutSeconds: given.timeoutSeconds?.number(0.001, LONGEST_SECONDS),
    initSeconds: given.initSeconds?.number(0.001, LONGEST_SECONDS),
    memoryMB: given.memoryMB?.wholeNumber(32),
    concurrency: most ?? given.concurrency?.wholeNumber(1),
    maxQueued: most === undefined ? given.maxQueued?.wholeNumber(0) : 0,
    warm: given.warm?.wholeNumber(0),
    idleSeconds: given.idleSeconds?.number(0, LONGEST_SECONDS),
    watch: watch?.items()?.flatMap((item) => item.file() ?? []),
  });
}

/** With `exactOptionalPropertyTypes` what is absent must not be there as undefined. */
function withoutAbsent<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
