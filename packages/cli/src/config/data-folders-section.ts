import type { ConfigValue } from "./config-value.js";

/** `dataFolders`: folders that distributed Map states may read from and write to, as buckets `file:///path`. */
export function dataFoldersSection(section: ConfigValue): readonly string[] | undefined {
  return section.items()?.flatMap((folder) => folder.file() ?? []);
}
