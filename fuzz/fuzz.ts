import { fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { numberOption, refuse, toolOptions } from "../scripts/tool-options.mjs";
import { type FuzzResult, fuzzTarget } from "./fuzz-target.js";
import { targets } from "./targets.js";

const HELP = `npm run fuzz -- [options]: throws drawn and mutated input at everything that takes input from outside

  --target NAME  one of ${targets.map(({ name }) => name).join(", ")} (repeatable; default: all)
  --seconds S    for each target (default: 20)
  --seed N       of what is drawn (default: from the time)

Each target has a process of its own, so that a crash or a hang is found as well. Exit code 1 where something does not hold (fuzz/README.md).`;

const values = toolOptions(HELP, {
  target: { type: "string", multiple: true, default: targets.map(({ name }) => name) },
  seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
  seconds: { type: "string", default: "20" },
  /** For the child: the file that holds the case it is at. */
  case: { type: "string" },
});
const seconds = numberOption("seconds", values.seconds, HELP);
const seed = numberOption("seed", values.seed, HELP);
const unknown = values.target.find((name) => !targets.some((known) => known.name === name));
if (unknown !== undefined) refuse(`There is no target '${unknown}'.`, HELP);

/** A heap that is so much larger at the end holds on to something. */
const MOST_GROWTH = 60 * 2 ** 20;

const { case: caseFile } = values;
if (caseFile === undefined) await runAll();
else await runOne(caseFile);

async function runOne(file: string): Promise<void> {
  const target = targets.find(({ name }) => name === values.target[0]);
  if (target === undefined) throw new Error(`there is no target ${values.target[0]}`);
  // An error that nobody waits for is one as well.
  process.on("unhandledRejection", (reason) => {
    throw reason;
  });
  const result = await fuzzTarget(target, {
    seed,
    seconds,
    cases: Number.POSITIVE_INFINITY,
    before: (text) => writeFileSync(file, text),
    guidedBy: process.argv[1] ?? "",
  });
  process.send?.(result);
  process.disconnect?.();
  process.exit(0);
}

async function runAll(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "pawl-fuzz-"));
  for (const name of values.target) {
    const file = join(folder, "case");
    writeFileSync(file, "");
    const result = await runInChild(name, file);
    const growth = result.growth === undefined ? "?" : `${(result.growth / 2 ** 20).toFixed(1)} MB`;
    const { functions = 0, cases = 0 } = result.reached ?? {};
    const reached = `${functions} functions reached, ${cases} cases first`;
    console.log(
      `${name.padEnd(16)} ${String(result.cases).padStart(8)} cases  ${reached}  heap grew by ${growth}  ${result.failures.length} failed`,
    );
    for (const { text, message } of result.failures) {
      console.log(`  ${message.split("\n").slice(0, 6).join("\n  ")}\n  with ${text.slice(0, 2000)}`);
    }
    const grew = result.growth !== undefined && result.growth > MOST_GROWTH;
    if (grew) console.log(`  the heap of ${name} grows`);
    if (result.failures.length > 0 || grew) process.exitCode = 1;
  }
  if (process.exitCode === 1)
    console.log(`again with --seed ${values.seed}; a case belongs into fuzz/corpus/<target>/ once it is mended`);
  rmSync(folder, { recursive: true });
}

function runInChild(name: string, file: string): Promise<FuzzResult> {
  const script = process.argv[1];
  if (script === undefined) throw new Error("which script is this?");
  return new Promise((resolve) => {
    const child = fork(
      script,
      ["--target", name, "--seed", values.seed, "--seconds", String(seconds), "--case", file],
      {
        execArgv: ["--expose-gc", "--enable-source-maps", "--max-old-space-size=1024"],
      },
    );
    let result: FuzzResult | undefined;
    const failed = (message: string): FuzzResult => ({
      cases: 0,
      growth: undefined,
      reached: undefined,
      failures: [{ text: readFileSync(file, "utf8"), message }],
    });
    const patience = setTimeout(
      () => {
        result = failed("it hangs");
        child.kill("SIGKILL");
      },
      (seconds + 60) * 1000,
    );
    child.on("message", (message) => {
      result = message as FuzzResult;
    });
    child.on("exit", (code, signal) => {
      clearTimeout(patience);
      resolve(result ?? failed(`the process ends with ${signal ?? code}`));
    });
  });
}
