import { describe, expect, test } from "vitest";
import {
  activityRow,
  aliasRow,
  branch,
  chunk,
  revision,
  stateMachine,
  stateMachineArn,
  versionRow,
} from "./store-rows.js";
import type { StoreSuite } from "./store-suite.js";

/** What every store must do with commits, and with state machines, revisions and activities. */
export function commitTests(suite: StoreSuite): void {
  describe("state machines, revisions and activities", () => {
    test("are put, replaced and deleted", async () => {
      const machine = stateMachine("one", 5);
      const activity = activityRow("one", 5);
      await suite.store.commit({ stateMachines: [machine], activities: [activity] });
      expect(await suite.store.stateMachine(machine.arn)).toEqual(machine);
      expect(await suite.store.activity(activity.arn)).toEqual(activity);
      const changed = { ...machine, status: "DELETING", revisionId: 2, lastVersion: 3, settings: "[]" } as const;
      await suite.store.commit({ stateMachines: [changed], activities: [{ ...activity, settings: "[]" }] });
      expect(await suite.store.stateMachine(machine.arn)).toEqual(changed);
      expect(await suite.store.activity(activity.arn)).toEqual({ ...activity, settings: "[]" });
      await suite.store.commit({ deletedStateMachines: [machine.arn, "x"], deletedActivities: [activity.arn, "x"] });
      expect(await suite.store.stateMachine(machine.arn)).toBeUndefined();
      expect(await suite.store.activity(activity.arn)).toBeUndefined();
      expect(await suite.store.listStateMachines(10)).toEqual([]);
      expect(await suite.store.listActivities(10)).toEqual([]);
    });

    test("are listed by ARN, from a place that may be gone", async () => {
      const machines = [stateMachine("d", 9), stateMachine("c", 7), stateMachine("b", 7), stateMachine("a", 8)];
      const activities = machines.map(({ name, creationDate }) => activityRow(name, creationDate));
      await suite.store.commit({ stateMachines: machines, activities });
      const order = ["a", "b", "c", "d"];
      const names = (rows: { name: string }[]) => rows.map(({ name }) => name);
      expect(names(await suite.store.listStateMachines(10))).toEqual(order);
      expect(names(await suite.store.listActivities(3))).toEqual(order.slice(0, 3));
      const [after, afterActivity] = [stateMachine("c", 7), activityRow("c", 7)];
      await suite.store.commit({ deletedStateMachines: [after.arn], deletedActivities: [afterActivity.arn] });
      expect(names(await suite.store.listStateMachines(10, after.arn))).toEqual(["d"]);
      expect(names(await suite.store.listActivities(10, afterActivity.arn))).toEqual(["d"]);
      expect(names(await suite.store.listStateMachines(1, stateMachine("a", 8).arn))).toEqual(["b"]);
    });

    test("keep every revision", async () => {
      const first = { ...revision(suite.store.nextRevisionId()), revision: null };
      const second = revision(suite.store.nextRevisionId());
      await suite.store.commit({ revisions: [first, second] });
      expect(await suite.store.revision(first.id)).toEqual(first);
      expect(await suite.store.revision(second.id)).toEqual(second);
      expect(await suite.store.revision(99)).toBeUndefined();
    });
  });

  describe("versions and aliases", () => {
    test("are put, replaced and deleted", async () => {
      const versions = [versionRow(1), { ...versionRow(10), description: "tenth" }, versionRow(9)];
      const aliases = [aliasRow("b", 7), { ...aliasRow("z", 5), description: "" }, aliasRow("a", 7)];
      const other = { ...versionRow(1), stateMachineArn: `${stateMachineArn}2` };
      await suite.store.commit({ versions: [...versions, other], aliases });
      expect(await suite.store.versions(stateMachineArn)).toEqual([versions[1], versions[2], versions[0]]);
      expect(await suite.store.versions(other.stateMachineArn)).toEqual([other]);
      expect(await suite.store.aliases(stateMachineArn)).toEqual([aliases[2], aliases[0], aliases[1]]);
      const changed = { ...aliasRow("a", 7), updateDate: 9, routing: "[]" };
      await suite.store.commit({
        aliases: [changed],
        deletedVersions: [versionRow(10), { stateMachineArn, number: 99 }],
        deletedAliases: [aliasRow("b", 0), { stateMachineArn, name: "none" }],
      });
      expect(await suite.store.versions(stateMachineArn)).toEqual([versions[2], versions[0]]);
      expect(await suite.store.aliases(stateMachineArn)).toEqual([changed, aliases[1]]);
    });

    test("go with their state machine", async () => {
      const other = { stateMachineArn: `${stateMachineArn}2` };
      await suite.store.commit({
        versions: [versionRow(1), { ...versionRow(1), ...other }],
        aliases: [aliasRow("a", 1), { ...aliasRow("a", 1), ...other }],
      });
      await suite.store.commit({ deletedStateMachines: [stateMachineArn] });
      expect(await suite.store.versions(stateMachineArn)).toEqual([]);
      expect(await suite.store.aliases(stateMachineArn)).toEqual([]);
      expect(await suite.store.versions(other.stateMachineArn)).toHaveLength(1);
      expect(await suite.store.aliases(other.stateMachineArn)).toHaveLength(1);
    });
  });

  describe("commits", () => {
    test("may be empty", async () => {
      await suite.store.commit({});
      await suite.store.commit({ executions: [], deletedExecutions: [] });
    });

    test("are done as a whole or not at all", async () => {
      const row = suite.execution();
      await suite.insert(row);
      const fresh = suite.execution({ stateMachineArn: "arn:new", arn: "arn:new:execution" });
      const twin = suite.execution({ arn: row.arn });
      const commit = suite.store.commit({
        stateMachines: [stateMachine("x", 1)],
        executions: [
          { id: fresh.id, insert: fresh, history: chunk(1, 2), branches: [branch(1, { activityArn: "arn:a" })] },
          { id: twin.id, insert: twin },
        ],
      });
      await expect(commit).rejects.toMatchObject({ name: "StoreError", code: "conflict" });
      expect(await suite.store.execution(fresh.arn)).toBeUndefined();
      expect(await suite.store.history(fresh.id, 1, 2)).toEqual([]);
      expect(await suite.store.branches(fresh.id)).toEqual([]);
      expect(await suite.store.listStateMachines(10)).toEqual([]);
      expect(await suite.store.listExecutions({ stateMachineArn: "arn:new", limit: 10 })).toEqual([]);
      await suite.insert(fresh);
      expect(await suite.store.listExecutions({ stateMachineArn: "arn:new", limit: 10 })).toEqual([fresh]);
      if (suite.keepsData) await suite.reopen();
      expect(await suite.store.execution(fresh.arn)).toEqual(fresh);
    });

    test("that come together are done one after the other", async () => {
      const row = suite.execution();
      const outcome = (output: string) =>
        ({ status: "RUNNING", stopDate: null, output, error: null, cause: null }) as const;
      const commits = [suite.insert(row)];
      for (let n = 1; n <= 20; n++) {
        commits.push(suite.store.commit({ executions: [{ id: row.id, update: outcome(String(n)) }] }));
      }
      await Promise.all(commits);
      expect((await suite.store.executionById(row.id))?.output).toBe("20");
    });

    test("hide what they write until it is durable", async () => {
      const row = suite.execution();
      const failing = suite.store.commit({
        executions: [
          { id: row.id, insert: row },
          { id: row.id, insert: row },
        ],
      });
      const seen = suite.store.execution(row.arn);
      await expect(failing).rejects.toMatchObject({ code: "conflict" });
      expect(await seen).toBeUndefined();
      const done = suite.insert(row);
      expect(await suite.store.execution(row.arn)).toEqual(row);
      await done;
    });

    suite.testIfKept("are there for the next store", async () => {
      const row = suite.execution();
      await suite.store.commit({
        stateMachines: [stateMachine("a", 1)],
        executions: [{ id: row.id, insert: row, history: chunk(1, 3), branches: [branch(1, { dueAt: 4 })] }],
      });
      await suite.reopen();
      expect(await suite.store.execution(row.arn)).toEqual(row);
      expect(await suite.store.listExecutions({ stateMachineArn, limit: 5 })).toEqual([row]);
      expect(await suite.store.history(row.id, 1, 3)).toEqual([chunk(1, 3)]);
      expect(await suite.store.due(4, 1)).toEqual([{ executionId: row.id, branchId: 1, dueAt: 4 }]);
      expect(await suite.store.listStateMachines(5)).toEqual([stateMachine("a", 1)]);
    });
  });

  describe("closing", () => {
    test("waits for the commit that is going on, and refuses the next", async () => {
      const row = suite.execution();
      const commit = suite.insert(row);
      const closed = suite.store.close();
      await expect(commit).resolves.toBeUndefined();
      await closed;
      await suite.store.close();
      await expect(suite.insert(row)).rejects.toMatchObject({ name: "StoreError", code: "closed" });
      await expect(suite.store.execution(row.arn)).rejects.toMatchObject({ name: "StoreError", code: "closed" });
    });
  });
}
