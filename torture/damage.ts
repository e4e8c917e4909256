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
    const check = await pawl("check", "--data", checked);
    if (![0, 1, 2].includes(check.code ?? -1)) return [`${place}: the check ends with ${check.code}: ${check.stderr}`];
    if (/\n +at /.test(check.stderr)) return [`${place}: the check says ${check.stderr}`];
    const found = await answersOf(hurt, stopped);
    const faults = found === undefined ? [] : compare(expected, found);
    const isMissing = found === undefined || [...expected.keys()].some((question) => found.get(question) === undefined);
    // The end of a log that is cut off is no more than the end of a shorter one.
    if (isMissing && check.code === 0 && !isLog) faults.push("something is missing, and pawl check finds nothing");

    const restored = await pawl("restore", backup, "--data", hurt, "--force");
    const again = restored.code === 0 ? await answersOf(hurt, stopped) : undefined;
    if (again === undefined) faults.push(`the backup cannot be restored: ${restored.stderr}`);
    else if ([...expected].some(([question, answer]) => again.get(question) !== answer)) {
      faults.push("the restored data answers something else");
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

function compare(expected: Answers, found: Answers): string[] {
  return [...found].flatMap(([question, answer]) => {
    const right = expected.get(question);
    return answer === undefined || right === undefined || answer === right
      ? []
      : [`${question} is ${answer.slice(0, 300)}, and was ${right.slice(0, 300)}`];
  });
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

/** By question; undefined where the answer was an error. */
type Answers = Map<string, string | undefined>;

/** The descriptions and histories that a process on the folder gives of executions that ended before `time`; undefined where it refuses the folder in a sentence. */
async function answersOf(folder: string, time: number): Promise<Answers | undefined> {
  const pawl = new PawlProcess({ data: folder });
  try {
    const url = await pawl.url();
    if (url === undefined) {
      if (!/^pawl: [^\n]+\n$/.test(pawl.stderr)) throw new Error(`it ends without a sentence: ${pawl.stderr}`);
      return undefined;
    }
    const api = new Api({ isFailureExpected: true });
    api.url = url;
    const answers: Answers = new Map();
    const ask = async (operation: string, input: object): Promise<Record<string, unknown> | undefined> => {
      try {
        return await api.call(operation, input);
      } catch (error) {
        if (error instanceof Fault || error instanceof NoAnswer) return undefined;
        throw error;
      }
    };
    const machines = (await ask("ListStateMachines", {}))?.stateMachines as { stateMachineArn: string }[] | undefined;
    for (const { stateMachineArn } of machines ?? []) {
      const listed = await ask("ListExecutions", { stateMachineArn, statusFilter: "SUCCEEDED", maxResults: 8 });
      for (const { executionArn } of (listed?.executions as { executionArn: string }[] | undefined) ?? []) {
        const described = await ask("DescribeExecution", { executionArn });
        // The others end in every process at another time.
        if (described !== undefined && Number(described.stopDate) >= time) continue;
        answers.set(executionArn, described === undefined ? undefined : JSON.stringify(described));
        const history = await ask("GetExecutionHistory", { executionArn, maxResults: 1000 });
        answers.set(`${executionArn} history`, history === undefined ? undefined : JSON.stringify(history.events));
      }
    }
    api.close();
    return answers;
  } finally {
    await pawl.kill();
  }
}
