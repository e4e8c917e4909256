import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { Api, Fault } from "./api.js";
import { type PawlOptions, PawlProcess } from "./pawl-process.js";
import { type Description, faultsOf, type HistoryEvent } from "./well-formed.js";

/** What the operating system or another process refuses: one clear error, and nothing is lost. */

const timeout = 60_000;

/** Anybody who is not root: root may write everywhere. Undefined where the tests do not run as root. */
const plainUser = process.getuid?.() === 0 ? 65534 : undefined;

/** A data folder for the test, and processes on it that end with the test. */
class Place {
  readonly data = mkdtempSync(join(tmpdir(), "pawl-durability-"));
  readonly file = join(this.data, "pawl.db");
  readonly api = new Api();
  readonly acknowledged: string[] = [];
  #stateMachineArn = "";

  constructor() {
    if (plainUser !== undefined) chownSync(this.data, plainUser, plainUser);
    onTestFinished(() => {
      this.api.close();
      chmodSync(this.data, 0o755);
      rmSync(this.data, { recursive: true, force: true });
    });
  }

  /** A process as a user who is not root. */
  open(options: Partial<PawlOptions> = {}): PawlProcess {
    const user = plainUser === undefined ? {} : { user: plainUser };
    const pawl = new PawlProcess({ data: this.data, ...user, ...options });
    onTestFinished(() => pawl.kill());
    return pawl;
  }

  /** As `open`, serving. */
  async serve(options: Partial<PawlOptions> = {}): Promise<PawlProcess> {
    const pawl = this.open(options);
    this.api.url = await pawl.served();
    return pawl;
  }

  async createMachine(): Promise<void> {
    const { stateMachineArn } = await this.api.call("CreateStateMachine", {
      name: "waits",
      definition: JSON.stringify({ StartAt: "W", States: { W: { Type: "Wait", Seconds: 1, End: true } } }),
      roleArn: "arn:aws:iam::123456789012:role/durability",
    });
    this.#stateMachineArn = String(stateMachineArn);
  }

  /** Starts an execution; false where that is refused. */
  async start(bytes = 10): Promise<boolean> {
    try {
      const request = { stateMachineArn: this.#stateMachineArn, input: JSON.stringify("x".repeat(bytes)) };
      const { executionArn } = await this.api.call("StartExecution", request);
      this.acknowledged.push(String(executionArn));
      return true;
    } catch (error) {
      if (error instanceof Fault && error.status === 500) return false;
      throw error;
    }
  }

  async startMany(count: number): Promise<void> {
    const starts = await Promise.all(Array.from({ length: count }, () => this.start()));
    expect(starts).not.toContain(false);
  }

  describe(executionArn: string): Promise<Description> {
    return this.api.call("DescribeExecution", { executionArn }) as Promise<never>;
  }

  /** Waits until every acknowledged execution has ended, and looks at its history. */
  async checkAll(): Promise<void> {
    for (const executionArn of this.acknowledged) {
      let description = await this.describe(executionArn);
      while (description.status === "RUNNING") {
        await new Promise((resolve) => setTimeout(resolve, 20));
        description = await this.describe(executionArn);
      }
      expect(description.status).toBe("SUCCEEDED");
      const history = await this.api.all<HistoryEvent>("GetExecutionHistory", { executionArn }, "events");
      expect(faultsOf(history, description)).toEqual([]);
    }
    const stateMachineArn = this.#stateMachineArn;
    const listed = await this.api.all<{ executionArn: string }>("ListExecutions", { stateMachineArn }, "executions");
    expect(listed.map(({ executionArn }) => executionArn).sort()).toEqual([...this.acknowledged].sort());
  }

  /** Every file of the folder with what is in it. */
  content(): Map<string, string> {
    return new Map(readdirSync(this.data).map((name) => [name, readFileSync(join(this.data, name), "base64")]));
  }
}

/** The one line that a process says which cannot begin. */
async function refusal(pawl: PawlProcess): Promise<string> {
  expect(await pawl.url()).toBeUndefined();
  expect(await pawl.ended).toBe(2);
  expect(pawl.stderr).toMatch(/^pawl: [^\n]+\n$/);
  return pawl.stderr;
}

it("a full disk refuses what is new, and everything goes on once there is space", { timeout }, async () => {
  const place = new Place();
  // The limit counts for each file, as a full disk would for all: the log is the one that grows.
  const full = await place.serve({ largestFile: 2000 });
  await place.createMachine();
  let refused = 0;
  for (let count = 0; refused < 20; count += 1) {
    expect(count).toBeLessThan(2000);
    const results = await Promise.all([1, 2, 3, 4].map(() => place.start(3000)));
    refused += results.filter((isStarted) => !isStarted).length;
  }
  expect(place.acknowledged.length).toBeGreaterThan(20);
  expect(full.stderr).toMatch(new RegExp(`error AWSStepFunctions.StartExecution: The data file ${place.file} `));
  // Reading goes on, and nothing that was refused is there.
  for (const executionArn of place.acknowledged) await place.describe(executionArn);

  const raised = spawnSync("prlimit", ["--pid", String(full.pid), "--fsize=unlimited"]);
  if (raised.status === 0) {
    // Where the limit of a running process can be raised: it goes on by itself.
    await place.checkAll();
    expect(await place.start()).toBe(true);
  }
  await full.kill();

  const next = await place.serve();
  await place.checkAll();
  expect(await place.start()).toBe(true);
  await place.checkAll();
  expect(next.stderr).toBe("");
});

it("a data folder that may not be written is named and left as it is", { timeout }, async () => {
  const place = new Place();
  const first = await place.serve();
  await place.createMachine();
  await place.startMany(50);
  await first.kill();
  const before = place.content();
  for (const name of before.keys()) chmodSync(join(place.data, name), 0o444);
  chmodSync(place.data, 0o555);
  expect(await refusal(place.open())).toMatch(new RegExp(`${place.file} cannot be written: .*permission denied`));
  expect(place.content()).toEqual(before);

  chmodSync(place.data, 0o755);
  for (const name of before.keys()) chmodSync(join(place.data, name), 0o644);
  await place.serve();
  await place.checkAll();
});

it("a data folder that cannot be made is named", { timeout }, async () => {
  const place = new Place();
  chmodSync(place.data, 0o555);
  const data = join(place.data, "inner");
  expect(await refusal(place.open({ data }))).toContain(data);
  expect(existsSync(data)).toBe(false);
});

it("a second process on the folder is refused, and the first one does not notice", { timeout }, async () => {
  const place = new Place();
  const first = await place.serve();
  await place.createMachine();
  for (let count = 0; count < 3; count += 1) {
    const second = place.open();
    const load = place.startMany(100);
    const message = await refusal(second);
    expect(message).toContain(place.file);
    expect(message).toContain("another process");
    await load;
  }
  expect(first.stderr).toBe("");
  await first.kill();
  await place.serve();
  await place.checkAll();
});

it("data of a newer version is left as it is", { timeout }, async () => {
  const place = new Place();
  const first = await place.serve();
  await place.createMachine();
  await place.startMany(50);
  await first.kill("SIGTERM");
  // The user version stands at byte 60 of the file (https://www.sqlite.org/fileformat.html#the_database_header).
  const content = readFileSync(place.file);
  const version = content.readUInt32BE(60);
  content.writeUInt32BE(version + 1, 60);
  writeFileSync(place.file, content);
  const before = place.content();
  const message = await refusal(place.open());
  expect(message).toContain(place.file);
  expect(message).toContain("newer version of Pawl");
  expect(place.content()).toEqual(before);

  content.writeUInt32BE(version, 60);
  writeFileSync(place.file, content);
  await place.serve();
  await place.checkAll();
});
