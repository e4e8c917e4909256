export interface Installation {
  /** The folder of the command. */
  readonly command: string;
  /** Their bytes by name. */
  readonly packages: ReadonlyMap<string, number>;
  readonly withScript: readonly string[];
}

/** Lays out in an empty folder what `npm install pawl` would. */
export function install(folder: string): Installation;
