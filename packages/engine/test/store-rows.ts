import type {
  ActivityRow,
  AliasRow,
  BranchRow,
  ExecutionRow,
  HistoryChunk,
  RevisionRow,
  StateMachineRow,
  VersionRow,
} from "../src/store/store.js";

// Rows for tests of stores.

export const stateMachineArn = "arn:aws:states:us-east-1:123456789012:stateMachine:orders";

export function executionRow(id: number, part: Partial<ExecutionRow> = {}): ExecutionRow {
  const name = part.name ?? `run-${id}`;
  return {
    id,
    arn: `arn:aws:states:us-east-1:123456789012:execution:orders:${name}`,
    name,
    stateMachineArn,
    stateMachineVersionArn: null,
    stateMachineAliasArn: null,
    revisionId: 1,
    status: "RUNNING",
    startDate: 1_700_000_000_000 + id,
    stopDate: null,
    input: `{"order":${id}}`,
    output: null,
    error: null,
    cause: null,
    traceHeader: null,
    mapRunArn: null,
    parent: null,
    ...part,
  };
}

export function chunk(firstEventId: number, lastEventId: number, note = ""): HistoryChunk {
  return { firstEventId, lastEventId, events: `${JSON.stringify({ id: firstEventId, note })}\n{"id":${lastEventId}}` };
}

export function branch(id: number, part: Partial<BranchRow> = {}): BranchRow {
  return { id, data: `{"id":${id}}`, dueAt: null, activityArn: null, restart: false, ...part };
}

export function stateMachine(name: string, creationDate: number): StateMachineRow {
  return {
    arn: `arn:aws:states:us-east-1:123456789012:stateMachine:${name}`,
    name,
    type: "STANDARD",
    status: "ACTIVE",
    creationDate,
    revisionId: 1,
    lastVersion: 0,
    settings: "{}",
  };
}

export function revision(id: number): RevisionRow {
  return {
    id,
    stateMachineArn,
    revision: "8f6a5b1e-0000-4000-8000-000000000000",
    updateDate: 1_700_000_000_000,
    definition: '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}',
    roleArn: "arn:aws:iam::123456789012:role/orders",
    configuration: "{}",
  };
}

export function versionRow(number: number): VersionRow {
  return { stateMachineArn, number, revisionId: 1, creationDate: 1_700_000_000_000 + number, description: null };
}

export function aliasRow(name: string, creationDate: number): AliasRow {
  return {
    stateMachineArn,
    name,
    creationDate,
    updateDate: null,
    description: null,
    routing: '[{"number":1,"weight":100}]',
  };
}

export function activityRow(name: string, creationDate: number): ActivityRow {
  return {
    arn: `arn:aws:states:us-east-1:123456789012:activity:${name}`,
    name,
    creationDate,
    settings: "{}",
  };
}
