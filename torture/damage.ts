import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Api, Fault, NoAnswer } from "../test/durability/api.js";
import { PawlProcess } from "../test/durability/pawl-process.js";
import type { SeededRandom } from "../test/durability/seeded-random.js";
import type { Trial } from "../test/durability/trial.js";

/**
 * Damages a copy of the data of the trial: cuts it short, or turns bits over. Whoever opens the copy must either say that it is damaged, or
 * answer what the whole one answers, or answer with an error; never with something else. @returns what was wrong
 */
export async function damage(trial: Trial): Promise<string[]> {
  const { random, data } = trial;
  const folder = mkdtempSync(join(tmpdir(), "pawl-damaged-"));
  const whole = mkdtempSync(join(tmpdir(), "pawl-whole-"));
  // The process has ended: the file is all there is.
  await trial.pawl.kill("SIGTERM");
  const stopped = Date.now() / 1000;
  for (const target of [folder, whole]) copyFileSync(join(data, "pawl.db"), join(target, "pawl.db"));
  await trial.crash();
  try {
    hurt(join(folder, "pawl.db"), random);
    const expected = await answersOf(whole, stopped);
    const found = await answersOf(folder, stopped);
    if (expected === undefined) return ["the whole copy is refused"];
    if (found === undefined) return [];
    return [...found].flatMap(([question, answer]) => {
      const right = expected.get(question);
      // What is not found any more is noticed by whoever asks for it; what is there must be as it was.
      return answer === undefined || right === undefined || answer === right
        ? []
        : [`after damage: ${question} is ${answer.slice(0, 200)}`];
    });
  } finally {
    rmSync(folder, { recursive: true });
    rmSync(whole, { recursive: true });
  }
}

function hurt(file: string, random: SeededRandom): void {
  const { size } = statSync(file);
  if (random.chance(0.3)) {
    truncateSync(file, random.below(size));
    return;
  }
  const descriptor = openSync(file, "r+");
  const byte = Buffer.alloc(1);
  for (let bits = 1 + random.below(20); bits > 0; bits--) {
    const place = random.below(size);
    readSync(descriptor, byte, 0, 1, place);
    byte[0] = (byte[0] ?? 0) ^ (1 << random.below(8));
    writeSync(descriptor, byte, 0, 1, place);
  }
  closeSync(descriptor);
}

/** The descriptions that a process on the folder gives of executions that ended before `time`; undefined where it refuses the folder in a sentence. */
async function answersOf(folder: string, time: number): Promise<Map<string, string | undefined> | undefined> {
  const pawl = new PawlProcess({ data: folder });
  try {
    const url = await pawl.url();
    if (url === undefined) {
      if (!/^pawl: [^\n]+\n$/.test(pawl.stderr)) throw new Error(`it ends without a sentence: ${pawl.stderr}`);
      return undefined;
    }
    const api = new Api({ isFailureExpected: true });
    api.url = url;
    const answers = new Map<string, string | undefined>();
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
      const listed = await ask("ListExecutions", { stateMachineArn, statusFilter: "SUCCEEDED", maxResults: 20 });
      for (const { executionArn } of (listed?.executions as { executionArn: string }[] | undefined) ?? []) {
        const described = await ask("DescribeExecution", { executionArn });
        // The others end in every process at another time.
        if (described !== undefined && Number(described.stopDate) >= time) continue;
        answers.set(executionArn, described === undefined ? undefined : JSON.stringify(described));
      }
    }
    api.close();
    return answers;
  } finally {
    await pawl.kill();
  }
}
