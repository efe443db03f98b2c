/**
 * numpy's legacy generator, `numpy.random.RandomState(seed)`: MT19937 (Matsumoto and Nishimura 1998) seeded as `seed(int)` does, with
 * the two draws that shap's KernelExplainer makes. Bit-equal to numpy (goldens `kernel-reference-*`); numpy keeps the legacy
 * streams frozen (NEP 19).
 */
export class NumpyRandom {
  readonly #state = new Uint32Array(624);
  #at = 624;

  /** @param seed - whole, 0 to 2^32 - 1 */
  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < 624; i++) {
      const previous = state[i - 1]! ^ (state[i - 1]! >>> 30);
      state[i] = Math.imul(1812433253, previous) + i;
    }
  }

  #word(): number {
    const state = this.#state;
    if (this.#at === 624) {
      for (let i = 0; i < 624; i++) {
        const mixed = (state[i]! & 0x80000000) | (state[(i + 1) % 624]! & 0x7fffffff);
        state[i] = state[(i + 397) % 624]! ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
      }
      this.#at = 0;
    }
    let word = state[this.#at++]!;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  /** Uniform in [0, 1) with 53 bits. */
  double(): number {
    const high = this.#word() >>> 5;
    const low = this.#word() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** `choice(len(weights), count, p=weights)`: positions by the cumulated weights, with replacement. */
  choice(weights: readonly number[], count: number): Int32Array {
    const cumulated: number[] = [];
    weights.reduce((sum, weight, i) => (cumulated[i] = sum + weight), 0);
    const total = cumulated[cumulated.length - 1]!;
    const borders = cumulated.map((value) => value / total);
    return Int32Array.from({ length: count }, () => {
      const drawn = this.double();
      let at = 0;
      while (at < borders.length - 1 && borders[at]! <= drawn) at++;
      return at;
    });
  }

  /** `permutation(n)`: Fisher-Yates from the end, with masked rejection. */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const mask = 2 ** (32 - Math.clz32(i)) - 1;
      let j = (this.#word() & mask) >>> 0;
      while (j > i) j = (this.#word() & mask) >>> 0;
      const held = order[i]!;
      order[i] = order[j]!;
      order[j] = held;
    }
    return order;
  }
}
