import type { Clock } from "../clock.js";
import type { Page, PageRequest, Versions } from "../engine.js";
import type { Runtime } from "../runtime/runtime.js";
import { ServiceError } from "../service-error.js";
import type { StateMachineRow, VersionRow } from "../store/store.js";
import { pointsTo } from "./alias-registry.js";
import type { PageTokens } from "./page-token.js";
import { quotaExceeded } from "./refusals.js";
import { type StateMachineTable, versionArn } from "./state-machine-table.js";
import type { Turns } from "./turns.js";

/** Versions of state machines (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-version.html). */
export class VersionRegistry implements Versions {
  readonly #table: StateMachineTable;
  readonly #runtime: Runtime;
  readonly #clock: Clock;
  readonly #turns: Turns;
  readonly #tokens: PageTokens;

  constructor(table: StateMachineTable, runtime: Runtime, clock: Clock, turns: Turns, tokens: PageTokens) {
    this.#tokens = tokens;
    this.#table = table;
    this.#runtime = runtime;
    this.#clock = clock;
    this.#turns = turns;
  }

  publish(request: {
    readonly stateMachineArn: string;
    readonly revisionId?: string;
    readonly description?: string;
  }): Promise<{ stateMachineVersionArn: string; creationDate: number }> {
    return this.#turns.take(async () => {
      const { stateMachineArn, revisionId, ...publication } = request;
      const machine = await this.#table.getActive(stateMachineArn);
      if (revisionId !== undefined) await this.#checkRevision(machine, revisionId);
      const { version, isNew } = await publish(this.#table, machine, publication, this.#clock.now());
      if (isNew) {
        const changed = { ...machine, lastVersion: version.number };
        await this.#runtime.commit({ stateMachines: [changed], versions: [version] });
        this.#table.changed(changed);
        this.#table.publishedChanged(stateMachineArn);
      }
      return { stateMachineVersionArn: versionArn(version), creationDate: version.creationDate };
    });
  }

  async #checkRevision(machine: StateMachineRow, wanted: string): Promise<void> {
    const current = (await this.#table.revisionRow(machine.revisionId)).revision ?? FIRST_REVISION;
    if (wanted === current) return;
    throw new ServiceError(
      "ConflictException",
      `Failed to publish the State Machine version for revision ${wanted}. The current State Machine revision is ${current}.`,
    );
  }

  delete(stateMachineVersionArn: string): Promise<void> {
    return this.#turns.take(async () => {
      const version = await this.#table.version(stateMachineVersionArn);
      if (version === undefined) return;
      const { aliases } = await this.#table.published(version.stateMachineArn);
      const names = [...aliases.values()].filter((alias) => pointsTo(alias, version.number)).map(({ name }) => name);
      if (names.length > 0) {
        throw new ServiceError(
          "ConflictException",
          `Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [${names.join(", ")}]`,
        );
      }
      await this.#runtime.commit({ deletedVersions: [version] });
      this.#table.publishedChanged(version.stateMachineArn);
    });
  }

  async list(
    request: PageRequest & { readonly stateMachineArn: string },
  ): Promise<Page<{ stateMachineVersionArn: string; creationDate: number }>> {
    const { stateMachineArn } = request;
    const { versions } = await this.#table.published(stateMachineArn);
    return this.#tokens.pageOfAll(
      `versions ${stateMachineArn}`,
      request,
      [...versions.values()],
      descending,
      (version) => ({
        stateMachineVersionArn: versionArn(version),
        creationDate: version.creationDate,
      }),
    );
  }
}

/**
 * The version of the machine's current revision: the one that it has, or a new one, which the caller writes.
 * @throws ServiceError ServiceQuotaExceededException
 */
export async function publish(
  table: StateMachineTable,
  machine: StateMachineRow,
  { description = null }: { readonly description?: string | null },
  creationDate: number,
): Promise<{ readonly version: VersionRow; readonly isNew: boolean }> {
  const { versions } = await table.published(machine.arn);
  for (const version of versions.values()) {
    if (version.revisionId === machine.revisionId) return { version, isNew: false };
  }
  if (versions.size >= MAX_VERSIONS) throw quotaExceeded(`a state machine has at most ${MAX_VERSIONS} versions`);
  const { arn: stateMachineArn, revisionId, lastVersion } = machine;
  return { version: { stateMachineArn, number: lastVersion + 1, revisionId, creationDate, description }, isNew: true };
}

/** What PublishStateMachineVersion calls the first revision, which has no id. */
const FIRST_REVISION = "INITIAL";

/** Versions of a state machine (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). */
const MAX_VERSIONS = 1000;

const descending = ({ number }: VersionRow): string => String(Number.MAX_SAFE_INTEGER - number);
