import type { ConfigValue } from "./config-value.js";
import { connectionsSection } from "./connections-section.js";
import { dataFoldersSection } from "./data-folders-section.js";
import { endpointsSection } from "./endpoints-section.js";
import { functionsSection } from "./functions-section.js";
import { httpSection } from "./http-section.js";
import { mocksSection } from "./mocks-section.js";

/** The configuration's sections: each has a file that checks it and gives what the engine or the server takes. */
export const SECTIONS = {
  connections: connectionsSection,
  dataFolders: dataFoldersSection,
  endpoints: endpointsSection,
  functions: functionsSection,
  http: httpSection,
  mocks: mocksSection,
} as const satisfies Record<string, (section: ConfigValue) => unknown>;

/** What a configuration says. Sections that it does not have are absent. */
export type Configuration = {
  readonly [Name in keyof typeof SECTIONS]?: ReturnType<(typeof SECTIONS)[Name]>;
};

/** Reads the sections of a whole configuration; faults are noted. `$schema`, which editors want, says nothing here. */
export function readSections(value: ConfigValue): Configuration {
  const names = Object.keys(SECTIONS) as (keyof typeof SECTIONS)[];
  const { $schema: _, ...given } = value.members([...names, "$schema"]);
  return Object.fromEntries(
    names.flatMap((name) => {
      const section = given[name];
      return section === undefined ? [] : [[name, SECTIONS[name](section)]];
    }),
  );
}
