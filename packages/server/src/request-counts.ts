/** How many requests were answered, by operation and status. */
export class RequestCounts {
  readonly #counts = new Map<string, Map<number, number>>();

  /** @param operation the name of one that there is, or `unknown`: nothing that a caller makes up */
  count(operation: string, status: number): void {
    let ofOperation = this.#counts.get(operation);
    if (ofOperation === undefined) {
      ofOperation = new Map();
      this.#counts.set(operation, ofOperation);
    }
    ofOperation.set(status, (ofOperation.get(status) ?? 0) + 1);
  }

  read(): { readonly operation: string; readonly status: number; readonly count: number }[] {
    return [...this.#counts].flatMap(([operation, counts]) =>
      [...counts].map(([status, count]) => ({ operation, status, count })),
    );
  }
}
