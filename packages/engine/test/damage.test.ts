import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkData, openSqliteStore, restoreBackup, type Store } from "../src/index.js";
import { branch, chunk, executionRow, stateMachine, stateMachineArn } from "./store-rows.js";

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pawl-damage-"));
  file = join(folder, "pawl.db");
});

afterEach(() => rm(folder, { recursive: true }));

/** Three executions and one of each other kind of row. */
async function fill(): Promise<void> {
  await use(async (store) => {
    await store.commit({
      revisions: [
        {
          id: 1,
          stateMachineArn,
          revision: null,
          updateDate: 1,
          definition: "{}",
          roleArn: "arn:aws:iam::123456789012:role/r",
          configuration: "{}",
        },
      ],
      stateMachines: [stateMachine("orders", 1)],
      versions: [{ stateMachineArn, number: 1, revisionId: 1, creationDate: 1, description: "first" }],
      aliases: [{ stateMachineArn, name: "live", creationDate: 1, updateDate: null, description: null, routing: "[]" }],
      activities: [
        { arn: "arn:aws:states:us-east-1:123456789012:activity:a", name: "a", creationDate: 1, settings: "{}" },
      ],
      executions: [1, 2, 3].map((id) => ({
        id,
        insert: executionRow(id, { input: '{"word":"gauge"}' }),
        history: chunk(1, 4, "gauge"),
        branches: [branch(0, { data: '{"word":"gauge"}', dueAt: 5 })],
        mapRuns:
          id === 3
            ? [
                {
                  arn: `${stateMachineArn}/m:1`,
                  executionId: 3,
                  status: "RUNNING",
                  startDate: 1,
                  stopDate: null,
                  data: "{}",
                },
              ]
            : [],
      })),
    });
    await store.commit({
      executions: [{ id: 2, update: { status: "FAILED", stopDate: 9, output: null, error: "E", cause: "gauge" } }],
    });
  });
}

async function use<Result>(body: (store: Store) => Promise<Result>): Promise<Result> {
  const store = await openSqliteStore({ folder });
  try {
    return await body(store);
  } finally {
    await store.close();
  }
}

function alter(sql: string): void {
  const database = new Database(file);
  database.exec(sql);
  database.close();
}

describe("a value that was turned into another", () => {
  beforeEach(fill);

  test.each<[string, string, (store: Store) => Promise<unknown>, string]>([
    [
      "input",
      'UPDATE executions SET input = \'{"word":"gauze"}\' WHERE id = 1',
      (s) => s.executionById(1),
      "orders:run-1",
    ],
    ["status", "UPDATE executions SET status = 1 WHERE id = 1", (s) => s.executionById(1), "orders:run-1"],
    [
      "cause",
      "UPDATE executions SET cause = 'gauze' WHERE id = 2",
      (s) => s.executionById(2),
      "the outcome of execution",
    ],
    [
      "start",
      "UPDATE executions SET start_date = start_date + 1 WHERE id = 2",
      (s) => s.executionById(2),
      "orders:run-2",
    ],
    ["name", "UPDATE executions SET arn_rest = 'run-7' WHERE id = 1", (s) => s.executionById(1), "orders:run-7"],
    [
      "history",
      "UPDATE history SET events = replace(events, 'gauge', 'gauze') WHERE execution = 1",
      (s) => s.history(1, 1, 9),
      "the history from event 1 to 4 of execution arn:aws:states:us-east-1:123456789012:execution:orders:run-1",
    ],
    [
      "event id",
      "UPDATE history SET last_event = 5 WHERE execution = 1",
      (s) => s.history(1, 1, 9),
      "the history from event 1 to 5",
    ],
    ["branch", "UPDATE branches SET data = '{}' WHERE execution = 1", (s) => s.branches(1), "branch 0 of execution"],
    ["due time", "UPDATE branches SET due_at = 6 WHERE execution = 1", (s) => s.branches(1), "branch 0 of execution"],
    [
      "ARN",
      "UPDATE arns SET arn = replace(arn, 'execution:orders', 'execution:ordert')",
      (s) => s.executionById(1),
      "ARN ",
    ],
    [
      "state machine",
      "UPDATE state_machines SET settings = '[]'",
      (s) => s.stateMachine(stateMachineArn),
      "state machine arn",
    ],
    ["revision", "UPDATE revisions SET definition = '[]'", (s) => s.revision(1), "revision 1 of state machine"],
    [
      "version",
      "UPDATE versions SET description = 'worst'",
      (s) => s.versions(stateMachineArn),
      "version 1 of state machine",
    ],
    ["alias", "UPDATE aliases SET routing = '{}'", (s) => s.aliases(stateMachineArn), "alias live of state machine"],
    ["activity", "UPDATE activities SET settings = '[]'", (s) => s.listActivities(9), "activity arn"],
    ["map run", "UPDATE map_runs SET data = '[]'", (s) => s.mapRuns(3, 9), "a map run of execution"],
  ])("is noticed: %s", async (_, sql, read, what) => {
    await use(read);
    expect(await checkData(folder)).toEqual({ executions: 3, rows: 18, faults: [] });
    alter(sql);
    await use(async (store) => {
      await expect(read(store)).rejects.toMatchObject({
        code: "damaged",
        message: expect.stringContaining(what),
      });
      await expect(read(store)).rejects.toThrow(file);
      // The others are as they were.
      if (_ !== "ARN") expect(await store.executionById(3)).toMatchObject({ input: '{"word":"gauge"}' });
    });
    const { faults } = await checkData(folder);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.join()).toContain(what);
  });

  test("is noticed in a backup, which then replaces nothing", async () => {
    alter("UPDATE history SET events = replace(events, 'gauge', 'gauze') WHERE execution = 1");
    const backup = join(folder, "backup.db");
    await use((store) => store.backup(backup));
    expect((await checkData(backup)).faults).toHaveLength(1);
    await expect(restoreBackup(backup, folder, true)).rejects.toMatchObject({
      code: "damaged",
      message: expect.stringContaining("the history from event 1 to 4"),
    });
  });

  test("is noticed in what was redriven", async () => {
    const redrive = '{"count":1,"date":7}';
    await use(async (store) => {
      const running = { status: "RUNNING", stopDate: null, output: null, error: null, cause: null } as const;
      await store.commit({ executions: [{ id: 2, update: { ...running, redrive } }] });
      await store.commit({
        executions: [{ id: 2, update: { ...running, status: "SUCCEEDED", stopDate: 12, output: "1" } }],
      });
      await store.commit({
        executions: [{ id: 4, insert: executionRow(4, { status: "FAILED", stopDate: 3, cause: "gauge" }) }],
      });
      await store.commit({ executions: [{ id: 4, update: { ...running, redrive } }] });
      expect(await store.executionById(2)).toMatchObject({ status: "SUCCEEDED", output: "1", redrive });
      expect(await store.executionById(4)).toMatchObject({ status: "RUNNING", cause: null, redrive });
    });
    expect((await checkData(folder)).faults).toEqual([]);
    alter(
      "UPDATE executions SET redrive = replace(redrive, 7, 8) WHERE id = 2; UPDATE executions SET input = '2' WHERE id = 4",
    );
    const { faults } = await checkData(folder);
    expect(faults).toEqual([
      expect.stringMatching(/^what is known of redrives of execution \S+:run-2 is not what was written$/),
      expect.stringMatching(/^the row of execution \S+:run-4 is not what was written$/),
    ]);
  });

  test("is taken as it is where the row is of before there were checksums", async () => {
    alter("UPDATE executions SET sum = NULL, input = '1'; UPDATE history SET sum = NULL, events = '{}'");
    await use(async (store) => {
      expect(await store.executionById(1)).toMatchObject({ input: "1" });
      expect(await store.history(1, 1, 9)).toHaveLength(1);
    });
    expect((await checkData(folder)).faults).toEqual([]);
  });
});

test("texts of any kind are what they were", async () => {
  const texts = ["", "\0", "a\0b", "\ud800", "\u{1f600}", "é", "\u2028", "x".repeat(300_000), "\ufffd"];
  await use(async (store) => {
    await store.commit({
      executions: texts.map((cause, index) => ({
        id: index + 1,
        insert: executionRow(index + 1, { status: "FAILED", stopDate: 2 ** 41 + 1, cause, error: cause }),
        history: { firstEventId: 1, lastEventId: 1, events: JSON.stringify(cause) },
      })),
    });
    for (const [index, cause] of texts.entries()) {
      expect((await store.executionById(index + 1))?.cause).toBe(Buffer.from(cause).toString());
      await store.history(index + 1, 1, 1);
    }
  });
  expect(await checkData(folder)).toMatchObject({ executions: texts.length, faults: [] });
});

test("a check finds what is missing in an index, and in a history", async () => {
  await fill();
  alter("DELETE FROM history WHERE execution = 1; INSERT INTO history VALUES (1, 3, 4, '{}', NULL)");
  alter(
    "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'stop_date IS NOT NULL AND', 'stop_date > 5 AND') WHERE name = 'executions_by_stop_date'",
  );
  const { faults } = await checkData(folder);
  expect(faults).toContainEqual("the history of execution 1 lacks what is before event 3");
});

describe("a bit that was turned over in the file", () => {
  test("never makes another answer of a right one", async () => {
    await fill();
    const whole = await readFile(file);
    const expected = await answers();
    let noticed = 0;
    // Where the rows are, and some places more.
    const rows = [...whole.toString("latin1").matchAll(/gauge|run-\d|"id"/g)].map(
      ({ index }) => index * 8 + (index % 40),
    );
    const bits = [...rows, ...Array.from({ length: 20 }, (_, index) => (index * whole.length * 8) / 20 + index * 97)];
    for (const bit of bits) {
      const damaged = Buffer.from(whole);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await writeFile(file, damaged);
      const found = await answers();
      for (const [question, answer] of found) {
        if (answer === undefined) noticed += 1;
        // What is not found is found by the check; see below.
        else if (answer !== "none") expect([bit, question, answer]).toEqual([bit, question, expected.get(question)]);
      }
    }
    expect(noticed).toBeGreaterThan(0);
  });
});

/** What is answered; undefined where the answer is an error. */
async function answers(): Promise<Map<string, string | undefined>> {
  const found = new Map<string, string | undefined>();
  let store: Store;
  try {
    store = await openSqliteStore({ folder });
  } catch {
    return found;
  }
  const ask = async (question: string, read: () => Promise<unknown>): Promise<void> => {
    const answer = await read().then(
      (value) => (value === undefined || (Array.isArray(value) && value.length === 0) ? "none" : JSON.stringify(value)),
      () => undefined,
    );
    found.set(question, answer);
  };
  for (const id of [1, 2, 3]) {
    await ask(`execution ${id}`, () => store.execution(executionRow(id).arn));
    await ask(`history ${id}`, () => store.history(id, 1, 9));
    await ask(`branches ${id}`, () => store.branches(id));
  }
  await ask("state machine", () => store.stateMachine(stateMachineArn));
  await ask("revision", () => store.revision(1));
  await store.close();
  return found;
}

describe("the log", () => {
  /** The files as a process that was killed leaves them, with a log of three commits. */
  async function crashed(): Promise<{ log: string; size: number }> {
    const elsewhere = await mkdtemp(join(tmpdir(), "pawl-log-"));
    const store = await openSqliteStore({ folder: elsewhere });
    for (const id of [1, 2, 3])
      await store.commit({ executions: [{ id, insert: executionRow(id), history: chunk(1, 2) }] });
    for (const name of ["pawl.db", "pawl.db-wal"]) await copyFile(join(elsewhere, name), join(folder, name));
    await store.close();
    await rm(elsewhere, { recursive: true });
    const log = `${file}-wal`;
    return { log, size: (await readFile(log)).length };
  }

  test("is read where it is whole", async () => {
    await crashed();
    expect(await use((store) => store.executionById(3))).toEqual(executionRow(3));
  });

  test.each([
    ["its header", 16],
    ["a frame", 32 + 24 + 50],
    ["a frame's header", 32 + 3],
    ["a frame's checksum", 32 + 20],
  ])("is refused where %s is damaged and whole commits stand behind it", async (_, place) => {
    const { log } = await crashed();
    const content = await readFile(log);
    content[place] = (content[place] ?? 0) ^ 4;
    await writeFile(log, content);
    const before = [await readFile(file), await readFile(log)];
    await expect(openSqliteStore({ folder })).rejects.toMatchObject({
      code: "damaged",
      message: expect.stringContaining(`The log ${log} of the data file is damaged`),
    });
    await expect(checkData(folder)).rejects.toMatchObject({ code: "damaged" });
    expect([
      (await readFile(file)).equals(before[0] as Buffer),
      (await readFile(log)).equals(before[1] as Buffer),
    ]).toEqual([true, true]);
  });

  test("is taken up to its last whole commit where its end is missing or is not whole", async () => {
    const { log, size } = await crashed();
    const content = await readFile(log);
    for (const end of [size - 1, size - 5000]) {
      await truncate(log, end);
      await use((store) => store.executionById(1));
      await crashed();
    }
    content[size - 100] = 0xaa;
    await writeFile(log, content);
    expect(await use((store) => store.executionById(1))).toEqual(executionRow(1));
  });
});
