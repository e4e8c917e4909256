import { randomUUID } from "node:crypto";
import { compile, type Diagnostic, invalidDefinitionMessage, type JsonObject, type Program } from "@pawl/asl";
import { type Home, splitQualifier, stateMachineArn } from "../arn.js";
import type { Clock } from "../clock.js";
import type {
  Configuration,
  CreateStateMachine,
  Page,
  PageRequest,
  StateMachineDescription,
  StateMachines,
  StateMachineType,
  UpdateStateMachine,
} from "../engine.js";
import type { Revision } from "../runtime/live-execution.js";
import type { Runtime } from "../runtime/runtime.js";
import { ServiceError } from "../service-error.js";
import type { ListPlace, RevisionRow, StateMachineRow, Store } from "../store/store.js";
import { pageByCreation } from "./page-token.js";

/** State machines and their revisions. Definitions are compiled once per revision. */
export class StateMachineRegistry implements StateMachines {
  readonly #store: Store;
  readonly #runtime: Runtime;
  readonly #clock: Clock;
  readonly #home: Home;
  /** Every state machine that was looked at, by ARN: this process is the only one that changes them. */
  readonly #machines = new Map<string, StateMachineRow>();
  readonly #revisions = new Map<number, Revision>();
  /** Creations and updates run one after the other: each reads what the one before wrote. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(store: Store, runtime: Runtime, clock: Clock, home: Home) {
    this.#store = store;
    this.#runtime = runtime;
    this.#clock = clock;
    this.#home = home;
  }

  validate(definition: string, type: StateMachineType): readonly Diagnostic[] {
    return compile(definition, { type }).diagnostics;
  }

  create(request: CreateStateMachine): Promise<{ stateMachineArn: string; creationDate: number }> {
    return this.#inTurn(async () => {
      checkDefinition(request.definition, request.type);
      const arn = stateMachineArn(this.#home, request.name);
      const existing = await this.#find(arn);
      if (existing !== undefined) {
        if (existing.status === "DELETING") throw deleting(arn);
        if (!(await this.#isSame(existing, request))) {
          throw new ServiceError("StateMachineAlreadyExists", `State Machine Already Exists: '${arn}'`);
        }
        return { stateMachineArn: arn, creationDate: existing.creationDate };
      }
      const creationDate = this.#clock.now();
      const revision: RevisionRow = {
        id: this.#store.nextRevisionId(),
        stateMachineArn: arn,
        revision: null,
        updateDate: creationDate,
        definition: request.definition,
        roleArn: request.roleArn,
        configuration: JSON.stringify(configurationOf(request)),
      };
      const machine: StateMachineRow = {
        arn,
        name: request.name,
        type: request.type,
        status: "ACTIVE",
        creationDate,
        revisionId: revision.id,
        lastVersion: 0,
        settings: JSON.stringify({ tags: request.tags }),
      };
      await this.#write(machine, revision);
      return { stateMachineArn: arn, creationDate };
    });
  }

  update(request: UpdateStateMachine): Promise<{ updateDate: number; revisionId?: string }> {
    return this.#inTurn(async () => {
      const machine = await this.get(request.stateMachineArn);
      if (machine.status === "DELETING") throw deleting(machine.arn);
      const current = await this.#revisionRow(machine.revisionId);
      if (request.definition !== undefined) checkDefinition(request.definition, machine.type);
      const next = {
        definition: request.definition ?? current.definition,
        roleArn: request.roleArn ?? current.roleArn,
        configuration: JSON.stringify({ ...JSON.parse(current.configuration), ...configurationOf(request) }),
      };
      const updateDate = this.#clock.now();
      if (
        next.definition === current.definition &&
        next.roleArn === current.roleArn &&
        next.configuration === current.configuration
      ) {
        return { updateDate, ...(current.revision === null ? {} : { revisionId: current.revision }) };
      }
      const revisionId = randomUUID();
      const id = this.#store.nextRevisionId();
      const revision: RevisionRow = { id, stateMachineArn: machine.arn, revision: revisionId, updateDate, ...next };
      await this.#write({ ...machine, revisionId: id }, revision);
      return { updateDate, revisionId };
    });
  }

  delete(arn: string): Promise<void> {
    return this.#inTurn(async () => {
      const machine = await this.#find(arn);
      if (machine === undefined) return;
      const dying: StateMachineRow = { ...machine, status: "DELETING" };
      let stored = machine;
      // From now on nothing starts; what was just being started is durable after the flush.
      this.#machines.set(arn, dying);
      try {
        await this.#runtime.flushed();
        if (await this.#store.hasRunningExecution(arn)) {
          await this.#runtime.commit({ stateMachines: [dying] });
          stored = dying;
          await this.#stopExecutions(arn);
        }
        await this.#runtime.commit({ deletedStateMachines: [arn] });
      } catch (error) {
        this.#machines.set(arn, stored);
        throw error;
      }
      this.#machines.delete(arn);
    });
  }

  /** Deletes what the last process had begun to delete. */
  async finishDeletions(): Promise<void> {
    let after: ListPlace | undefined;
    do {
      const rows: StateMachineRow[] = await this.#store.listStateMachines(1000, after);
      for (const { arn, status } of rows) {
        if (status === "DELETING") await this.delete(arn);
      }
      after = rows.at(-1);
    } while (after !== undefined);
  }

  async #stopExecutions(stateMachineArn: string): Promise<void> {
    for (;;) {
      const running = await this.#store.listExecutions({ stateMachineArn, status: "RUNNING", limit: 500 });
      if (running.length === 0) return;
      await Promise.all(running.map(({ id }) => this.#runtime.post(id, { kind: "stopped" })));
    }
  }

  async describe(arn: string): Promise<StateMachineDescription> {
    const machine = await this.get(arn);
    return describe(machine, await this.#revisionRow(machine.revisionId));
  }

  async describeForExecution(executionArn: string): Promise<StateMachineDescription> {
    const execution = await this.#store.execution(executionArn);
    if (execution === undefined) throw executionDoesNotExist(executionArn);
    const revision = await this.#revisionRow(execution.revisionId);
    const name = execution.stateMachineArn.split(":")[6] ?? "";
    // The machine may be gone: what it was for this execution stands in the revision.
    const machine = await this.#find(execution.stateMachineArn);
    return describe(
      {
        arn: execution.stateMachineArn,
        name,
        type: machine?.type ?? "STANDARD",
        status: machine?.status ?? "ACTIVE",
        creationDate: machine?.creationDate ?? revision.updateDate,
        revisionId: revision.id,
        lastVersion: 0,
        settings: "{}",
      },
      revision,
    );
  }

  list(request: PageRequest): Promise<Page<StateMachineDescription>> {
    return pageByCreation(
      "stateMachines",
      request,
      (limit, after) => this.#store.listStateMachines(limit, after),
      async (machine) => describe(machine, await this.#revisionRow(machine.revisionId)),
    );
  }

  /** The state machine of an unqualified ARN. @throws ServiceError StateMachineDoesNotExist */
  async get(arn: string): Promise<StateMachineRow> {
    const machine = await this.#find(arn);
    if (machine === undefined) throw doesNotExist(arn);
    return machine;
  }

  /** What a start on this ARN runs. @throws ServiceError StateMachineDoesNotExist, StateMachineDeleting */
  async startable(arn: string): Promise<Startable> {
    const { stateMachineArn, qualifier } = splitQualifier(arn);
    const machine = await this.#find(stateMachineArn);
    if (machine === undefined || qualifier !== undefined) throw doesNotExist(arn);
    if (machine.status === "DELETING") throw deleting(arn);
    return { machine, revision: this.#revisions.get(machine.revisionId) ?? (await this.revision(machine.revisionId)) };
  }

  /** As {@link startable} for an unqualified ARN, where memory knows enough; undefined where the store has to be asked. */
  startableNow(arn: string): Startable | undefined {
    const machine = this.#machines.get(arn);
    const revision = machine === undefined ? undefined : this.#revisions.get(machine.revisionId);
    if (machine === undefined || revision === undefined) return undefined;
    if (machine.status === "DELETING") throw deleting(arn);
    return { machine, revision };
  }

  /** Looks once more at what {@link startable} gave, without waiting. @throws ServiceError as it does */
  checkStartable(arn: string): void {
    const machine = this.#machines.get(arn);
    if (machine === undefined) throw doesNotExist(arn);
    if (machine.status === "DELETING") throw deleting(arn);
  }

  /** A revision with its program, compiled at first use. */
  async revision(id: number): Promise<Revision> {
    const known = this.#revisions.get(id);
    if (known !== undefined) return known;
    const row = await this.#revisionRow(id);
    // Express or not was fixed when the machine was created; it may be deleted while executions of it run.
    const machine = await this.#find(row.stateMachineArn);
    const type = machine?.type ?? "STANDARD";
    const { program } = compile(row.definition, { type });
    if (program === undefined)
      throw new Error(`the definition of ${row.stateMachineArn} (revision ${id}) is not valid`);
    const revision: Revision = { ...revisionOf(row, program), type };
    this.#revisions.set(id, revision);
    if (this.#revisions.size > MAX_PROGRAMS) {
      for (const oldest of this.#revisions.keys()) {
        this.#revisions.delete(oldest);
        break;
      }
    }
    return revision;
  }

  async #find(arn: string): Promise<StateMachineRow | undefined> {
    const known = this.#machines.get(arn);
    if (known !== undefined) return known;
    const machine = await this.#store.stateMachine(arn);
    if (machine !== undefined) this.#machines.set(arn, machine);
    return machine;
  }

  async #revisionRow(id: number): Promise<RevisionRow> {
    const row = await this.#store.revision(id);
    if (row === undefined) throw new Error(`revision ${id} is not in the store`);
    return row;
  }

  async #isSame(machine: StateMachineRow, request: CreateStateMachine): Promise<boolean> {
    const { definition, configuration } = await this.#revisionRow(machine.revisionId);
    return (
      machine.type === request.type &&
      definition === request.definition &&
      configuration === JSON.stringify(configurationOf(request))
    );
  }

  async #write(machine: StateMachineRow, revision: RevisionRow): Promise<void> {
    await this.#runtime.commit({ stateMachines: [machine], revisions: [revision] });
    this.#machines.set(machine.arn, machine);
  }

  #inTurn<Result>(action: () => Promise<Result>): Promise<Result> {
    const result = this.#writing.then(action);
    this.#writing = result.catch(() => {});
    return result;
  }
}

export interface Startable {
  readonly machine: StateMachineRow;
  readonly revision: Revision;
}

/** Compiled definitions kept in memory. */
const MAX_PROGRAMS = 1000;

function checkDefinition(definition: string, type: StateMachineType): void {
  const { diagnostics } = compile(definition, { type });
  if (diagnostics.some(({ severity }) => severity === "ERROR")) {
    throw new ServiceError("InvalidDefinition", invalidDefinitionMessage(diagnostics));
  }
}

function revisionOf(row: RevisionRow, program: Program): Omit<Revision, "type"> {
  return {
    id: row.id,
    stateMachineArn: row.stateMachineArn,
    roleArn: row.roleArn,
    program,
  };
}

/** In one order of members, so that equal configurations have equal texts. */
function configurationOf({
  loggingConfiguration,
  tracingConfiguration,
  encryptionConfiguration,
}: Configuration): JsonObject {
  return {
    ...(loggingConfiguration === undefined ? {} : { loggingConfiguration }),
    ...(tracingConfiguration === undefined ? {} : { tracingConfiguration }),
    ...(encryptionConfiguration === undefined ? {} : { encryptionConfiguration }),
  };
}

function describe(machine: StateMachineRow, revision: RevisionRow): StateMachineDescription {
  return {
    stateMachineArn: machine.arn,
    name: machine.name,
    type: machine.type,
    status: machine.status,
    definition: revision.definition,
    roleArn: revision.roleArn,
    creationDate: machine.creationDate,
    updateDate: revision.updateDate,
    ...(revision.revision === null ? {} : { revisionId: revision.revision }),
    ...(JSON.parse(revision.configuration) as Configuration),
  };
}

const doesNotExist = (arn: string): ServiceError =>
  new ServiceError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);

const deleting = (arn: string): ServiceError =>
  new ServiceError("StateMachineDeleting", `State Machine is being deleted: '${arn}'`);

export const executionDoesNotExist = (arn: string): ServiceError =>
  new ServiceError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
