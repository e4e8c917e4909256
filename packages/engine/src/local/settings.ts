import type { JsonObject } from "@pawl/asl";
import type { Publication, Tag } from "../engine.js";

/** What the store keeps of a state machine or an activity as one text: what nobody looks for. */
export interface Settings {
  readonly tags?: readonly Tag[];
  /** The wish for a version with which a state machine was created. */
  readonly publish?: Publication;
  /** Of an activity. */
  readonly encryptionConfiguration?: JsonObject;
}

export function printSettings(settings: Settings): string {
  return JSON.stringify(settings);
}

export function readSettings(text: string): Settings {
  return JSON.parse(text) as Settings;
}
