import { existsSync, mkdtempSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PawlProcess } from "../test/durability/pawl-process.js";
import { setLargestFile, setOpenFiles } from "../test/durability/process-limits.js";
import { pause } from "../test/durability/trial.js";
import { damage } from "./damage.js";
import { type FailingFiles, failingFiles } from "./failing-files.js";
import { hostileConnections } from "./hostile-connections.js";
import { startReadOnly } from "./read-only.js";
import { type Scenario, underLoad } from "./scenario.js";

const noPrlimit = (): string | undefined =>
  setLargestFile(process.pid, "unlimited") ? undefined : "prlimit (util-linux) is not there";

/** What the paths of all data folders of trials begin with. */
const TRIAL_FOLDERS = join(tmpdir(), "pawl-durability-");

function files(): FailingFiles {
  const made = failingFiles();
  if (typeof made === "string") throw new Error(made);
  return made;
}

function noFailingFiles(): string | undefined {
  const made = failingFiles();
  return typeof made === "string" ? made : undefined;
}

const kill: Scenario = {
  name: "kill",
  what: "SIGKILL at a random moment, also while it starts",
  async cycle(trial) {
    if (trial.random.chance(0.3)) await pause(trial.random.below(400));
    else await underLoad(trial, 100, 1500);
    await trial.crash();
  },
};

const stop: Scenario = {
  name: "stop",
  what: "SIGTERM at a random moment: the process ends by itself",
  async cycle(trial) {
    await underLoad(trial, 50, 1000);
    await trial.pawl.kill("SIGTERM");
    const code = await trial.pawl.ended;
    if (code !== 0) throw new Error(`it ends with ${code}`);
    await trial.crash();
  },
};

const freeze: Scenario = {
  name: "freeze",
  what: "SIGSTOP, and SIGCONT after up to three seconds",
  async cycle(trial) {
    await underLoad(trial, 100, 600);
    trial.pawl.signal("SIGSTOP");
    await pause(trial.random.below(3000));
    trial.pawl.signal("SIGCONT");
  },
};

const fullDisk: Scenario = {
  name: "full-disk",
  what: "nothing more can be written for a while; some processes are killed meanwhile",
  options: () => ({ isFailureExpected: true }),
  impossible: noPrlimit,
  async cycle(trial) {
    await underLoad(trial, 100, 800);
    setLargestFile(trial.pawl.pid, 4096);
    await pause(trial.random.below(1500));
    if (trial.random.chance(0.2)) await trial.crash();
    else setLargestFile(trial.pawl.pid, "unlimited");
  },
};

const descriptors: Scenario = {
  name: "descriptors",
  what: "no more files and connections can be opened for a while",
  options: () => ({ isFailureExpected: true }),
  impossible: noPrlimit,
  async cycle(trial) {
    await underLoad(trial, 100, 600);
    setOpenFiles(trial.pawl.pid, 20);
    await pause(trial.random.below(1500));
    setOpenFiles(trial.pawl.pid, 4096);
  },
};

const memory: Scenario = {
  name: "memory",
  what: "a heap of 24 MB: it may end the process at any moment, and the next one goes on",
  options: () => ({ isFailureExpected: true, nodeOptions: ["--max-old-space-size=24"] }),
  async cycle(trial) {
    await pause(500 + trial.random.below(1000));
    if (trial.pawl.hasEnded) await trial.crash();
  },
};

/** Where Debian's libfaketime puts itself. */
const FAKETIME = ["x86_64", "aarch64"]
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`)
  .find(existsSync);
const clockFile = join(mkdtempSync(join(tmpdir(), "pawl-clock-")), "offset");

function setClock(seconds: number): void {
  // Read while it is half written it would be no time at all.
  writeFileSync(`${clockFile}.new`, `${seconds < 0 ? "" : "+"}${seconds}s\n`);
  renameSync(`${clockFile}.new`, clockFile);
}

const clock: Scenario = {
  name: "clock",
  what: "the clock jumps by up to an hour, forward and back",
  options() {
    writeFileSync(clockFile, "+0s\n");
    return {
      environment: {
        LD_PRELOAD: FAKETIME ?? "",
        FAKETIME_TIMESTAMP_FILE: clockFile,
        FAKETIME_NO_CACHE: "1",
        // Timers count on, as they do when somebody sets the clock.
        FAKETIME_DONT_FAKE_MONOTONIC: "1",
      },
    };
  },
  impossible: () => (FAKETIME === undefined ? "libfaketime (Debian: faketime) is not there" : undefined),
  async cycle(trial) {
    await underLoad(trial, 300, 900);
    setClock(trial.random.below(7200) - 3600);
  },
  // What waited when the clock was set back goes on when it says again what it said.
  end: async () => setClock(3600),
  // Such a history says what the clock said; and an EXPRESS execution ends when it says that five minutes are over, those of a Map, too.
  allowed: /is earlier than the event before|has begun at|accepted and has not run|^express-batches-\d+: ended with/,
};

const secondProcess: Scenario = {
  name: "second-process",
  what: "another process is started on the same folder",
  async cycle(trial) {
    await underLoad(trial, 50, 300);
    const other = new PawlProcess({ data: trial.data });
    const url = await other.url();
    const code = await other.ended;
    if (url !== undefined || code !== 2) throw new Error(`the second process serves ${url} and ends with ${code}`);
  },
};

const connections: Scenario = {
  name: "connections",
  what: "slow, half-open, oversize, malformed and pipelined connections beside the load",
  async cycle(trial) {
    await trial.served();
    await hostileConnections(trial);
  },
};

const damaged: Scenario = {
  name: "damage",
  what: "a copy of the data is cut short, or bits in it are turned over",
  async cycle(trial) {
    await underLoad(trial, 500, 1000);
    const faults = await damage(trial);
    if (faults.length > 0) throw new Error(faults.join("\n"));
  },
};

const ioErrors: Scenario = {
  name: "io-errors",
  what: "reads, writes or flushes of the data files fail for a while; some processes are killed meanwhile",
  options: () => ({ isFailureExpected: true, environment: files().environment(TRIAL_FOLDERS) }),
  impossible: noFailingFiles,
  async cycle(trial) {
    const { random } = trial;
    await underLoad(trial, 100, 800);
    const what = (["reads", "writes", "flushes"] as const).filter(() => random.chance(0.5));
    files().fail(what, "EIO", random.chance(0.5) ? 1 : 0.2);
    await pause(random.below(1500));
    files().heal();
    // A flush that failed ends the process (`disk-failures.ts`).
    await pause(100);
    if (trial.pawl.hasEnded || random.chance(0.2)) await trial.crash();
  },
  end: async () => files().heal(),
};

const readOnly: Scenario = {
  name: "read-only",
  what: "the file system is read-only for a while: to a process that runs, and to one that starts",
  options: () => ({ isFailureExpected: true, environment: files().environment(TRIAL_FOLDERS) }),
  impossible: noFailingFiles,
  async cycle(trial) {
    await underLoad(trial, 100, 800);
    files().fail(["writes"], "EROFS", 1);
    await pause(trial.random.below(1000));
    if (trial.random.chance(0.5)) {
      await trial.pawl.kill();
      files().heal();
      const refusal = await startReadOnly(trial.data);
      if (refusal !== undefined) throw new Error(refusal);
      await trial.crash();
    }
    files().heal();
  },
  end: async () => files().heal(),
};

export const scenarios: readonly Scenario[] = [
  kill,
  stop,
  freeze,
  fullDisk,
  descriptors,
  memory,
  clock,
  secondProcess,
  connections,
  damaged,
  ioErrors,
  readOnly,
];
