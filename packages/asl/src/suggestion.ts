/** The longest word that is compared: a state's name is no longer. */
const LONGEST = 80;

/** How much one definition's suggestions may cost, in letters compared with letters: a few milliseconds. */
const MOST_COMPARISONS = 2_000_000;

/** Finds what a misspelt word was probably meant to be. One is made for each definition: their number has a bound. */
export class Suggestions {
  #left = MOST_COMPARISONS;

  /**
   * The candidate that is nearest to a word, the first of several that are as near; undefined where none is near, or the
   * definition has had its share. Near is one letter added, left out, replaced or swapped with the next for each three
   * letters, three at most; upper and lower case are the same.
   */
  nearest(word: string, candidates: Iterable<string>): string | undefined {
    if (word.length > LONGEST) return undefined;
    const letters = word.toLowerCase();
    let limit = Math.min(3, Math.floor(letters.length / 3));
    let nearest: string | undefined;
    for (const candidate of candidates) {
      if (this.#left <= 0) return undefined;
      this.#left--;
      if (Math.abs(candidate.length - word.length) > limit) continue;
      this.#left -= candidate.length * word.length;
      const distance = editDistance(letters, candidate.toLowerCase());
      if (distance > limit) continue;
      nearest = candidate;
      if (distance === 0) break;
      limit = distance - 1;
    }
    return nearest;
  }
}

/** Damerau and Levenshtein's distance, where no piece is edited twice ("optimal string alignment"). */
function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
        swapped ? at(before, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = last;
    last = current;
  }
  return at(last, to.length);
}

/** What lies outside of the table is out of reach. */
function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
