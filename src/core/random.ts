// Seeded random numbers: xoshiro128** (Blackman & Vigna 2018) seeded through splitmix32-style mixing. Integer arithmetic
// and division by powers of two only, so every machine gives the same numbers.

/** A stream of random numbers that is a pure function of its seed and names. */
export class Random {
  readonly #state: Uint32Array;

  private constructor(state: Uint32Array) {
    this.#state = state;
  }

  /**
   * The stream for a seed and a path of names, such as `Random.stream(7, "dropout", step)`. Streams of different names
   * are independent, so that adding a use of randomness in one place does not shift another.
   *
   * @example Random.stream(1, "shuffle", 0).integer(100) === Random.stream(1, "shuffle", 0).integer(100) // true
   */
  static stream(seed: number, ...path: readonly (string | number)[]): Random {
    let hash = mix(seed >>> 0) ^ mix(Math.floor(seed / 2 ** 32) >>> 0);
    for (const part of path) {
      const text = typeof part === "number" ? `#${part}` : part;
      for (let i = 0; i < text.length; i++) hash = mix(hash ^ text.charCodeAt(i));
      hash = mix(hash ^ 0x9e3779b9);
    }
    const state = new Uint32Array(4);
    for (let i = 0; i < 4; i++) {
      hash = (hash + 0x9e3779b9) >>> 0;
      state[i] = mix(hash);
    }
    if (state.every((word) => word === 0)) state[0] = 1;
    return new Random(state);
  }

  /** The next 32 random bits as an integer in [0, 2^32). */
  bits(): number {
    const s = this.#state;
    const result = Math.imul(rotate(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11);
    return result;
  }

  /** The four words at which it stands, for code outside that draws the same bits; `standAt` takes them back. */
  words(): Uint32Array {
    return this.#state.slice();
  }

  /** Goes on from such words. */
  standAt(words: Uint32Array): void {
    this.#state.set(words);
  }

  /** A number in [0, 1) with 32 random bits. */
  uniform(): number {
    return this.bits() / 4294967296;
  }

  /** An integer in [0, limit). */
  integer(limit: number): number {
    return Math.floor(this.uniform() * limit);
  }

  /** A standard normal number (Box and Muller 1958; one of the pair is used). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Shuffles in place (Fisher and Yates) and returns its argument. */
  shuffle<T extends { length: number; [index: number]: unknown }>(values: T): T {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swap = values[i];
      values[i] = values[j];
      values[j] = swap;
    }
    return values;
  }
}

function rotate(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}
