/**
 * The rows of a delimited text (RFC 4180): fields stand between delimiters, rows on lines; a field in double quotes may hold
 * both, and a quote as two. Empty lines are no rows.
 */
export function parseDelimited(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = "";
  let place = 0;
  const endRow = (): void => {
    row.push(field);
    if (row.length > 1 || field !== "") rows.push(row);
    row = [];
    field = "";
  };
  while (place < text.length) {
    const character = text.charAt(place);
    if (character === '"' && field === "") {
      const end = endOfQuoted(text, place);
      field = text.slice(place + 1, end).replaceAll('""', '"');
      place = end + 1;
    } else if (character === delimiter) {
      row.push(field);
      field = "";
      place += 1;
    } else if (character === "\n" || character === "\r") {
      endRow();
      place += text.startsWith("\r\n", place) ? 2 : 1;
    } else {
      field += character;
      place += 1;
    }
  }
  endRow();
  return rows;
}

/** Where the quote stands that ends a quoted field; the end of the text where none does. */
function endOfQuoted(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && text.charAt(end + 1) === '"') end = text.indexOf('"', end + 2);
  return end < 0 ? text.length : end;
}
