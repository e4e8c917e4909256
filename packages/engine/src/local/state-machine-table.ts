import { compile } from "@pawl/asl";
import { splitQualifier } from "../arn.js";
import type { Configuration, Route } from "../engine.js";
import { logSettings } from "../execution-log/log-settings.js";
import type { Revision } from "../runtime/live-execution.js";
import { UnreadableError } from "../runtime/unreadable-error.js";
import type { AliasRow, RevisionRow, StateMachineRow, Store, VersionRow } from "../store/store.js";
import { aliasDoesNotExist, stateMachineDeleting, stateMachineDoesNotExist, versionDoesNotExist } from "./refusals.js";

/** What a start runs. */
export interface Startable {
  readonly machine: StateMachineRow;
  readonly revision: Revision;
  /** The version that runs, and the alias that chose it, where the start named one of them. */
  readonly versionArn: string | null;
  readonly aliasArn: string | null;
}

/** The versions and aliases of one state machine. */
export interface Published {
  /** By number, newest first. */
  readonly versions: ReadonlyMap<number, VersionRow>;
  /** By name, ascending. */
  readonly aliases: ReadonlyMap<string, AliasRow>;
}

/**
 * State machines, their revisions, versions and aliases as the store has them. What was looked at stays in memory: this process
 * is the only one that changes them, and tells the table so. A definition is compiled once.
 */
export class StateMachineTable {
  readonly #store: Store;
  readonly #random: () => number;
  readonly #machines = new Map<string, StateMachineRow>();
  readonly #published = new Map<string, Promise<Published>>();
  readonly #revisions: Map<number, Revision>;

  /**
   * @param random a number in [0, 1)
   * @param revisions those that were compiled, shared by the tables of all accounts and regions
   */
  constructor(store: Store, random: () => number, revisions: Map<number, Revision>) {
    this.#store = store;
    this.#random = random;
    this.#revisions = revisions;
  }

  /** The state machine of an unqualified ARN. */
  async find(arn: string): Promise<StateMachineRow | undefined> {
    const known = this.#machines.get(arn);
    if (known !== undefined) return known;
    const machine = await this.#store.stateMachine(arn);
    if (machine !== undefined) this.#machines.set(arn, machine);
    return machine;
  }

  /** As {@link find}. @throws ServiceError StateMachineDoesNotExist */
  async get(arn: string): Promise<StateMachineRow> {
    const machine = await this.find(arn);
    if (machine === undefined) throw stateMachineDoesNotExist(arn);
    return machine;
  }

  /** As {@link get}, to be changed. @throws ServiceError StateMachineDoesNotExist, StateMachineDeleting */
  async getActive(arn: string): Promise<StateMachineRow> {
    const machine = await this.get(arn);
    if (machine.status === "DELETING") throw stateMachineDeleting(arn);
    return machine;
  }

  published(stateMachineArn: string): Promise<Published> {
    let published = this.#published.get(stateMachineArn);
    if (published === undefined) {
      published = this.#readPublished(stateMachineArn);
      this.#published.set(stateMachineArn, published);
      published.catch(() => this.#published.delete(stateMachineArn));
    }
    return published;
  }

  async #readPublished(stateMachineArn: string): Promise<Published> {
    const [versions, aliases] = await Promise.all([
      this.#store.versions(stateMachineArn),
      this.#store.aliases(stateMachineArn),
    ]);
    return {
      versions: new Map(versions.map((row) => [row.number, row])),
      aliases: new Map(aliases.map((row) => [row.name, row])),
    };
  }

  /** The version of a qualified ARN; undefined where the ARN names none that is there. */
  async version(arn: string): Promise<VersionRow | undefined> {
    const { stateMachineArn, qualifier } = splitQualifier(arn);
    const number = versionNumber(qualifier);
    return number === undefined ? undefined : (await this.published(stateMachineArn)).versions.get(number);
  }

  /** The alias of a qualified ARN; undefined where the ARN names none that is there. */
  async alias(arn: string): Promise<AliasRow | undefined> {
    const { stateMachineArn, qualifier } = splitQualifier(arn);
    return qualifier === undefined ? undefined : (await this.published(stateMachineArn)).aliases.get(qualifier);
  }

  /**
   * What a start on this ARN runs; where it is that of an alias, chance decides between the alias's versions.
   * @throws ServiceError StateMachineDoesNotExist, StateMachineDeleting
   */
  async startable(arn: string): Promise<Startable> {
    const { stateMachineArn, qualifier } = splitQualifier(arn);
    const machine = await this.find(stateMachineArn);
    if (machine === undefined) throw stateMachineDoesNotExist(arn);
    if (machine.status === "DELETING") throw stateMachineDeleting(arn);
    if (qualifier !== undefined) return this.#qualified(arn, machine, qualifier);
    return { machine, revision: await this.revision(machine.revisionId), versionArn: null, aliasArn: null };
  }

  /** As {@link startable} for an unqualified ARN, where memory knows enough; undefined where the store has to be asked. */
  startableNow(arn: string): Startable | undefined {
    const machine = this.#machines.get(arn);
    const revision = machine === undefined ? undefined : this.#revisions.get(machine.revisionId);
    if (machine === undefined || revision === undefined) return undefined;
    if (machine.status === "DELETING") throw stateMachineDeleting(arn);
    return { machine, revision, versionArn: null, aliasArn: null };
  }

  async #qualified(arn: string, machine: StateMachineRow, qualifier: string): Promise<Startable> {
    const { versions, aliases } = await this.published(machine.arn);
    const number = versionNumber(qualifier);
    const alias = aliases.get(qualifier);
    if (number === undefined && alias === undefined) throw aliasDoesNotExist(arn);
    const version = versions.get(number ?? this.#route(alias));
    if (version === undefined) throw versionDoesNotExist(arn);
    return {
      machine,
      revision: await this.revision(version.revisionId),
      versionArn: versionArn(version),
      aliasArn: alias === undefined ? null : arn,
    };
  }

  /** The number of one of the alias's versions. */
  #route(alias: AliasRow | undefined): number {
    const [first, second] = parseRouting(alias?.routing ?? "[]");
    const chosen = second === undefined || this.#random() * 100 < (first?.weight ?? 0) ? first : second;
    return chosen?.number ?? 0;
  }

  /** Looks once more at what {@link startable} gave, without waiting. @throws ServiceError as it does */
  checkStartable(arn: string): void {
    const machine = this.#machines.get(arn);
    if (machine === undefined) throw stateMachineDoesNotExist(arn);
    if (machine.status === "DELETING") throw stateMachineDeleting(arn);
  }

  /** A revision with its program, compiled at first use. */
  async revision(id: number): Promise<Revision> {
    const known = this.#revisions.get(id);
    if (known !== undefined) return known;
    const { stateMachineArn, definition, roleArn, configuration } = await this.revisionRow(id);
    // Express or not was fixed when the machine was created; it may be deleted while executions of it run.
    const type = (await this.find(stateMachineArn))?.type ?? "STANDARD";
    const { program } = compile(definition, { type });
    if (program === undefined) {
      throw new UnreadableError(`the definition of ${stateMachineArn} (revision ${id}) is not valid`);
    }
    const log = logSettings(JSON.parse(configuration) as Configuration);
    const revision: Revision = { id, stateMachineArn, roleArn, program, type, log };
    this.#revisions.set(id, revision);
    if (this.#revisions.size > MAX_PROGRAMS) {
      for (const oldest of this.#revisions.keys()) {
        this.#revisions.delete(oldest);
        break;
      }
    }
    return revision;
  }

  async revisionRow(id: number): Promise<RevisionRow> {
    const row = await this.#store.revision(id);
    if (row === undefined) throw new UnreadableError(`revision ${id} is not in the store`);
    return row;
  }

  /** The state machine is this one from now on. */
  changed(machine: StateMachineRow): void {
    this.#machines.set(machine.arn, machine);
  }

  /** The versions or aliases of the state machine have changed. */
  publishedChanged(stateMachineArn: string): void {
    this.#published.delete(stateMachineArn);
  }

  deleted(arn: string): void {
    this.#machines.delete(arn);
    this.#published.delete(arn);
  }
}

/** Compiled definitions kept in memory. */
const MAX_PROGRAMS = 1000;

export const versionArn = ({ stateMachineArn, number }: Pick<VersionRow, "stateMachineArn" | "number">): string =>
  `${stateMachineArn}:${number}`;

export const aliasArn = ({ stateMachineArn, name }: Pick<AliasRow, "stateMachineArn" | "name">): string =>
  `${stateMachineArn}:${name}`;

/** The number that a qualifier writes, where it is a version's: aliases are never digits only. */
export function versionNumber(qualifier: string | undefined): number | undefined {
  return qualifier !== undefined && /^[1-9]\d{0,14}$/.test(qualifier) ? Number(qualifier) : undefined;
}

/** Where an alias leads, as the store keeps it. */
export interface StoredRoute {
  readonly number: number;
  readonly weight: number;
}

export function parseRouting(routing: string): StoredRoute[] {
  return JSON.parse(routing) as StoredRoute[];
}

export function routesOf({ stateMachineArn, routing }: AliasRow): Route[] {
  return parseRouting(routing).map(({ number, weight }) => ({
    stateMachineVersionArn: versionArn({ stateMachineArn, number }),
    weight,
  }));
}
