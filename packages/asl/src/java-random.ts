const MULTIPLIER = 0x5deece66dn;
const MASK = (1n << 48n) - 1n;

/**
 * java.util.Random: the service's seeded random numbers come from its 48-bit linear congruential generator
 * (https://docs.oracle.com/javase/8/docs/api/java/util/Random.html).
 */
export class JavaRandom {
  #state: bigint;

  /** @param seed an integer */
  constructor(seed: number) {
    this.#state = (BigInt(seed) ^ MULTIPLIER) & MASK;
  }

  /** An integer of 32 bits in [start, end): `start + nextInt(end - start)`. */
  between(start: number, end: number): number {
    const size = end - start;
    if (size <= 0x7fffffff) return start + this.#below(size);
    // The range has more than 31 bits: draw until a number lies in it.
    let drawn = this.#next(32) | 0;
    while (drawn < start || drawn >= end) drawn = this.#next(32) | 0;
    return drawn;
  }

  /** An integer in [0, bound), for a bound of up to 31 bits: `nextInt(bound)`. */
  #below(bound: number): number {
    let bits = this.#next(31);
    if ((bound & (bound - 1)) === 0) return Number((BigInt(bound) * BigInt(bits)) >> 31n);
    let value = bits % bound;
    // Numbers above the last whole multiple of the bound would favour the small ones.
    while (bits - value + (bound - 1) > 0x7fffffff) {
      bits = this.#next(31);
      value = bits % bound;
    }
    return value;
  }

  /** A number in [0, 1). */
  double(): number {
    return (this.#next(26) * 2 ** 27 + this.#next(27)) / 2 ** 53;
  }

  #next(bits: number): number {
    this.#state = (this.#state * MULTIPLIER + 0xbn) & MASK;
    return Number(this.#state >> BigInt(48 - bits));
  }
}
