import { execFile } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Api, Fault, NoAnswer } from "../test/durability/api.js";
import { PawlProcess, pawlCommand } from "../test/durability/pawl-process.js";
import type { SeededRandom } from "../test/durability/seeded-random.js";
import type { Trial } from "../test/durability/trial.js";

/**
 * Damages a copy of the data of the trial: cuts a file of it short, or turns bits over. Whoever opens the copy must either say that it is damaged, or
 * answer what the whole one answers, or answer with an error; never with something else. What is missing is found by `pawl check`, and a
 * backup makes the copy whole again.
 * @returns what was wrong
 */
export async function damage(trial: Trial): Promise<string[]> {
  const { random } = trial;
  const parent = mkdtempSync(join(tmpdir(), "pawl-damage-"));
  const [whole, hurt, checked] = ["whole", "hurt", "checked"].map((name) => join(parent, name)) as [
    string,
    string,
    string,
  ];
  // After an orderly end the file is all there is; after a crash the last commits are in the log.
  await trial.pawl.kill(random.chance(0.5) ? "SIGTERM" : "SIGKILL");
  const stopped = Date.now() / 1000;
  for (const target of [whole, hurt]) copyData(trial.data, target);
  await trial.crash();
  try {
    const backup = join(parent, "backup.db");
    const written = await pawl("backup", backup, "--data", whole);
    if (written.code !== 0) return [`the whole copy gives no backup: ${written.stderr}`];
    const log = join(hurt, LOG);
    const isLog = existsSync(log) && random.chance(0.5);
    const place = damageFile(isLog ? log : join(hurt, DATABASE), random);
    copyData(hurt, checked);

    const expected = await answersOf(whole, stopped);
    if (expected === undefined) return ["the whole copy is refused"];
    if ([...expected.values()].some(isIncomplete)) return ["the whole copy does not answer everything"];
    const check = await pawl("check", "--data", checked);
    if (![0, 1, 2].includes(check.code ?? -1)) return [`${place}: the check ends with ${check.code}: ${check.stderr}`];
    if (/\n +at /.test(check.stderr)) return [`${place}: the check says ${check.stderr}`];
    const found = await answersOf(hurt, expected.keys());
    // With the end of its log an execution may have lost its end, and have come to another one now.
    const faults = compare(expected, isLog ? endedBefore(found, stopped) : found);
    const isMissing = found === undefined || [...found.values()].some(isIncomplete);
    // The end of a log that is cut off is no more than the end of a shorter one.
    if (isMissing && check.code === 0 && !isLog) faults.push("something is missing, and pawl check finds nothing");

    const restored = await pawl("restore", backup, "--data", hurt, "--force");
    const again = restored.code === 0 ? await answersOf(hurt, expected.keys()) : undefined;
    if (again === undefined) faults.push(`the backup cannot be restored: ${restored.stderr}`);
    else {
      const wrong = [...compare(expected, again)];
      if ([...again.values()].some(isIncomplete)) wrong.push("something is missing");
      faults.push(...wrong.map((fault) => `after the backup was restored: ${fault}`));
    }
    return faults.map((fault) => `${place}: ${fault}`);
  } finally {
    rmSync(parent, { recursive: true });
  }
}

const DATABASE = "pawl.db";
const LOG = "pawl.db-wal";

function copyData(from: string, to: string): void {
  mkdirSync(to);
  for (const name of [DATABASE, LOG]) if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
}

function endedBefore(answers: Answers | undefined, time: number): Answers {
  return new Map(
    [...(answers ?? [])].filter(
      ([, { description }]) => description !== undefined && JSON.parse(description).stopDate < time,
    ),
  );
}

function isIncomplete({ description, history }: Answer): boolean {
  return description === undefined || history === undefined;
}

/** What is answered, and is not what is expected. */
function compare(expected: Answers, found: Answers = new Map()): string[] {
  return [...found].flatMap(([executionArn, answer]) =>
    (["description", "history"] as const).flatMap((part) => {
      const [is, was] = [answer[part], expected.get(executionArn)?.[part]];
      return is === undefined || is === was
        ? []
        : [`the ${part} of ${executionArn} is ${is.slice(0, 300)}, and was ${was?.slice(0, 300)}`];
    }),
  );
}

/** @returns what was done */
function damageFile(file: string, random: SeededRandom): string {
  const { size } = statSync(file);
  if (random.chance(0.3)) {
    const end = random.below(size);
    truncateSync(file, end);
    return `${basename(file)} of ${size} bytes, cut off at ${end}`;
  }
  const bits: string[] = [];
  const descriptor = openSync(file, "r+");
  const byte = Buffer.alloc(1);
  for (let count = 1 + random.below(20); count > 0; count--) {
    const [place, bit] = [random.below(size), random.below(8)];
    readSync(descriptor, byte, 0, 1, place);
    byte[0] = (byte[0] ?? 0) ^ (1 << bit);
    writeSync(descriptor, byte, 0, 1, place);
    bits.push(`${place}.${bit}`);
  }
  closeSync(descriptor);
  return `${basename(file)} of ${size} bytes, turned over ${bits.join(" ")}`;
}

function pawl(...args: string[]): Promise<{ readonly code: number | null; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [pawlCommand, ...args], (error, _, stderr) => {
      resolve({ code: error === null ? 0 : ((error.code as number | undefined) ?? null), stderr });
    });
  });
}

/** What is said of an execution; undefined where the answer was an error. */
interface Answer {
  readonly description: string | undefined;
  readonly history: string | undefined;
}

/** By the ARN of the execution. */
type Answers = Map<string, Answer>;

type Ask = (operation: string, input: object) => Promise<Record<string, unknown> | undefined>;

/**
 * The descriptions and histories that a process on the folder gives; undefined where it refuses the folder in a sentence.
 * @param asked of these executions; or of some that ended before this time, in seconds: the others end in every process at another time
 */
async function answersOf(folder: string, asked: Iterable<string> | number): Promise<Answers | undefined> {
  const pawl = new PawlProcess({ data: folder });
  try {
    const url = await pawl.url();
    if (url === undefined) {
      // It may have logged what it could not read before.
      if (!/^pawl: [^\n]+\n$/m.test(pawl.stderr) || /\n +at /.test(pawl.stderr)) {
        throw new Error(`it ends without a sentence: ${pawl.stderr}`);
      }
      return undefined;
    }
    const api = new Api({ isFailureExpected: true });
    api.url = url;
    const answers: Answers = new Map();
    const ask: Ask = async (operation, input) => {
      try {
        return await api.call(operation, input);
      } catch (error) {
        if (error instanceof Fault || error instanceof NoAnswer) return undefined;
        throw error;
      }
    };
    for (const executionArn of typeof asked === "number" ? await someEndedBefore(asked, ask) : asked) {
      const described = await ask("DescribeExecution", { executionArn });
      const history = await ask("GetExecutionHistory", { executionArn, maxResults: 1000 });
      answers.set(executionArn, {
        description: described && JSON.stringify(described),
        history: history && JSON.stringify(history.events),
      });
    }
    api.close();
    return answers;
  } finally {
    await pawl.kill();
  }
}

/** Eight executions of each state machine. */
async function someEndedBefore(time: number, ask: Ask): Promise<string[]> {
  const arns: string[] = [];
  const machines = (await ask("ListStateMachines", {}))?.stateMachines as { stateMachineArn: string }[] | undefined;
  for (const { stateMachineArn } of machines ?? []) {
    const listed = await ask("ListExecutions", { stateMachineArn, statusFilter: "SUCCEEDED", maxResults: 1000 });
    const executions = (listed?.executions ?? []) as { executionArn: string; stopDate: number }[];
    const ended = executions.filter(({ stopDate }) => stopDate < time);
    arns.push(...ended.slice(0, 8).map(({ executionArn }) => executionArn));
  }
  return arns;
}
