import { randomUUID } from "node:crypto";
import { compile, type Diagnostic, invalidDefinitionMessage, type JsonObject } from "@pawl/asl";
import { type Home, labelOf, splitQualifier, stateMachineArn } from "../arn.js";
import type { Clock } from "../clock.js";
import type {
  Configuration,
  CreateStateMachine,
  Page,
  PageRequest,
  Publication,
  StateMachineDescription,
  StateMachines,
  StateMachineType,
  UpdateStateMachine,
} from "../engine.js";
import type { ExecutionLogs } from "../execution-log/execution-logs.js";
import { logSettings } from "../execution-log/log-settings.js";
import type { Runtime } from "../runtime/runtime.js";
import { ServiceError } from "../service-error.js";
import type { RevisionRow, StateMachineRow, Store } from "../store/store.js";
import type { PageTokens } from "./page-token.js";
import {
  aliasDoesNotExist,
  executionDoesNotExist,
  stateMachineDeleting,
  stateMachineDoesNotExist,
  versionDoesNotExist,
} from "./refusals.js";
import { printSettings, readSettings } from "./settings.js";
import { type StateMachineTable, versionArn, versionNumber } from "./state-machine-table.js";
import type { Turns } from "./turns.js";
import { publish } from "./version-registry.js";

/** State machines: creating, changing and deleting them. */
export class StateMachineRegistry implements StateMachines {
  readonly #store: Store;
  readonly #table: StateMachineTable;
  readonly #runtime: Runtime;
  readonly #clock: Clock;
  readonly #home: Home;
  readonly #turns: Turns;
  readonly #logs: ExecutionLogs;
  readonly #tokens: PageTokens;

  constructor(
    store: Store,
    table: StateMachineTable,
    runtime: Runtime,
    clock: Clock,
    home: Home,
    turns: Turns,
    logs: ExecutionLogs,
    tokens: PageTokens,
  ) {
    this.#tokens = tokens;
    this.#logs = logs;
    this.#store = store;
    this.#table = table;
    this.#runtime = runtime;
    this.#clock = clock;
    this.#home = home;
    this.#turns = turns;
  }

  validate(definition: string, type: StateMachineType): readonly Diagnostic[] {
    return compile(definition, { type }).diagnostics;
  }

  async create(
    request: CreateStateMachine,
  ): Promise<{ stateMachineArn: string; creationDate: number; stateMachineVersionArn?: string }> {
    await this.#checkLogGroup(request);
    return this.#turns.take(async () => {
      checkDefinition(request.definition, request.type);
      const arn = stateMachineArn(this.#home, request.name);
      const existing = await this.#table.find(arn);
      if (existing !== undefined) {
        if (existing.status === "DELETING") throw stateMachineDeleting(arn);
        const revision = await this.#table.revisionRow(existing.revisionId);
        checkSame(existing, revision, request);
        const published = await this.#write(existing, undefined, request.publish, this.#clock.now());
        return { stateMachineArn: arn, creationDate: existing.creationDate, ...published };
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
      const { name, type, tags, publish } = request;
      const machine: StateMachineRow = {
        arn,
        name,
        type,
        status: "ACTIVE",
        creationDate,
        revisionId: revision.id,
        lastVersion: 0,
        settings: printSettings({ tags, ...(publish === undefined ? {} : { publish }) }),
      };
      return { stateMachineArn: arn, creationDate, ...(await this.#write(machine, revision, publish, creationDate)) };
    });
  }

  async update(
    request: UpdateStateMachine,
  ): Promise<{ updateDate: number; revisionId?: string; stateMachineVersionArn?: string }> {
    await this.#checkLogGroup(request);
    return this.#turns.take(async () => {
      const machine = await this.#table.getActive(request.stateMachineArn);
      const current = await this.#table.revisionRow(machine.revisionId);
      if (request.definition !== undefined) checkDefinition(request.definition, machine.type);
      const next = {
        definition: request.definition ?? current.definition,
        roleArn: request.roleArn ?? current.roleArn,
        configuration: JSON.stringify({ ...JSON.parse(current.configuration), ...configurationOf(request) }),
      };
      const updateDate = this.#clock.now();
      const { publish } = request;
      if (
        next.definition === current.definition &&
        next.roleArn === current.roleArn &&
        next.configuration === current.configuration
      ) {
        const published = await this.#write(machine, undefined, publish, updateDate);
        return {
          updateDate: current.updateDate,
          ...(current.revision === null ? {} : { revisionId: current.revision }),
          ...published,
        };
      }
      const revisionId = randomUUID();
      const id = this.#store.nextRevisionId();
      const revision: RevisionRow = { id, stateMachineArn: machine.arn, revision: revisionId, updateDate, ...next };
      const published = await this.#write({ ...machine, revisionId: id }, revision, publish, updateDate);
      return { updateDate, revisionId, ...published };
    });
  }

  /** Asks those who keep logs, before anybody has to wait for this. @throws ServiceError InvalidLoggingConfiguration */
  async #checkLogGroup(configuration: Configuration): Promise<void> {
    const settings = logSettings(configuration);
    if (settings === undefined || (await this.#logs.hasGroup(settings.group))) return;
    throw new ServiceError("InvalidLoggingConfiguration", "Invalid Logging Configuration: Log Destination not found.");
  }

  /** Writes a machine with its new revision, and the version that is wished for. */
  async #write(
    machine: StateMachineRow,
    revision: RevisionRow | undefined,
    publication: Publication | undefined,
    now: number,
  ): Promise<{ stateMachineVersionArn?: string }> {
    const published = publication && (await publish(this.#table, machine, publication, now));
    const version = published?.isNew ? published.version : undefined;
    const changed = version === undefined ? machine : { ...machine, lastVersion: version.number };
    if (revision !== undefined || version !== undefined) {
      await this.#runtime.commit({
        stateMachines: [changed],
        revisions: revision === undefined ? [] : [revision],
        versions: version === undefined ? [] : [version],
      });
      this.#table.changed(changed);
      this.#table.publishedChanged(machine.arn);
    }
    return published === undefined ? {} : { stateMachineVersionArn: versionArn(published.version) };
  }

  delete(arn: string): Promise<void> {
    return this.#turns.take(async () => {
      const machine = await this.#table.find(arn);
      if (machine === undefined) return;
      const dying: StateMachineRow = { ...machine, status: "DELETING" };
      let stored = machine;
      // From now on nothing starts; what was just being started is durable after the flush.
      this.#table.changed(dying);
      try {
        await this.#runtime.flushed();
        if (await this.#store.hasRunningExecution(arn)) {
          await this.#runtime.commit({ stateMachines: [dying] });
          stored = dying;
          await this.#stopExecutions(arn);
        }
        await this.#runtime.commit({ deletedStateMachines: [arn] });
      } catch (error) {
        this.#table.changed(stored);
        throw error;
      }
      this.#table.deleted(arn);
    });
  }

  async #stopExecutions(stateMachineArn: string): Promise<void> {
    for (;;) {
      const running = await this.#store.listExecutions({ stateMachineArn, status: "RUNNING", limit: 500 });
      if (running.length === 0) return;
      await Promise.all(running.map(({ id }) => this.#runtime.post(id, { kind: "stopped" })));
    }
  }

  async describe(arn: string): Promise<StateMachineDescription> {
    const { stateMachineArn, qualifier } = splitQualifier(arn);
    const machine = await this.#table.find(stateMachineArn);
    if (machine === undefined) throw stateMachineDoesNotExist(arn);
    if (qualifier === undefined) return describe(machine, await this.#table.revisionRow(machine.revisionId));
    if (versionNumber(qualifier) === undefined) throw aliasDoesNotExist(arn);
    const version = await this.#table.version(arn);
    if (version === undefined) throw versionDoesNotExist(arn);
    const { creationDate, description } = version;
    return {
      ...describe({ ...machine, arn, creationDate }, await this.#table.revisionRow(version.revisionId)),
      ...(description === null ? {} : { description }),
    };
  }

  async describeForExecution(executionArn: string): Promise<StateMachineDescription> {
    const execution = await this.#store.execution(executionArn);
    if (execution === undefined) throw executionDoesNotExist(executionArn);
    const revision = await this.#table.revisionRow(execution.revisionId);
    const name = execution.stateMachineArn.split(":")[6] ?? "";
    // The machine may be gone: what it was for this execution stands in the revision.
    const machine = await this.#table.find(execution.stateMachineArn);
    const { mapRunArn } = execution;
    const described = describe(
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
    return mapRunArn === null ? described : { ...described, mapRunArn, label: labelOf(mapRunArn) };
  }

  /**
   * By name. The API's pages promise no order; recordings of the service have names ascending, with machines that were created one
   * after the other (https://github.com/localstack/localstack/pull/11106), as they have for aliases.
   */
  list(
    request: PageRequest,
  ): Promise<Page<Pick<StateMachineDescription, "stateMachineArn" | "name" | "type" | "creationDate">>> {
    return this.#tokens.pageByArn(
      "stateMachines",
      request,
      (limit, after) => this.#store.listStateMachines(limit, after),
      ({ arn: stateMachineArn, name, type, creationDate }) => ({ stateMachineArn, name, type, creationDate }),
    );
  }
}

function checkDefinition(definition: string, type: StateMachineType): void {
  const { diagnostics } = compile(definition, { type });
  if (diagnostics.some(({ severity }) => severity === "ERROR")) {
    throw new ServiceError("InvalidDefinition", invalidDefinitionMessage(diagnostics));
  }
}

/**
 * A machine that is created again must be created as it is; role and tags do not count.
 * @throws ServiceError StateMachineAlreadyExists
 */
function checkSame(
  machine: StateMachineRow,
  { definition, configuration }: RevisionRow,
  request: CreateStateMachine,
): void {
  const { publish } = readSettings(machine.settings);
  const isSame =
    machine.type === request.type &&
    definition === request.definition &&
    configuration === JSON.stringify(configurationOf(request)) &&
    (publish === undefined) === (request.publish === undefined);
  if (isSame && publish?.description === request.publish?.description) return;
  throw new ServiceError(
    "StateMachineAlreadyExists",
    isSame
      ? "State Machine Already Exists: This state machine was already created with a published version using a different description."
      : `State Machine Already Exists: '${machine.arn}'`,
  );
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
