// Data folders that hold many executions which have ended, written through the store, many with a commit. Needs the built packages.
import { openSqliteStore } from "../packages/engine/dist/index.js";

const prefix = "arn:aws:states:us-east-1:123456789012";
export const stateMachineArn = `${prefix}:stateMachine:orders`;
const EVENTS = ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]
  .map((type, index) =>
    JSON.stringify({ timestamp: 1_767_225_600, type, id: index + 1, previousEventId: index, details: {} }),
  )
  .join("\n");

/**
 * Fills a folder, in commits of 5,000, until there are as many as wanted or the time is over: ten that run, one in a hundred that
 * failed, one in ten that an alias started.
 * @returns how many are stored, and the seconds that it took
 */
export async function fill(folder, wanted, maxSeconds = 300) {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const store = await openSqliteStore({ folder });
  const now = Date.now();
  const revisionId = store.nextRevisionId();
  await store.commit({
    revisions: [
      {
        id: revisionId,
        stateMachineArn,
        revision: null,
        updateDate: now,
        definition: '{"StartAt":"Only","States":{"Only":{"Type":"Pass","End":true}}}',
        roleArn: "arn:aws:iam::123456789012:role/orders",
        configuration: "{}",
      },
    ],
    stateMachines: [
      {
        arn: stateMachineArn,
        name: "orders",
        type: "STANDARD",
        status: "ACTIVE",
        creationDate: now,
        revisionId,
        lastVersion: 1,
        settings: "{}",
      },
    ],
    versions: [{ stateMachineArn, number: 1, revisionId, creationDate: now, description: null }],
    aliases: [
      {
        stateMachineArn,
        name: "live",
        creationDate: now,
        updateDate: null,
        description: null,
        routing: '[{"number":1,"weight":100}]',
      },
    ],
  });
  let stored = 0;
  while (stored < wanted && seconds() < maxSeconds) {
    const executions = [];
    for (let index = 0; index < Math.min(5000, wanted - stored); index++) {
      const row = executionRow(store.nextExecutionId(), wanted, revisionId, now);
      executions.push({ id: row.id, insert: row, history: { firstEventId: 1, lastEventId: 4, events: EVENTS } });
    }
    await store.commit({ executions });
    stored += executions.length;
  }
  await store.close();
  return { stored, seconds: seconds() };
}

function executionRow(id, wanted, revisionId, now) {
  const isRunning = id % Math.ceil(wanted / 10) === 0;
  const isFailed = !isRunning && id % 100 === 0;
  const isOfAlias = id % 10 === 5;
  // Within the last hour, one after the other.
  const time = now - 3_600_000 + Math.floor((id * 3_600_000) / wanted);
  return {
    id,
    arn: executionArn(id),
    name: nameOf(id),
    stateMachineArn,
    stateMachineVersionArn: isOfAlias ? `${stateMachineArn}:1` : null,
    stateMachineAliasArn: isOfAlias ? `${stateMachineArn}:live` : null,
    revisionId,
    startDate: time,
    input: '{"order":1234,"customer":"abc"}',
    traceHeader: null,
    mapRunArn: null,
    parent: null,
    status: isRunning ? "RUNNING" : isFailed ? "FAILED" : "SUCCEEDED",
    stopDate: isRunning ? null : time,
    output: isRunning || isFailed ? null : '{"order":1234,"customer":"abc"}',
    error: isFailed ? "OutOfStock" : null,
    cause: null,
  };
}

/** Names in no order, as callers choose them. */
function nameOf(id) {
  return `${((id * 2_654_435_761) % 4_294_967_296).toString(16).padStart(8, "0")}-${id}`;
}

export function executionArn(id) {
  return `${prefix}:execution:orders:${nameOf(id)}`;
}
