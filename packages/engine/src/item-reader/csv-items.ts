import { type Json, type JsonObject, objectOf } from "@pawl/asl";
import { CsvRows } from "./csv-rows.js";
import { ItemReaderFault } from "./fault.js";

const DELIMITERS: Readonly<Record<string, string>> = {
  COMMA: ",",
  PIPE: "|",
  SEMICOLON: ";",
  SPACE: " ",
  TAB: "\t",
};

/** The rows of delimited text as items: an object each, whose values are strings, with the columns in their order. */
export async function* csvItems(text: AsyncIterable<string>, config: JsonObject): AsyncIterable<readonly Json[]> {
  yield* itemsOf(rowsOf(text, config), givenNames(config));
}

/** The rows as items whose members have these names. */
export async function* csvItemsNamed(
  text: AsyncIterable<string>,
  names: readonly string[],
  config: JsonObject,
): AsyncIterable<readonly Json[]> {
  yield* itemsOf(rowsOf(text, config), names);
}

/** The same for a text that is at hand, whole. */
export function csvItemsIn(text: string, config: JsonObject): Json[] {
  const reader = new CsvRows(delimiterOf(config));
  const rows = [...reader.push(text.replace(/^\uFEFF/, "")), ...reader.end()];
  const names = givenNames(config) ?? rows.shift();
  return names === undefined ? [] : rows.map(itemMaker(names));
}

/** The rows themselves. */
export async function* rowsOf(text: AsyncIterable<string>, config: JsonObject): AsyncIterable<string[][]> {
  const rows = new CsvRows(delimiterOf(config));
  for await (const piece of text) yield rows.push(piece);
  yield rows.end();
}

async function* itemsOf(groups: AsyncIterable<string[][]>, names: readonly string[] | undefined) {
  let make = names && itemMaker(names);
  for await (const rows of groups) {
    let first = 0;
    if (make === undefined) {
      const header = rows[0];
      if (header === undefined) continue;
      make = itemMaker(header);
      first = 1;
    }
    const items: Json[] = [];
    for (let index = first; index < rows.length; index++) items.push(make(rows[index] ?? []));
    yield items;
  }
}

/** What a row has too much of has no name and is left out; what it has too little of is empty. */
function itemMaker(names: readonly string[]): (row: readonly string[]) => JsonObject {
  if (new Set(names).size < names.length) throw new ItemReaderFault("CSV headers cannot contain duplicates.");
  // JavaScript has its own mind about names such as these.
  if (names.some((name) => name === "__proto__" || /^\d+$/.test(name))) {
    return (row) => objectOf(names.map((name, index) => [name, row[index] ?? ""]));
  }
  return (row) => {
    const item: JsonObject = {};
    for (let index = 0; index < names.length; index++) item[names[index] as string] = row[index] ?? "";
    return item;
  };
}

/** The names of the columns, where the configuration gives them. */
function givenNames({ CSVHeaders: names, CSVHeaderLocation: location }: JsonObject): string[] | undefined {
  if (location === "GIVEN") return Array.isArray(names) ? names.map(String) : [];
  // A header goes without its location where ManifestType says what the data is.
  return location === undefined && Array.isArray(names) ? names.map(String) : undefined;
}

function delimiterOf({ CSVDelimiter: name }: JsonObject): string {
  return DELIMITERS[String(name ?? "COMMA")] ?? ",";
}
