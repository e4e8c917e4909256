import type { Action, DataSource, Resource } from "./kinds.js";

/** What the provider offers, by the names that configurations use. */
export const resources: Readonly<Record<string, Resource>> = {};

export const dataSources: Readonly<Record<string, DataSource>> = {};

export const actions: Readonly<Record<string, Action>> = {};
