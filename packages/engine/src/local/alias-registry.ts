import { splitQualifier } from "../arn.js";
import type { Clock } from "../clock.js";
import type { AliasDescription, Aliases, Page, PageRequest, Route } from "../engine.js";
import type { Runtime } from "../runtime/runtime.js";
import { ServiceError } from "../service-error.js";
import type { AliasRow } from "../store/store.js";
import type { PageTokens } from "./page-token.js";
import { quotaExceeded, resourceNotFound, stateMachineDeleting } from "./refusals.js";
import {
  aliasArn,
  parseRouting,
  routesOf,
  type StateMachineTable,
  type StoredRoute,
  versionNumber,
} from "./state-machine-table.js";
import type { Turns } from "./turns.js";

/** Aliases of state machines (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-alias.html). */
export class AliasRegistry implements Aliases {
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

  create(request: {
    readonly name: string;
    readonly description?: string;
    readonly routingConfiguration: readonly Route[];
  }): Promise<{ stateMachineAliasArn: string; creationDate: number }> {
    return this.#turns.take(async () => {
      const { name, description = null } = request;
      const { stateMachineArn, routing } = await this.#check(request.routingConfiguration);
      const { aliases } = await this.#table.published(stateMachineArn);
      const existing = aliases.get(name);
      if (existing !== undefined) {
        if (existing.routing !== routing || existing.description !== description) {
          throw new ServiceError(
            "ConflictException",
            "Failed to create alias because an alias with the same name and a different routing configuration already exists.",
          );
        }
        return { stateMachineAliasArn: aliasArn(existing), creationDate: existing.creationDate };
      }
      if (aliases.size >= MAX_ALIASES) throw quotaExceeded(`a state machine has at most ${MAX_ALIASES} aliases`);
      const creationDate = this.#clock.now();
      const row = { stateMachineArn, name, creationDate, updateDate: null, description, routing };
      await this.#write(row);
      return { stateMachineAliasArn: aliasArn(row), creationDate };
    });
  }

  update(request: {
    readonly stateMachineAliasArn: string;
    readonly description?: string;
    readonly routingConfiguration?: readonly Route[];
  }): Promise<{ updateDate: number }> {
    return this.#turns.take(async () => {
      const existing = await this.#get(request.stateMachineAliasArn);
      const { stateMachineArn } = existing;
      const machine = await this.#table.get(stateMachineArn);
      if (machine.status === "DELETING") throw stateMachineDeleting(stateMachineArn);
      const { description = existing.description, routingConfiguration } = request;
      const routing =
        routingConfiguration === undefined
          ? existing.routing
          : (await this.#check(routingConfiguration, stateMachineArn)).routing;
      const updateDate = this.#clock.now();
      await this.#write({ ...existing, description, routing, updateDate });
      return { updateDate };
    });
  }

  delete(stateMachineAliasArn: string): Promise<void> {
    return this.#turns.take(async () => {
      const existing = await this.#table.alias(stateMachineAliasArn);
      if (existing === undefined) return;
      await this.#runtime.commit({ deletedAliases: [existing] });
      this.#table.publishedChanged(existing.stateMachineArn);
    });
  }

  async describe(stateMachineAliasArn: string): Promise<AliasDescription> {
    const row = await this.#get(stateMachineAliasArn);
    return {
      stateMachineAliasArn,
      name: row.name,
      ...(row.description === null ? {} : { description: row.description }),
      routingConfiguration: routesOf(row),
      creationDate: row.creationDate,
      ...(row.updateDate === null ? {} : { updateDate: row.updateDate }),
    };
  }

  async list(
    request: PageRequest & { readonly stateMachineArn: string },
  ): Promise<Page<{ stateMachineAliasArn: string; creationDate: number }>> {
    const { stateMachineArn: arn } = request;
    const { stateMachineArn, qualifier } = splitQualifier(arn);
    await this.#table.getActive(stateMachineArn);
    const { versions, aliases } = await this.#table.published(stateMachineArn);
    const number = versionNumber(qualifier);
    if (qualifier !== undefined && (number === undefined || !versions.has(number))) throw resourceNotFound();
    const wanted = [...aliases.values()].filter((alias) => number === undefined || pointsTo(alias, number));
    return this.#tokens.pageOfAll(`aliases ${arn}`, request, wanted, nameOf, (row) => ({
      stateMachineAliasArn: aliasArn(row),
      creationDate: row.creationDate,
    }));
  }

  async #get(arn: string): Promise<AliasRow> {
    const row = await this.#table.alias(arn);
    if (row === undefined) throw resourceNotFound();
    return row;
  }

  /** The routes as the store keeps them, and whose they are. @throws ServiceError as `create` does */
  async #check(
    routes: readonly Route[],
    owner = splitQualifier(routes[0]?.stateMachineVersionArn ?? "").stateMachineArn,
  ): Promise<{ stateMachineArn: string; routing: string }> {
    const arns = routes.map(({ stateMachineVersionArn }) => stateMachineVersionArn);
    const refuse = (fault: string, received: readonly (string | number)[]): ServiceError =>
      new ServiceError("ValidationException", `${fault} Received: [${received.join(", ")}]`, {
        reason: "INVALID_ROUTING_CONFIGURATION",
      });
    const stored: StoredRoute[] = [];
    for (const { stateMachineVersionArn, weight } of routes) {
      const number = versionNumber(splitQualifier(stateMachineVersionArn).qualifier);
      if (number === undefined) throw refuse("Routing configuration must contain state machine version ARNs.", arns);
      stored.push({ number, weight });
    }
    if (arns.some((arn) => splitQualifier(arn).stateMachineArn !== owner)) {
      throw refuse("Routing configuration must contain state machine version ARNs for the same state machine.", arns);
    }
    if (new Set(arns).size < arns.length) {
      throw refuse("Routing configuration must contain distinct state machine version ARNs.", arns);
    }
    const weights = routes.map(({ weight }) => weight);
    if (weights.reduce((sum, weight) => sum + weight, 0) !== 100) {
      throw refuse("Sum of routing configuration weights must equal 100.", weights);
    }
    const machine = await this.#table.find(owner);
    if (machine?.status === "DELETING") throw stateMachineDeleting(owner);
    const { versions } = await this.#table.published(owner);
    for (const arn of arns) {
      const number = versionNumber(splitQualifier(arn).qualifier);
      if (number === undefined || !versions.has(number)) throw resourceNotFound();
    }
    return { stateMachineArn: owner, routing: JSON.stringify(stored) };
  }

  async #write(row: AliasRow): Promise<void> {
    await this.#runtime.commit({ aliases: [row] });
    this.#table.publishedChanged(row.stateMachineArn);
  }
}

/** Aliases of a state machine (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). */
const MAX_ALIASES = 100;

export function pointsTo({ routing }: AliasRow, version: number): boolean {
  return parseRouting(routing).some(({ number }) => number === version);
}

const nameOf = ({ name }: AliasRow): string => name;
